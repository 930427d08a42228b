"""The report for reading, section by section."""

from collections.abc import Sequence

import numpy as np

from src.evaluation.accuracy.comparison import Comparison, Difference, FlowComparison
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.metrics.acceptance import acceptance_report
from src.evaluation.metrics.errors import error_report
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.accuracy.gallery import glyphs
from src.evaluation.report.document import Exhibit, Gallery
from src.evaluation.report.markdown import WORST, markdown, table
from tests.evaluation.metrics.test_acceptance import empty, precise
from tests.evaluation.reports import calibration, report, system
from tests.evaluation.rows import outcome, scene

ROWS = [
    outcome("AB1", image="1", region="DE"),
    outcome("A|1", image="2", confidence=0.75, region="RU"),
    outcome(None, image="3"),
]


def sections(built: Report, galleries: Sequence[Gallery] = ()) -> dict[str, str]:
    """What stands below each heading."""
    parts = markdown(document(built, galleries)).split("\n## ")
    return dict(part.split("\n", 1) for part in parts)


def test_cells_are_escaped() -> None:
    assert table(["a", "b"], [["x|y", "7*"]]) == "| a | b |\n| --- | --- |\n| x&#124;y | 7\\* |"


def test_figures_with_their_intervals() -> None:
    built = sections(report(system("ours", ROWS, [scene(plates=3, found=2, extra=1)])))
    path, detector, *_ = built["Read exactly right"].split("### ")[1:]
    assert path.startswith("Whole path\n\n| set | system | read |")
    assert "| gate | ours | 33.3% (0.0–100.0) |" in path
    assert "| gate | ours | 66.7% (66.7–66.7) | 66.7% (66.7–66.7) | 1.00 (1.00–1.00) | 3 |  |" in detector
    assert built["# Evaluation of 2025-01-02"].strip() == "33.3% of 3 plates read exactly right."
    assert "- gate: 33.3% read exactly right, 95 % interval 0.0–100.0, 3 plates" in built["Read exactly right"]
    assert "Ours beside other systems" not in built["Read exactly right"]


def test_other_systems() -> None:
    built = sections(report(system("ours", ROWS), system("peer", ROWS[:1], predictions="p.jsonl")))
    assert "| gate | peer | +0.0 points (p = 1.000) | even | 100.0% | 100.0% | 1 |" in built["Read exactly right"]
    assert "- peer: predictions from p.jsonl" in built["How this was made"]


def test_errors_and_plots() -> None:
    built = sections(report(system("ours", ROWS), errors=error_report(ROWS)))["Where errors come from"]
    assert "B → | (1)" in built
    assert "| region | unknown | 0.0% (0.0%–79.3%) | 0 | 1 |" in built
    assert "](plot-confusion.png)" in built
    assert "](plot-region.png)" in built


def test_calibration() -> None:
    built = sections(report(system("ours", ROWS), calibration=calibration(30)))["Confidence"]
    cells = "| all readings | 30 | 60.0% (40.0–70.0) | 50.0% | 60.0% (40.0–70.0) | 0.600 (0.400–0.700) |"
    assert cells in built
    assert built.count("\n| ") == 3  # with the header and the line below it
    assert "| – | – |" in built


def test_what_is_accepted() -> None:
    images = [empty("1", 0.3, 0.97), empty("2", 0.6)]
    ours = system("ours", [outcome("AB", "AB", whole=False, set="hard/half-hidden")], images)
    acceptance = acceptance_report(ours, precise(0.9))
    built = sections(report(ours, acceptance=acceptance))["What is accepted and must not be"]
    assert "a confidence of 0.900 at least" in built
    assert "| hard/no-plate | 2 | 3 | 1 | 1 | 0 | 1 | 0.50 (0.00–1.00) | – |" in built
    assert "What is accepted and must not be" not in sections(report(ours))


def compared(*after: float) -> str:
    differences = tuple(
        Difference(figure=f, before=0.5, after=a, test="McNemar", p=0.01, beyond_noise=a != 0.5)
        for f, a in zip(("read", "cer"), after, strict=True)
    )
    flow = FlowComparison(
        system="ours",
        set="gate",
        flow="path",
        plates=3,
        differences=differences,
        became_right=(),
        became_wrong=(),
        only_after=(),
        only_before=(),
    )
    comparison = Comparison(
        baseline="old.json", commit="abc", created="then", flows=(flow,), not_compared=("ours: yard",)
    )
    return sections(report(system("ours", ROWS), comparison=comparison))["Since the baseline"]


def test_only_what_changed_since_the_baseline_is_listed() -> None:
    text = compared(0.6, 0.5)
    assert "| gate | ours | whole path | read | 50.0% | 60.0% | +10.0 points | p = 0.010 | better |" in text
    assert "CER" not in text
    assert "Only in one of the reports: ours: yard" in text
    assert "Every figure is the same." in compared(0.5, 0.5)


def test_the_worst_readings_of_a_set_are_listed() -> None:
    crop = np.zeros((1, 1, 3), np.uint8)
    shown = [
        Exhibit(o.image, "AB1", o.text, o.confidence, o.found, 100, glyphs(o), None, crop)
        for o in (*ROWS[1:], *[outcome("X", image=str(i)) for i in range(30)])
    ]
    text = sections(report(system("ours", ROWS)), [Gallery("gate", 31, 1, tuple(shown))])["Gallery of errors"]
    rows = text[text.index("### gate: worst readings") :].strip().splitlines()[4:]
    assert rows[:2] == ["| AB1 | A&#124;1 | 75.0% | 2 |", "| AB1 | – | not found | 3 |"]
    assert len(rows) == WORST


def test_skipped_pictures_are_named() -> None:
    gone = Skipped(set="gate", image="/data/gone.jpg", fault="no such file")
    text = sections(report(system("ours", ROWS, skipped=(gone,))))["Skipped pictures"]
    assert "| ours | gate | /data/gone.jpg | no such file |" in text
