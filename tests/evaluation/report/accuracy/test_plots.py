"""What the plots show, and that nothing of it is cut off."""

import io
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas
from PIL import Image

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.breakdown import Breakdown, Group
from src.evaluation.metrics.errors import error_report
from src.evaluation.report.accuracy import plots
from src.evaluation.report.style import DARK, DPI, LIGHT, WIDTH, Draw, Theme, png
from tests.evaluation.reports import calibration_group
from tests.evaluation.rows import outcome

NAME = "a-source-with-a-name-that-has-no-end-whatever"
GROUP = calibration_group("real")
ERRORS = error_report([outcome("A8京", "AB京"), outcome("A8", "AB"), outcome("A", "A京"), outcome("ABB", "AB")])


def figure(value: float) -> Figure:
    return Figure(value=value, low=value - 0.1, high=min(value + 0.05, 1), n=100)


def shares() -> Breakdown:
    groups = (
        Group(label=NAME, n=1234, right=1234, low=0.99, high=1),
        Group(label="x", n=4, right=1, low=0.05, high=0.7),
    )
    return Breakdown(by="source", unit="px", groups=groups)


def read(theme: Theme) -> Canvas:
    ours = {"gate": figure(0.9), NAME: figure(0.5)}
    return plots.read_by_set({"ours": ours, "peer": {"gate": figure(0.8)}}, theme)


DRAWN: dict[str, Draw] = {
    "read": read,
    "reliability": lambda theme: plots.reliability({"photographs": GROUP}, theme),
    "risk": lambda theme: plots.risk_coverage({"photographs": GROUP, "drawn": GROUP}, theme),
    "breakdown": lambda theme: plots.breakdown(shares(), theme),
    "confusion": lambda theme: plots.confusion(ERRORS, theme),
}


def drawn(name: str) -> Canvas:
    canvas = DRAWN[name](LIGHT)
    canvas.draw_without_rendering()
    return canvas


def lines(canvas: Canvas) -> list[tuple[list[float], list[float]]]:
    """x and y of each line that has markers."""
    marked = [line for line in canvas.axes[0].lines if line.get_marker() != "None"]
    return [(list(map(float, line.get_xdata())), list(map(float, line.get_ydata()))) for line in marked]


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_cut_off(name: str) -> None:
    canvas = drawn(name)
    needed = canvas.get_tightbbox()
    assert min(needed.x0, needed.y0) >= 0
    assert needed.x1 <= canvas.get_figwidth() == WIDTH
    assert needed.y1 <= canvas.get_figheight()


@pytest.mark.parametrize(("name", "theme"), [*((name, LIGHT) for name in DRAWN), ("confusion", DARK)])
def test_files_are_sharp_and_on_the_ground_of_their_page(name: str, theme: Theme) -> None:
    pixels = np.asarray(Image.open(io.BytesIO(png(DRAWN[name], theme))).convert("RGB"))
    assert pixels.shape[1] == WIDTH * DPI
    assert "#" + bytes(pixels[0, 0]).hex() == theme.ground
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10


def test_points_stand_at_their_figures() -> None:
    (ours, rows), (peer, _) = lines(drawn("read"))
    assert (ours, peer) == ([0.9, 0.5], [0.8])
    assert [round(row) for row in rows] == [0, 1]


def test_reliability_and_risk() -> None:
    assert lines(drawn("reliability")) == [([0.3, 0.6, 0.9], [0.2, 0.7, 1])]
    assert lines(drawn("risk")) == [([0.5, 1], [0, 0.25])] * 2


def test_bars_are_as_long_as_their_shares_and_say_so() -> None:
    canvas = drawn("breakdown")
    assert [bar.get_width() for bar in canvas.axes[0].patches] == [1, 0.25]
    assert [t.get_text() for t in canvas.axes[1].get_yticklabels()] == ["100% of 1,234", "25% of 4"]
    labels = [t.get_text() for t in canvas.axes[0].get_yticklabels()]
    assert labels == [NAME[:27] + "…", "x px"]


def test_confusions_stand_where_true_and_read_meet() -> None:
    """True down, read across: B was read as 8 twice; 京, which the typeface lacks, was left out once."""
    axes = drawn("confusion").axes[0]
    names = [t.get_text() for t in axes.get_xticklabels()]
    assert names == ["∅", "8", "B", "4EAC"]
    cells = {(names[round(t.get_position()[1])], names[round(t.get_position()[0])]): t.get_text() for t in axes.texts}
    assert cells == {("B", "8"): "2", ("4EAC", "∅"): "1", ("∅", "B"): "1"}


def test_only_the_characters_confused_most_are_shown() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    many = error_report([outcome(b + b, a + a) for a, b in pairwise(alphabet)])
    axes = plots.confusion(many, LIGHT).axes[0]
    assert len(axes.get_xticklabels()) == plots.CONFUSED + 1


def test_every_series_looks_different() -> None:
    looks = [LIGHT.look(k) for k in range(35)]
    assert len(set(looks)) == 35
