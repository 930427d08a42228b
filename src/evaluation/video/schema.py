"""The truth of passages, what became of them, and ``video.json``: closed schemas."""

from typing import Literal

from pydantic import Field

from src.core.result import Probability
from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import MeasuredPair
from src.evaluation.metrics.calibration import CalibrationGroup

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the frame."""
Half = Literal["fit", "measure"]
Group = Literal["photograph", "pasted", "drawn"]
OURS, BEST, MAJORITY, PEER = "ours", "best reading", "majority", "peer"


class TrueBox(Closed):
    """Where a plate is at a time; the part of it that is in the picture."""

    time: float
    box: Box


class TruePassage(Closed):
    """A vehicle that passes in a clip, and what its plate says."""

    source: str = Field(description="the name of the clip")
    number: int = Field(description="of the vehicle in the clip, from 0")
    kind: str
    group: Group | None = Field(description="None: a real clip")
    half: Half | None
    picture: str = Field(description="what the vehicle was made of; passages of one picture are drawn together")
    text: str
    lines: int | None = Field(default=None, description="of the plate")
    region: str | None
    first: float = Field(description="seconds at which the plate is legible first")
    last: float
    legible: int = Field(description="frames in which it is")
    boxes: tuple[TrueBox, ...] = Field(description="of the frames in which most of it can be seen; none of real clips")


class Told(Closed):
    """A passage as a system told it in the end."""

    source: str
    track: int
    first: float
    last: float
    text: str
    confidence: Probability
    accepted: bool
    boxes: tuple[TrueBox, ...] = Field(description="where the plate was found and read")
    answered: float | None = Field(
        default=None, description="seconds at which the text was first told as it is in the end, and accepted"
    )


class Outcome(Closed):
    """What a system made of one true passage."""

    source: str
    number: int
    kind: str
    group: Group | None
    half: Half | None
    picture: str
    lines: int | None = None
    truth: str
    text: str | None = Field(description="None: no passage was told of it")
    confidence: float
    accepted: bool
    doubles: int = Field(description="further passages that were told of it")
    doubles_accepted: int
    exchanged: int = Field(description="tracks that began on it and ended on another vehicle")
    wait: float | None = Field(description="seconds from the first legible frame to the accepted right text")

    @property
    def right(self) -> bool:
        """Whether the text is exactly right."""
        return self.text == self.truth


class Invention(Closed):
    """A passage that was told where no vehicle with a plate is."""

    source: str
    kind: str
    half: Half | None
    track: int
    text: str
    confidence: float
    accepted: bool


class PassageFigures(Closed):
    """Shares of true passages, with intervals over the pictures that they were made of."""

    passages: int
    right: Figure | None
    accepted: Figure | None = Field(description="told as sure enough, right or wrong")
    accepted_right: Figure | None = Field(description="right, of the accepted ones")
    missed: Figure | None
    doubled: Figure | None = Field(description="passages with more than one answer")
    invented: Figure | None = Field(description="answers without a vehicle, by true passages")
    spurious_accepted: Figure | None = Field(description="doubles and inventions that are accepted, by true passages")
    exchanged: Figure | None
    wait: Figure | None = Field(description="mean seconds to the answer, of those that are right and accepted")


class SystemFigures(Closed):
    """A system over all rendered passages of a half."""

    name: str
    of: str = Field(description="which passages")
    all: PassageFigures
    kinds: dict[str, PassageFigures]
    groups: dict[str, PassageFigures]
    lines: dict[str, PassageFigures] = Field(description="by the number of lines of the plate")


class Speed(Closed):
    """What watching took, decoding included, rendering not."""

    frames: int
    video_seconds: float
    cpu_seconds: float
    wall_seconds: float
    searched: int = Field(description="frames that the detector saw")


class ClipResult(Closed):
    """A real clip: the texts that are in view and those that were told."""

    clip: str
    truths: tuple[str, ...]
    told: tuple[Told, ...]
    right: int
    wrong: int
    missed: int
    invented: int
    invented_accepted: int
    doubled: int


class VideoReport(MeasuredPair):
    """One run of ``python -m src.evaluate_video``."""

    passages: int
    halves: dict[str, int]
    still: dict[str, Figure | None] = Field(description="right where the vehicle's own picture is read once, by half")
    systems: tuple[SystemFigures, ...]
    calibration: dict[str, CalibrationGroup | None] = Field(description="of our passages, by half")
    outcomes: tuple[Outcome, ...] = Field(description="of our passages")
    inventions: tuple[Invention, ...]
    speed: Speed | None
    clips: dict[str, tuple[ClipResult, ...]] = Field(description="real clips, by system")
