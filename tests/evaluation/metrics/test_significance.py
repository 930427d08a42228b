"""Two runs plate by plate, against counts by hand and the binomial test in closed form."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from src.evaluation.accuracy.comparison import Difference, FlowComparison
from src.evaluation.accuracy.plate_result import Figure, ScoredImage, ScoredPlate
from src.evaluation.accuracy.system_result import SetFigures, System
from src.evaluation.metrics.figures import DetectionFigures
from src.evaluation.metrics.significance import compare_systems, mcnemar
from tests.evaluation.rows import outcome, scene


def system(outcomes: Sequence[ScoredPlate], images: Sequence[ScoredImage] = (), **changes: Any) -> System:
    figures = {"name": "gate", "kind": "scenes", "images": 1, "plates": 1, "texts": 1, "median_ms": {}}
    figures |= {"detector": None, "ocr": None, "path": None} | changes
    return System(name="ours", sets=(SetFigures(**figures),), outcomes=tuple(outcomes), images=tuple(images))


def flow(before: System, after: System, name: str = "path") -> FlowComparison:
    flows, _ = compare_systems([before], [after])
    return next(f for f in flows if f.flow == name)


def difference(compared: FlowComparison, figure: str) -> Difference:
    return next(d for d in compared.differences if d.figure == figure)


def plates(texts: str, **changes: Any) -> list[ScoredPlate]:
    """An image per letter of ``texts``, each with a plate that says A; ``-`` is a missed one."""
    return [outcome(None if t == "-" else t, "A", image=str(i), **changes) for i, t in enumerate(texts)]


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1), (5, 0, 2 / 32), (6, 0, 2 / 64), (0, 6, 2 / 64), (3, 1, 2 * (1 + 4) / 16), (2, 2, 1)],
)
def test_mcnemar_is_exact(gained: int, lost: int, p: float) -> None:
    before = np.array([False] * gained + [True] * lost + [True] * 20 + [False] * 3)
    after = np.array([True] * gained + [False] * lost + [True] * 20 + [False] * 3)
    assert mcnemar(before, after) == pytest.approx(p)


def test_six_plates_won_and_none_lost_is_beyond_noise_and_five_are_not() -> None:
    for won, beyond in ((6, True), (5, False)):
        read = difference(flow(system(plates("B" * won + "A" * 4)), system(plates("A" * won + "A" * 4))), "read")
        assert (read.before, read.after) == (4 / (won + 4), 1)
        assert (read.test, read.beyond_noise, read.better) == ("McNemar", beyond, True)
        assert read.p == pytest.approx(2 / 2**won)


def test_what_became_right_and_wrong_is_named() -> None:
    compared = flow(system(plates("AB-AC")), system(plates("AAA-D")))
    assert [(c.image, c.before, c.after) for c in compared.became_right] == [("1", "B", "A"), ("2", None, "A")]
    assert [(c.image, c.truth, c.before, c.after) for c in compared.became_wrong] == [("3", "A", "A", None)]
    assert compared.plates == 5


def test_found_is_compared_apart_from_what_was_read() -> None:
    before = system(plates("-A"), [scene("0", found=0), scene("1")])
    after = system(plates("BA"), [scene("0"), scene("1")])
    detector = flow(before, after, "detector")
    assert [c.image for c in detector.became_right] == ["0"]
    assert (difference(detector, "found").before, difference(detector, "found").after) == (0.5, 1)
    assert flow(before, after).became_right == ()


def test_ratios_of_sums_are_compared_by_the_paired_bootstrap() -> None:
    images = [scene(str(i), extra=i % 2) for i in range(40)]
    fewer = [scene(str(i), extra=0) for i in range(40)]
    extra = difference(flow(system(plates("A"), images), system(plates("A"), fewer), "detector"), "extra")
    assert (extra.before, extra.after, extra.test) == (0.5, 0, "paired bootstrap")
    assert (extra.low, extra.high) == pytest.approx((-0.65, -0.35), abs=0.03)  # the binomial interval of 20 of 40
    assert (extra.beyond_noise, extra.better) == (True, True)


def test_how_well_plates_are_covered_is_compared_though_others_were_found() -> None:
    before = [outcome("A", image=str(i), covered=False, iou=0.5) for i in range(8)] + [outcome(None, image="8")]
    after = [outcome("A", image=str(i), covered=True, iou=0.7) for i in range(9)]
    images = [scene(str(i)) for i in range(9)]
    compared = flow(system(before, images), system(after, images), "detector")
    for name, change in (("covered", 1), ("overlap", 0.2)):
        found = difference(compared, name)
        assert (found.after - found.before, found.test) == (pytest.approx(change), "paired bootstrap")
        assert found.better
        assert found.beyond_noise


def test_pairing_takes_out_what_both_runs_share() -> None:
    """Images differ by far more than the runs do; every single one got better by one edit of ten."""
    truth = "ABCDEFGHIJ"
    before = [outcome("X" * (1 + i % 8) + truth[1 + i % 8 :], truth, image=str(i)) for i in range(40)]
    after = [outcome("X" * (i % 8) + truth[i % 8 :], truth, image=str(i)) for i in range(40)]
    cer = difference(flow(system(before), system(after)), "cer")
    assert (cer.low, cer.high) == pytest.approx((-0.1, -0.1))
    assert (cer.beyond_noise, cer.better) == (True, True)


def test_a_difference_that_chance_explains_is_within_noise() -> None:
    before, after = plates("AAAAAAAAAB"), plates("AAAAAAAABA")
    compared = flow(system(before), system(after))
    assert [d.beyond_noise for d in compared.differences] == [False] * len(compared.differences)
    assert not difference(compared, "read").better


def test_plates_that_one_report_lacks_or_labels_otherwise_are_named_and_not_compared() -> None:
    relabelled = outcome("A", "O", image="1")
    compared = flow(system(plates("AAB")), system([plates("A")[0], relabelled]))
    assert (compared.plates, difference(compared, "read").before) == (1, 1)
    assert compared.only_before == ("1#0", "2#0")
    assert compared.only_after == ("1#0",)


def test_average_precision_is_a_difference_without_a_test_and_of_the_same_images_only() -> None:
    def measured(ap: float) -> DetectionFigures:
        figure = Figure(value=ap, low=0, high=1, n=1)
        return DetectionFigures(found=None, precision=None, extra=None, ap50=figure)

    before = system(plates("A"), [scene("0")], detector=measured(0.5))
    after = system(plates("A"), [scene("0")], detector=measured(0.75))
    ap = difference(flow(before, after, "detector"), "ap50")
    assert (ap.before, ap.after, ap.test, ap.beyond_noise) == (0.5, 0.75, None, None)
    more = system(plates("A"), [scene("0"), scene("1")], detector=measured(0.75))
    assert "ap50" not in [d.figure for d in flow(before, more, "detector").differences]


def test_regions_are_compared_where_both_runs_name_some() -> None:
    named, silent = plates("AA", region="DE", read_region="DE"), plates("AA", region="DE")
    assert "region" not in [d.figure for d in flow(system(silent), system(named)).differences]
    assert difference(flow(system(named), system(named)), "region").after == 1


def test_sets_and_systems_that_one_run_lacks_are_named() -> None:
    flows, lonely = compare_systems([system(plates("A"))], [system(plates("A"), name="street")])
    assert flows == []
    assert lonely == ["ours: gate", "ours: street"]


def test_the_ocr_alone_is_a_flow_of_its_own() -> None:
    before = system([*plates("B"), *plates("B", flow="ocr")])
    after = system([*plates("B"), *plates("A", flow="ocr")])
    assert difference(flow(before, after, "ocr"), "read").after == 1
    assert difference(flow(before, after), "read").after == 0
