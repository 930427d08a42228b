"""``robustness.json``: a closed schema, read again by a later run that compares itself with it."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import SCHEMA_VERSION, MeasuredPair
from src.evaluation.accuracy.stored import read_stored
from src.evaluation.accuracy.system_result import Skipped

CLEAN = "clean"

READ, FOUND, MISSED, GONE = "RFM-"
"""What became of a plate: exactly read; found, but not so; missed; no longer in the frame."""

FigureName = Literal["read", "found"]


class PlateOfPicture(Closed):
    """A labelled plate of a picture."""

    set: str
    image: str
    plate: int  # its number in the record
    text: str | None  # None: nobody knows it for certain, the plate counts for `found` alone


class Condition(Closed):
    """All pictures under one effect at one severity; ``clean`` at 0 is the pictures as they are."""

    effect: str
    severity: int
    read: Figure | None  # exactly right, of the known texts in the frame
    found: Figure | None  # overlap over 0.3, of the plates in the frame
    marks: str = Field(pattern=f"^[{READ}{FOUND}{MISSED}{GONE}]*$")  # one letter per plate


class Relative(Closed):
    """Means over conditions, each by that of the clean pictures; 1: nothing lost."""

    effect: str  # `all`: the one figure of the whole report
    read: Figure | None
    found: Figure | None


class ConditionChange(Closed):
    """One condition in two reports, over the plates that both have."""

    effect: str
    severity: int
    figure: FigureName
    plates: int
    before: float
    after: float
    gained: int  # plates right now that were not
    lost: int
    p: float  # exact McNemar
    beyond_noise: bool  # at a false discovery rate of 5 % over all rows (Benjamini and Hochberg, 1995)


class MeanChange(Closed):
    """The mean figure over the conditions and plates that two reports have in common, with the paired bootstrap."""

    figure: FigureName
    before: float
    after: float
    low: float  # of after - before, 95 %
    high: float
    beyond_noise: bool


class RobustnessComparison(Closed):
    """This run beside an earlier one."""

    baseline: str  # path of its report
    commit: str
    created: str
    means: tuple[MeanChange, ...]
    changes: tuple[ConditionChange, ...]


class Robustness(MeasuredPair):
    """One run of ``python -m src.robustness``."""

    sets: dict[str, int]  # pictures of each
    skipped: tuple[Skipped, ...]
    plates: tuple[PlateOfPicture, ...]
    conditions: tuple[Condition, ...]  # clean first
    relative: tuple[Relative, ...]  # `all` first
    comparison: RobustnessComparison | None = None


def read_robustness(path: Path) -> Robustness:
    """The report of an earlier run. Raises ReportError: no such report, or one of another schema version."""
    return read_stored(path, Robustness, SCHEMA_VERSION, "src.robustness")
