"""How much of what is read on clean photographs is still read in rain, at night, out of focus, ..."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from src.core.image import ImageError
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.scoring import score_scene
from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.datasets.pictures import in_pixels, read_labelled
from src.evaluation.datasets.sets import EvaluationSet, SetError
from src.evaluation.metrics.figures import Floats, interval, ratio, resampled_ratios
from src.evaluation.robustness.distort import distort
from src.evaluation.robustness.schema import (
    CLEAN,
    FOUND,
    GONE,
    MISSED,
    READ,
    Condition,
    FigureName,
    PlateOfPicture,
    Relative,
)
from src.runtime.output import describe
from src.runtime.reader import Reader

ConditionKey = tuple[str, int]
"""(effect, severity)"""
AS_IT_IS: ConditionKey = (CLEAN, 0)
FIGURES: tuple[FigureName, ...] = ("read", "found")
RIGHT: dict[FigureName, list[str]] = {"read": [READ], "found": [READ, FOUND]}
Picture = tuple[EvaluationSet, Record]
Bools = npt.NDArray[np.bool_]


def choose(sets: Sequence[EvaluationSet], images: int) -> list[Picture]:
    """At most ``images`` scenes with plates, from each set in turn, in an order that depends on their names alone.

    Fewer are the beginning of more. Raises SetError where there is none.
    """
    queues = [sorted(_scenes(pictures), key=_shuffled) for pictures in sets]
    turns = [picture for turn in zip_longest(*queues) for picture in turn if picture is not None]
    if not turns:
        raise SetError(f"{', '.join(s.name for s in sets)}: no scene with a labelled plate to distort")
    return turns[:images]


def _scenes(pictures: EvaluationSet) -> Iterator[Picture]:
    return ((pictures, record) for record in pictures.records if record.is_scene and record.plates)


def _shuffled(picture: Picture) -> str:
    return hashlib.sha256(f"{picture[0].name}\n{picture[1].image}".encode()).hexdigest()


@dataclass(slots=True)
class RobustnessRun:
    """The plates of all pictures, and per condition a mark for each of them."""

    plates: list[PlateOfPicture] = field(default_factory=list)
    marks: dict[ConditionKey, str] = field(default_factory=dict)
    sets: dict[str, int] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def run(pictures: Iterable[Picture], reader: Reader, conditions: Sequence[ConditionKey]) -> RobustnessRun:
    """Reads every picture as it is and under all ``conditions``; one that cannot be opened is noted."""
    done = RobustnessRun(marks=dict.fromkeys([AS_IT_IS, *conditions], ""))
    for pictures_of, record in pictures:
        path = pictures_of.root / record.image
        try:
            photograph = read_labelled(path, record)
        except ImageError as error:
            done.skipped.append(Skipped(set=pictures_of.name, image=str(path), fault=str(error)))
            continue
        done.sets[pictures_of.name] = done.sets.get(pictures_of.name, 0) + 1
        done.plates += plates_of(pictures_of.name, record)
        seen = in_pixels(record, photograph)
        for condition in done.marks:
            done.marks[condition] += _mark(photograph.pixels, seen, reader, condition)
    return done


def plates_of(name: str, record: Record) -> Iterator[PlateOfPicture]:
    """The labelled plates of one picture of the set ``name``."""
    for number, label in enumerate(record.plates or ()):
        yield PlateOfPicture(set=name, image=record.image, plate=number, text=label.text if label.sure else None)


def _mark(image: Image, record: Record, reader: Reader, condition: ConditionKey) -> str:
    """A letter per plate of ``record``."""
    marks = [GONE] * len(record.plates or ())
    kept: Sequence[int] = range(len(marks))
    if condition != AS_IT_IS:
        distorted = distort(image, record, *condition)
        image, record, kept = distorted.image, distorted.record, distorted.plates
    outcomes, _ = score_scene("", record, describe(record.image, reader.read(image), None).plates)
    for number, outcome in zip(kept, outcomes, strict=True):
        marks[number] = READ if outcome.exact else FOUND if outcome.found else MISSED
    return "".join(marks)


@dataclass(frozen=True, slots=True)
class ConditionCounts:
    """Plates of each picture that are right, and that count, under each condition: ``[conditions, images]``."""

    right: Floats
    counted: Floats

    def figure(self, row: int) -> Figure | None:
        """The rate under one condition."""
        return ratio(self.right[row], self.counted[row])

    def mean(self, rows: Sequence[int]) -> float:
        """The rates of ``rows`` by that of row 0, on average."""
        right, counted = self.right.sum(1), self.counted.sum(1)
        return float(np.mean(right[rows] / counted[rows]) / (right[0] / counted[0]))

    def resampled_means(self, rows: Sequence[int]) -> Floats:
        """The same in every resample of the pictures; NaN where a resample has nothing to divide by."""
        clean = resampled_ratios(self.right[0], self.counted[0])
        rates = np.mean([resampled_ratios(self.right[row], self.counted[row]) for row in rows], 0)
        return np.divide(rates, clean, out=np.full_like(rates, np.nan), where=clean > 0)

    def relative(self, rows: Sequence[int]) -> Figure | None:
        """``mean`` with its interval; None where nothing is right on clean pictures or no plate is left."""
        rows = [row for row in rows if self.counted[row].any()]
        if not rows or not self.right[0].any():
            return None
        low, high = interval(self.resampled_means(rows))
        return Figure(value=self.mean(rows), low=low, high=high, n=int(self.counted[0].sum()))


def counts(plates: Sequence[PlateOfPicture], marks: Sequence[str]) -> dict[FigureName, ConditionCounts]:
    """What ``read`` and ``found`` are summed from; ``marks`` holds a letter per plate for each condition."""
    images = _images(plates)
    return {
        name: ConditionCounts(*(side.astype(float) @ images for side in right_and_counted(name, plates, marks)))
        for name in FIGURES
    }


def right_and_counted(name: FigureName, plates: Sequence[PlateOfPicture], marks: Sequence[str]) -> tuple[Bools, Bools]:
    """``[conditions, plates]`` each: for ``read``, those in the frame whose text is known count."""
    letters = np.array([list(row) for row in marks]).reshape(len(marks), len(plates))
    counted = letters != GONE
    if name == "read":
        counted &= np.array([plate.text is not None for plate in plates], bool)
    return np.isin(letters, RIGHT[name]) & counted, counted


def _images(plates: Sequence[PlateOfPicture]) -> Floats:
    """``[plates, images]``: 1 where the plate is of the image."""
    numbers: dict[tuple[str, str], int] = {}
    of = [numbers.setdefault((plate.set, plate.image), len(numbers)) for plate in plates]
    return np.eye(len(numbers))[of]


def conditions_of(done: RobustnessRun) -> tuple[Condition, ...]:
    """The figures of each condition, clean first."""
    summed = counts(done.plates, list(done.marks.values()))
    return tuple(
        Condition(
            effect=effect,
            severity=severity,
            read=summed["read"].figure(row),
            found=summed["found"].figure(row),
            marks=done.marks[effect, severity],
        )
        for row, (effect, severity) in enumerate(done.marks)
    )


def relative_of(done: RobustnessRun) -> tuple[Relative, ...]:
    """The one mean figure over all conditions, then that of each effect over its severities."""
    summed = counts(done.plates, list(done.marks.values()))
    groups: dict[str, list[int]] = {"all": []}
    for row, (effect, _) in enumerate(done.marks):
        if effect != CLEAN:
            groups["all"].append(row)
            groups.setdefault(effect, []).append(row)
    return tuple(
        Relative(effect=effect, read=summed["read"].relative(rows), found=summed["found"].relative(rows))
        for effect, rows in groups.items()
    )
