"""What became of each labelled plate: the rows that every figure of a report is computed from."""

from typing import Literal

from src.core.schema import Closed
from src.data.annotations.manifest import Box

Flow = Literal["path", "ocr"]
"""``path``: found by the detector, then read. ``ocr``: read on its true box, whatever the detector does."""


class Appearance(Closed):
    """How a plate looks in its picture, measured on its true box."""

    width: float  # pixels
    brightness: float  # mean grey, 0..255
    sharpness: float  # standard deviation of the Laplacian at a height of 32 pixels
    tilt: float | None  # degrees of the top edge against the horizontal; None without corners


class ScoredPlate(Closed):
    """One labelled plate of one set in one flow, and what was made of it."""

    set: str
    flow: Flow
    image: str
    plate: int  # its number in the record; 0 for a crop
    source: str
    box: Box  # true, in pixels
    truth: str | None  # None: nobody knows the text, the plate counts for `found` alone
    published_text: str | None = None
    region: str | None = None
    lines: int | None = None
    whole: bool = True  # false where a part of the plate is hidden: its truth is what can be seen
    appearance: Appearance | None = None
    found: bool
    iou: float  # with the matched prediction, 0 where missed
    covered: bool | None = None  # whether its crop reaches both ends of the plate; None where missed, or on a true box
    corner_error: float | None = (
        None  # share of the plate's width, see core.metrics; None without corners on both sides
    )
    text: str = ""  # "" where missed
    confidence: float = 0.0
    char_confidences: tuple[float, ...] | None = None
    read_region: str | None = None

    @property
    def exact(self) -> bool:
        """Whether the text is exactly right; false where none is known."""
        return self.truth is not None and self.text == self.truth


class ScoredImage(Closed):
    """One picture of a scene set: how many plates were there, found, and predicted besides."""

    set: str
    image: str
    plates: int
    found: int
    predicted: int  # predictions, those over `ignore` boxes left out
    extra: int  # of them without a plate
    extra_confidences: tuple[float, ...] = ()  # of their readings


class Figure(Closed):
    """A rate or mean over ``n`` cases with its 95 % interval (percentile bootstrap over images)."""

    value: float
    low: float
    high: float
    n: int
