"""How much formats count is what makes the true texts and countries most probable."""

import numpy as np

from src.core.formats.compile import compile_formats
from src.core.formats.compiled import FormatParameters
from src.core.formats.reader import FormatReader
from src.evaluation.fitting.format_fit import fit_parameters, loss, readings, weighable
from src.evaluation.fitting.raw_readings import Seen
from tests.countries import ALPHABET, country, registry, said, seen

READER = FormatReader(
    compile_formats(registry(country("DE", car="lldddd"), country("SE", car="lllddd"))), ALPHABET, ("DE", "SE")
)
DOUBT = seen("A", "B", {"S": 0.6, "5": 0.39}, "1", "2", "3")
"""SE: ABS123, DE: AB5123."""


def plate(text: str, region: str | None = None, told: np.ndarray | None = None, source: str = "gate") -> Seen:
    return Seen(source, "a.png", text, region, DOUBT, told)


def test_the_least_loss_is_found() -> None:
    plates = weighable(READER, [plate("AB5123", "DE", said(("DE", "SE"), DE=0.7, SE=0.3))] * 3)
    fitted = fit_parameters(READER, plates)
    assert fitted.region == 2  # the network was right each time, and might be surer
    assert loss(READER, plates, fitted) < loss(READER, plates, FormatParameters())
    assert [text for text, _ in readings(READER, plates, fitted)] == ["AB5123"] * 3


def test_plates_of_no_format_make_more_of_them_expected() -> None:
    vanity = Seen("gate", "a.png", "DAD", None, seen("D", "A", {"D": 0.8, "0": 0.19}), None)
    one = FormatReader(compile_formats(registry(country("DE", car="lld"))), ALPHABET)
    fitted = fit_parameters(one, weighable(one, [vanity] * 3))
    assert fitted.unlisted * fitted.weight < 0.5  # in either way
    assert readings(one, weighable(one, [vanity]), fitted)[0][0] == "DAD"
    assert readings(one, weighable(one, [vanity]), FormatParameters(weight=1.0))[0][0] == "DA0"


def test_the_exponent_of_the_countries_is_left_alone_where_the_network_tells_none() -> None:
    assert fit_parameters(READER, weighable(READER, [plate("ABS123", "SE")])).region == FormatParameters().region


def test_sources_count_alike_and_unknown_countries_do_not() -> None:
    right, wrong = plate("ABS123", "SE"), plate("XXXXXX", source="street")
    few, many = (weighable(READER, [right] * times + [wrong]) for times in (1, 9))
    parameters = FormatParameters()
    assert np.isclose(loss(READER, few, parameters), loss(READER, many, parameters))
    told = said(("DE", "SE"), DE=0.999, SE=0.001)
    unknown, known = (weighable(READER, [plate("ABS123", region, told)]) for region in (None, "SE"))
    assert loss(READER, unknown, parameters) < loss(READER, known, parameters)


def test_of_a_plate_from_somewhere_in_europe_every_european_country_is_right() -> None:
    told = said(("DE", "SE"), DE=0.5, SE=0.5)
    somewhere, swede = (weighable(READER, [plate("ABS123", region, told)]) for region in ("EU", "SE"))
    assert loss(READER, somewhere, FormatParameters()) < loss(READER, swede, FormatParameters())
