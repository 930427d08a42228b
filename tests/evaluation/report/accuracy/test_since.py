"""What changed since a baseline, and what is said of it."""

from src.evaluation.accuracy.comparison import Comparison, Difference, FlowComparison
from src.evaluation.report.accuracy.figures import TITLES
from src.evaluation.report.accuracy.since import certainty, change, since, verdict
from src.evaluation.report.document import Paragraph


def difference(figure: str, after: float, **changes: object) -> Difference:
    stated = {"figure": figure, "before": 0.5, "after": after, "test": None, "beyond_noise": None}
    return Difference.model_validate(stated | changes)


def test_a_change_with_its_test() -> None:
    tested = difference("read", 0.6, test="McNemar", p=0.01, beyond_noise=True)
    assert (change(tested), certainty(tested), verdict(tested)) == ("+10.0 points", "p = 0.010", "better")
    drawn = difference("extra", 0.6, test="paired bootstrap", low=-0.1, high=0.3, beyond_noise=False)
    assert (change(drawn), certainty(drawn)) == ("+0.10", "95 % interval −0.10 to +0.30")
    assert verdict(drawn) == "within noise"


def test_more_errors_are_worse_and_what_has_no_test_is_not_judged() -> None:
    assert verdict(difference("cer", 0.6, beyond_noise=True)) == "worse"
    untested = difference("ap", 0.6)
    assert (certainty(untested), verdict(untested), verdict(difference("ap", 0.5))) == ("not tested",) * 2 + (
        "the same",
    )


def test_every_figure_that_can_differ_has_a_title() -> None:
    assert set(TITLES) >= {
        "read",
        "read_published",
        "read_merged",
        "cer",
        "region",
        "found",
        "precision",
        "extra",
        "ap",
    }


def test_only_what_changed_beyond_noise_is_named() -> None:
    differences = tuple(
        Difference(figure=figure, before=0, after=1, test=None, beyond_noise=beyond)
        for figure, beyond in (("read", True), ("cer", False), ("ap", None))
    )
    empty = {"system": "ours", "set": "gate", "plates": 1, "became_right": (), "became_wrong": ()}
    empty |= {"only_after": (), "only_before": ()}
    flows = tuple(FlowComparison(flow=f, differences=d, **empty) for f, d in (("path", differences), ("ocr", ())))
    said = since(Comparison(baseline="b", commit="c", created="d", flows=flows, not_compared=())).blocks[0]
    assert isinstance(said, Paragraph)
    assert said.text.endswith("Changed beyond noise: gate, ours, whole path: read +100.0 points, better.")
