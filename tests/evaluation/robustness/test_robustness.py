"""The pictures are chosen by their names, the marks counted by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from src.data.annotations.manifest import PlateLabel, Record
from src.evaluation.datasets.sets import EvaluationSet, SetError
from src.evaluation.robustness.run import AS_IT_IS, RobustnessRun, choose, conditions_of, counts, relative_of, run
from src.evaluation.robustness.schema import PlateOfPicture
from src.runtime.reader import Reader

Photo = Callable[..., Path]
RED = PlateLabel(box=(30, 20, 60, 30), text="AB01")


def plates(*texts: str | None, images: str = "abcdef") -> list[PlateOfPicture]:
    """One plate for each text, on the image of that letter."""
    return [PlateOfPicture(set="gate", image=images[n], plate=n, text=text) for n, text in enumerate(texts)]


def scenes(name: str, images: str) -> EvaluationSet:
    records = tuple(Record(image=image, plates=(RED,)) for image in images)
    return EvaluationSet(name, "scenes", Path(), records)


def chosen(sets: list[EvaluationSet], images: int) -> list[tuple[str, str]]:
    return [(pictures.name, record.image) for pictures, record in choose(sets, images)]


def test_sets_take_turns_and_the_order_is_that_of_no_manifest() -> None:
    few, many = scenes("few", "ab"), scenes("many", "abcdefgh")
    backwards = EvaluationSet("many", "scenes", Path(), many.records[::-1])
    order = chosen([few, many], 100)
    assert [name for name, _ in order[:5]] == ["few", "many", "few", "many", "many"]
    assert len(set(order)) == len(order) == 10
    assert chosen([few, backwards], 100) == order
    assert chosen([few, many], 4) == order[:4]
    letters = [image for name, image in order if name == "many"]
    assert letters != sorted(letters)


def test_crops_and_scenes_without_plates_are_not_chosen() -> None:
    crops = EvaluationSet("shop", "plates", Path(), (Record(image="c", text="AB01"),))
    empty = EvaluationSet("road", "scenes", Path(), (Record(image="e", plates=()),))
    assert chosen([crops, empty, scenes("gate", "a")], 9) == [("gate", "a")]
    with pytest.raises(SetError, match="shop, road: no scene with a labelled plate"):
        choose([crops, empty], 9)


def test_rates_count_what_is_in_the_frame_and_known() -> None:
    summed = counts(plates("A", "B", None, "D", images="aabc"), ["RRFR", "RFR-", "M-MM"])
    read, found = (summed[name] for name in ("read", "found"))
    assert read.right.tolist() == [[2, 0, 1], [1, 0, 0], [0, 0, 0]]  # by image; the unknown text counts nowhere
    assert read.counted.tolist() == [[2, 0, 1], [2, 0, 0], [1, 0, 1]]
    assert found.right.tolist() == [[2, 1, 1], [2, 1, 0], [0, 0, 0]]
    assert (read.figure(0).value, read.figure(1).value, found.figure(1).value) == (1, 1 / 2, 1)
    assert found.figure(1).n == 3


def test_the_mean_is_relative_to_clean() -> None:
    """Clean 3 of 4; a half and a quarter of that many: (2/3 + 1/3) / 2."""
    summed = counts(plates(*"ABCD"), ["RRRM", "RRMM", "RMMM"])["read"]
    figure = summed.relative([1, 2])
    assert figure.value == pytest.approx(1 / 2)
    assert figure.n == 4
    assert (figure.low, figure.high) == (0, 1)  # one of four pictures may be all that is drawn


def test_the_interval_is_the_bootstrap_over_pictures() -> None:
    """Against a bootstrap written out."""
    marks = ["RRRRRRMM", "RRRMRMMM"]
    figure = counts(plates(*"ABCDEFGH", images="aabcdeff"), marks)["read"].relative([1])
    rng, by_image = np.random.default_rng(1), [[0, 1], [2], [3], [4], [5], [6, 7]]
    means = []
    for _ in range(4000):
        drawn = [plate for image in rng.integers(6, size=6) for plate in by_image[image]]
        clean, worse = (sum(row[plate] == "R" for plate in drawn) for row in marks)
        if clean:
            means.append(worse / clean)
    assert figure.low == pytest.approx(np.percentile(means, 2.5), abs=0.05)
    assert figure.high == pytest.approx(np.percentile(means, 97.5), abs=0.05)


@pytest.mark.parametrize("marks", [["MM", "MM"], ["RR", "--"]])
def test_without_anything_to_compare_there_is_no_figure(marks: list[str]) -> None:
    assert counts(plates("A", "B"), marks)["read"].relative([1]) is None


def test_a_condition_without_plates_is_left_out_of_the_mean() -> None:
    assert counts(plates("A", "B"), ["RR", "--", "RM"])["read"].relative([1, 2]).value == 1 / 2


def test_effects_are_summed_up_over_their_severities() -> None:
    done = RobustnessRun(plates("A", "B"), {AS_IT_IS: "RR", ("fog", 1): "RR", ("fog", 5): "FM", ("rain", 1): "RM"})
    clean, fog, *_ = conditions_of(done)
    assert (clean.effect, clean.severity, fog.effect, fog.marks) == ("clean", 0, "fog", "RR")
    figures = {relative.effect: (relative.read.value, relative.found.value) for relative in relative_of(done)}
    assert figures == {"all": (1 / 2, 2 / 3), "fog": (1 / 2, 3 / 4), "rain": (1 / 2, 1 / 2)}


def test_pictures_are_read_as_they_are_and_under_each_condition(models: Path, photo: Photo) -> None:
    """The fake detector wants pure red, of which the night leaves none; rotation turns the corner out of the frame."""
    path = photo()
    edge = PlateLabel(box=(0, 0, 20, 6), text=None)
    record = Record(image=path.name, plates=(RED, edge))
    pictures = [(EvaluationSet("gate", "scenes", path.parent, (record,)), record)]
    done = run(pictures, Reader(models, 1), [("night", 1), ("rotation", 5)])
    assert done.marks[AS_IT_IS] == "RM"
    assert done.marks["night", 1] == "MM"
    assert done.marks["rotation", 5][1] == "-"
    assert done.sets == {"gate": 1}
    assert [(plate.plate, plate.text) for plate in done.plates] == [(0, "AB01"), (1, None)]


def test_a_missing_picture_is_noted_and_left_out(models: Path, photo: Photo) -> None:
    path = photo()
    records = [Record(image=name, plates=(RED,)) for name in ("gone.png", path.name)]
    pictures = EvaluationSet("gate", "scenes", path.parent, tuple(records))
    done = run([(pictures, record) for record in records], Reader(models, 1), [])
    assert [(s.image, s.fault) for s in done.skipped] == [(str(path.parent / "gone.png"), "no such file")]
    assert (done.sets, done.marks[AS_IT_IS]) == ({"gate": 1}, "R")
