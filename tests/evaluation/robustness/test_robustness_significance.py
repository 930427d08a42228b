"""Two reports over the plates and conditions that both have."""

import pytest
from scipy.stats import binom

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import MeasuredModel
from src.evaluation.accuracy.stored import ReportError
from src.evaluation.robustness.run import RobustnessRun, conditions_of, relative_of
from src.evaluation.robustness.schema import CLEAN, PlateOfPicture, Robustness
from src.evaluation.robustness.significance import compare_runs

MODEL = MeasuredModel(name="m", input_size=(1, 1), commit="c", sha256="0" * 64)


def report(texts: str, **marks: str) -> Robustness:
    """Plates of those texts, each on an image of its own; ``fog5="RM"`` are marks of fog at 5."""
    plates = [PlateOfPicture(set="gate", image=f"{n}.jpg", plate=0, text=text) for n, text in enumerate(texts)]
    done = RobustnessRun(plates, {(name.rstrip("0123456789"), int(name[-1])): row for name, row in marks.items()})
    return Robustness(
        command="c",
        commit="abc",
        created="today",
        machine={},
        split="test",
        threads=1,
        provider="cpu",
        detector=MODEL,
        ocr=MODEL,
        sets={"gate": len(texts)},
        skipped=(),
        plates=tuple(plates),
        conditions=conditions_of(done),
        relative=relative_of(done),
    )


TEXTS = "ABCDEFGHIJKLMNOPQRST"


def test_a_clear_gain_is_better_beyond_noise() -> None:
    """Twelve plates gained and none lost: p = 2 / 2^12; eight of twenty that were right stay so."""
    before = report(TEXTS, clean0="R" * 20, fog5="R" * 8 + "M" * 12, rain1="R" * 20)
    after = report(TEXTS, clean0="R" * 20, fog5="R" * 20, rain1="R" * 19 + "F")
    compared = compare_runs("old.json", before, after)
    assert (compared.baseline, compared.commit, compared.created) == ("old.json", "abc", "today")
    rows = {(c.figure, c.effect): c for c in compared.changes}
    fog = rows["read", "fog"]
    assert (fog.before, fog.after, fog.gained, fog.lost, fog.plates) == (0.4, 1, 12, 0, 20)
    assert fog.p == pytest.approx(2 * binom.cdf(0, 12, 0.5))
    assert fog.beyond_noise
    rain = rows["read", "rain"]
    assert (rain.gained, rain.lost, rain.p, rain.beyond_noise) == (0, 1, 1, False)
    assert rows["found", "rain"].lost == 0
    assert rows["read", CLEAN].p == 1
    means = {mean.figure: mean for mean in compared.means}
    assert means["read"].before == pytest.approx((0.4 + 1) / 2)
    assert means["read"].after == pytest.approx((1 + 0.95) / 2)
    assert means["read"].low > 0
    assert means["read"].beyond_noise


def test_of_many_conditions_one_small_p_is_noise() -> None:
    """Six of six changed for the better: p = 0.03 alone, but not the least of twenty looks."""
    same = {f"{effect}{severity}": "R" * 20 for effect in ("fog", "rain", "snow", "jpeg") for severity in (1, 3, 5)}
    before = report(TEXTS, clean0="R" * 20, **same | {"fog5": "R" * 14 + "M" * 6})
    after = report(TEXTS, clean0="R" * 20, **same)
    (fog,) = [c for c in compare_runs("old", before, after).changes if c.gained and c.figure == "read"]
    assert fog.p == pytest.approx(2 / 2**6)
    assert not fog.beyond_noise


def test_only_what_both_have_is_compared() -> None:
    """One more plate, another text, a plate out of the frame in one run, a condition that the other lacks."""
    before = report("ABC", clean0="RRR", fog5="RM-", rain1="RRR")
    after = report("AXCD", clean0="RMRR", fog5="RMRR", snow1="RRRR")
    compared = compare_runs("old", before, after)
    assert {(c.effect, c.severity) for c in compared.changes} == {(CLEAN, 0), ("fog", 5)}
    sizes = {(c.figure, c.effect): c.plates for c in compared.changes}
    assert (sizes["read", CLEAN], sizes["read", "fog"]) == (2, 1)
    assert all(c.gained == c.lost == 0 for c in compared.changes)


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (report("XY", clean0="RR", fog5="RR"), "old.json: no plate in common"),
        (report("AB", clean0="RR", snow5="RR"), "old.json: no effect in common"),
    ],
)
def test_nothing_in_common_is_an_error(other: Robustness, fault: str) -> None:
    with pytest.raises(ReportError, match=fault):
        compare_runs("old.json", other, report("AB", clean0="RR", fog5="RR"))


def test_figures_are_those_of_the_schema() -> None:
    assert isinstance(report("AB", clean0="RR", fog5="RM").relative[0].read, Figure)
