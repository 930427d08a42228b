"""Reading by formats: what they decide, what they leave alone, and how sure the reading is."""

import numpy as np
import pytest

from src.core.calibration import Calibration
from src.core.ctc import ctc_decode
from src.core.formats.compile import compile_formats
from src.core.formats.compiled import FormatParameters
from src.core.formats.decoding import country_prior
from src.core.formats.reader import CountryError, FormatReader
from src.core.types import Candidate, Reading
from tests.countries import ALPHABET, country, registry, said, seen

DE = country("DE", car=(9, "(B|D|DO)*l{1,2} nd{0,3}"), personal=(1, "DE l{2}"))
RU = country("RU", car="[ABET]ddd[ABET]{2}dd")
SE = country("SE", car="lllddd", electric="llldd[DE]")
COUNTRIES = ("DE", "RU", "SE")
PLACES = [{"O": 0.9, "0": 0.095}, {"I": 0.7, "1": 0.295}]


def reader(*in_use: str, regions: bool = True, **parameters: object) -> FormatReader:
    formats = compile_formats(registry(DE, RU, SE))
    formats = formats.model_copy(update={"parameters": FormatParameters(**parameters)})
    return FormatReader(formats, ALPHABET, COUNTRIES if regions else (), in_use)


def read(by: FormatReader, log_probs: np.ndarray, **shares: float) -> Reading:
    return by.read(log_probs, said(COUNTRIES, **shares) if shares else None, ctc_decode(log_probs, ALPHABET))


def test_a_place_for_a_digit_gets_one_though_the_network_prefers_the_letter() -> None:
    reading = read(reader(regions=False), seen("A", *PLACES, "5", "B", "T", "7", "7"))
    assert (reading.text, reading.region, reading.format) == ("A015BT77", "RU", "car")
    assert reading.plain is not None
    assert reading.plain.text == "AOI5BT77"
    assert reading.confidence > 0.95  # of what looks like O or 0, and like I or 1, together
    assert reading.plain.confidence < 0.65
    assert reading.char_confidences == pytest.approx([0.999, 0.995, 0.995, *[0.999] * 5])


def test_a_place_for_a_letter_gets_one() -> None:
    reading = read(reader(regions=False), seen("S", {"0": 0.9, "O": 0.095}, "D", {"0": 0.9, "O": 0.095}, "2", "7"))
    assert (reading.text, reading.region) == ("SOD027", "SE")


def test_look_alikes_of_other_kinds_are_decided_where_the_network_doubts() -> None:
    doubtful = seen("A", {"B": 0.6, "8": 0.39}, "1", "5", "B", "T", "7", "7")
    assert read(reader(regions=False), doubtful).text == "A815BT77"
    sure = seen("A", {"B": 0.995, "8": 0.004}, "1", "5", "B", "T", "7", "7")
    assert read(reader(regions=False, weight=0.3), sure).text == "AB15BT77"


def test_a_text_of_no_format_survives() -> None:
    reading = read(reader(), seen("B", "O", {"S": 0.9, "5": 0.09}, "S"), DE=0.9, SE=0.1)
    assert (reading.text, reading.format) == ("BOSS", None)
    assert reading.confidence == pytest.approx(0.9, abs=0.02)
    doubtful = read(reader(), seen("B", {"O": 0.8, "0": 0.19}, "S", "S"), DE=0.9, SE=0.1)
    assert doubtful.text == "BOSS"
    assert doubtful.confidence == pytest.approx(0.8, abs=0.02)  # no format says that it is the letter
    assert reading.region == "DE"  # as the plate looks
    assert reading.region_confidence == pytest.approx(0.9, abs=0.02)


def test_a_country_in_use_gains_nothing_by_a_text_that_it_does_not_write() -> None:
    """Of a plate of no format the looks tell the country, as without any named one."""
    boss = seen("B", "O", "S", "S")
    unrestricted, russian = (read(by, boss, DE=0.7, SE=0.28, RU=0.02) for by in (reader(), reader("RU")))
    assert (russian.text, russian.region) == ("BOSS", "DE")
    assert russian.region_confidence == pytest.approx(unrestricted.region_confidence, abs=0.02)
    assert sum(c.confidence for c in russian.candidates or () if c.region == "RU") < 0.03


def test_a_country_in_use_is_still_likelier_for_a_text_that_it_writes() -> None:
    written = seen("B", "A", "B", "1", "2", "3")  # on German and on Swedish plates
    assert read(reader("SE"), written, DE=0.7, SE=0.3).region == "SE"


def test_nobody_knows_the_country_of_a_text_of_no_format_that_the_network_tells_nothing_of() -> None:
    reading = read(reader(regions=False), seen("B", "O", "S", "S"))
    assert (reading.region, reading.region_confidence) == (None, None)
    assert reading.candidates is not None
    assert reading.candidates[0].region is None


@pytest.mark.parametrize("shares", [{}, {"DE": 0.9, "RU": 0.05, "SE": 0.05}])
def test_the_plate_of_another_country_is_not_rewritten(shares: dict[str, float]) -> None:
    """A German plate whose every character might be read as a Russian plate has it."""
    places = ["D", {"O": 0.9, "0": 0.09}, "A", {"B": 0.9, "8": 0.09}, "1", "2"]
    log_probs = seen(*places)
    plain = ctc_decode(log_probs, ALPHABET)
    unrestricted = read(reader(regions=bool(shares)), log_probs, **shares)
    elsewhere = read(reader("RU", regions=bool(shares)), log_probs, **shares)
    assert unrestricted.text == elsewhere.text == plain.text == "DOAB12"
    assert (unrestricted.region, elsewhere.region) != ("RU", "RU")
    assert unrestricted.region == "DE"


def test_a_swede_is_not_made_russian_nor_a_russian_german() -> None:
    for places, text in ((["A", "B", "D", "1", "2", "7"], "ABD127"), ([*"A123BT77"], "A123BT77")):
        for in_use in COUNTRIES:
            reading = read(reader(in_use, regions=False), seen(*places))
            assert reading.text == text
            assert reading.confidence > 0.95


def test_the_countries_in_use_decide_what_several_allow() -> None:
    log_probs = seen("B", {"B": 0.4, "8": 0.59}, "B", "1", "2", "3")  # D-format: B 8... is none; SE BBB123
    assert read(reader("SE", regions=False), log_probs).text == "BBB123"
    german = read(reader("DE", regions=False), seen("B", "A", "B", "1", "2", "3"))
    swedish = read(reader("SE", regions=False), seen("B", "A", "B", "1", "2", "3"))
    assert (german.region, swedish.region) == ("DE", "SE")
    assert german.text == swedish.text


def test_several_countries_are_candidates_and_the_network_tells_them_apart() -> None:
    log_probs = seen("B", "A", "B", "1", "2", "3")
    reading = read(reader(), log_probs, DE=0.7, SE=0.3)
    assert reading.candidates is not None
    (first, second, *_) = reading.candidates
    assert {(first.text, first.region), (second.text, second.region)} == {("BAB123", "DE"), ("BAB123", "SE")}
    assert sum(c.confidence for c in reading.candidates) == pytest.approx(reading.confidence, abs=0.02)
    assert read(reader(), log_probs, SE=0.99, DE=0.01).region == "SE"
    assert read(reader(), log_probs, DE=0.99, SE=0.01).region == "DE"


def test_probabilities_are_of_one_whole() -> None:
    by = reader()
    evidence = by.gather(seen("B", {"A": 0.6, "4": 0.2}, "B", {"1": 0.5, "I": 0.3, "7": 0.1}, "2", "3"))
    posterior = by.posterior(evidence, said(COUNTRIES, DE=0.5, SE=0.5), FormatParameters())
    assert 0.99 * evidence.probabilities.sum() < posterior.of_text.sum() <= evidence.probabilities.sum() + 1e-12
    assert posterior.joint.sum(1) == pytest.approx(posterior.of_text)
    without = by.posterior(evidence, None, FormatParameters())
    assert (without.joint.sum(1) <= without.of_text + 1e-12).all()


def test_with_little_weight_the_network_decides() -> None:
    log_probs = seen("A", {"B": 0.9, "8": 0.09}, "1", "5", "B", "T", "7", "7")
    assert read(reader(regions=False, weight=0.1), log_probs).text == "AB15BT77"
    assert read(reader(regions=False, weight=1.0), log_probs).text == "A815BT77"


def test_the_reading_is_the_first_candidate_though_in_one_country_another_text_is_likelier() -> None:
    alike = compile_formats(registry(country("DE", car="lldd"), country("SE", car="lldd"), country("RU", car="lldl")))
    by = FormatReader(alike, ALPHABET, COUNTRIES)
    reading = read(by, seen("A", "B", "1", {"5": 0.5, "S": 0.49}), DE=0.4, SE=0.4, RU=0.2)
    assert reading.text == "AB15"
    assert reading.candidates is not None
    (first, second, *_) = reading.candidates
    assert (first.text, first.region) == (reading.text, reading.region)
    assert (second.text, second.region) == ("AB1S", "RU")
    assert second.confidence > first.confidence


def test_the_confidence_is_calibrated_and_the_candidates_go_with_it() -> None:
    log_probs = seen("B", {"A": 0.7, "4": 0.25}, "B", "1", "2", "3")
    before = read(reader(regions=False), log_probs)
    calibration = Calibration(scale=0.5, fitted_on={"gate": 9}, ece_before=0.1, ece_held_out=0.1)
    after = read(reader(regions=False, calibration=calibration), log_probs)
    odds = before.confidence / (1 - before.confidence)
    assert after.confidence == pytest.approx(odds**0.5 / (1 + odds**0.5))
    assert after.candidates is not None
    of_text = [c.confidence for c in after.candidates if c.text == after.text]
    assert sum(of_text) == pytest.approx(after.confidence, abs=0.02)
    assert sum(c.confidence for c in after.candidates) <= 1


def test_an_empty_plate_is_read_as_nothing() -> None:
    reading = read(reader(regions=False), seen())
    assert (reading.text, reading.char_confidences) == ("", ())
    assert reading.candidates == (Candidate("", None, pytest.approx(reading.confidence)),)


def test_unknown_countries_are_named() -> None:
    with pytest.raises(CountryError, match="no plate formats of 'XX'; there are DE, RU, SE"):
        reader("DE", "XX")
    with pytest.raises(CountryError, match="'XX'"):
        reader().within(["XX"])


def test_the_prior_is_the_networks_within_the_countries_in_use() -> None:
    flat = country_prior(COUNTRIES, (), None, (), 1)
    assert flat == pytest.approx([1 / 3] * 3)
    told = said(("SE", "DE", "XX"), SE=0.6, DE=0.2, XX=0.2)
    seen_prior = country_prior(COUNTRIES, ("SE", "DE", "XX"), told, (), 1)
    assert seen_prior == pytest.approx([0.25, 0, 0.75], abs=0.01)
    assert seen_prior[1] > 0.003  # the network does not know RU, which is possible all the same
    used = country_prior(COUNTRIES, ("SE", "DE", "XX"), told, ("DE", "RU"), 1)
    assert used.sum() == pytest.approx(1)
    assert used[:2].sum() == pytest.approx(0.99, abs=0.01)
    assert used[2] > 0.005
    sharper = country_prior(COUNTRIES, ("SE", "DE", "XX"), told, (), 2)
    assert sharper[2] > seen_prior[2]


def test_a_text_fits_the_countries_that_may_write_it_the_likeliest_first() -> None:
    rare = country("SE", car="lllddd", taxi=(1, "[ABET]ddd[ABET]{2}dd"), bus=(99, "dddd"))
    by = FormatReader(compile_formats(registry(DE, RU, rare)), ALPHABET)
    assert list(by.fits("A815BT77").items()) == [("RU", "car"), ("SE", "taxi")]
    assert by.fits("DE15") == {"DE": "car"}
    assert by.fits("A815BT7O") == {}  # no look-alike is taken for another
    assert by.fits("") == by.fits("京1") == {}


def test_a_type_of_any_text_leaves_the_choice_of_look_alikes_to_the_network() -> None:
    doubted = {"parameters": FormatParameters(unlisted=0.05, weight=1.0, spelling=0.1)}
    either = compile_formats(registry(country("SE", chosen="a{3}"))).model_copy(update=doubted)
    told = compile_formats(registry(country("SE", car="ldl"))).model_copy(update=doubted)
    plate = seen("R", {"O": 0.85, "0": 0.14}, "B")
    chosen = read(FormatReader(either, ALPHABET), plate)
    assert (chosen.text, chosen.format) == ("ROB", "chosen")
    assert chosen.confidence > 0.9  # 0.76 by a tenth of what the network prefers
    assert read(FormatReader(told, ALPHABET), plate).text == "R0B"


def test_a_type_that_says_where_one_look_alike_stands_is_not_of_any_text() -> None:
    doubted = {"parameters": FormatParameters(unlisted=0.05, weight=1.0, spelling=0.1)}
    half = compile_formats(registry(country("SE", car="lda"))).model_copy(update=doubted)
    reading = read(FormatReader(half, ALPHABET), seen("R", {"O": 0.85, "0": 0.14}, {"O": 0.85, "0": 0.14}))
    assert reading.text[:2] == "R0"
    assert reading.confidence < 0.8  # at both places a tenth of what the network prefers


def two_lines() -> FormatReader:
    """Registered as AB 12 DE; on plates of two lines the letters stand above the digits."""
    square = 1.0, ["[AB]{2}|[DE]{2}", "d{2,3}"]
    one = country("RU", orders={"square": (1, 3, 2)}, square=square, car="[AB]{2}dd[DE]{2}")
    return FormatReader(compile_formats(registry(one, SE)), ALPHABET)


def test_rows_are_read_into_the_order_of_registration() -> None:
    places = ["A", "B", {"E": 0.8}, "D", "1", "2"]
    reading = read(two_lines(), seen(*places))
    assert (reading.text, reading.region, reading.format) == ("AB12ED", "RU", "square")
    assert reading.char_confidences == pytest.approx([0.999, 0.999, 0.999, 0.999, 0.8, 0.999])
    assert reading.plain is not None
    assert reading.plain.text == "ABED12"  # what the network reads stays row by row
    assert reading.candidates is not None
    assert reading.candidates[0].text == "AB12ED"
    assert read(two_lines(), seen(*"ABED123")).text == "AB123ED"
    assert read(two_lines(), seen(*"AB12DE")).text == "AB12DE"  # of one line


def test_rows_of_no_known_type_stay_as_they_stand() -> None:
    assert read(two_lines(), seen(*"SBED12")).text == "SBED12"  # no letter of that country
    assert read(two_lines(), seen(*"BAD123")).text == "BAD123"  # a Swedish plate


def test_rows_are_no_registration() -> None:
    by = two_lines()
    assert by.fits("AB12DE") == {"RU": "car"}
    assert by.fits("ABDE12") == {}


def test_formats_are_fitted_to_the_order_of_registration() -> None:
    by = two_lines()
    evidence = by.gather(seen(*"ABED12"))
    assert by.best_text(evidence, by.posterior(evidence, None, by.parameters)) == "AB12ED"
