"""Keeps what was seen: the best picture of each passage, a video with the plates marked, a video without any plate."""

from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
from PIL import Image as PillowImage

from src.core.files import replacing
from src.core.result import PlateRecord
from src.core.types import Detection, Image
from src.runtime.blur import hide_found, hiding
from src.runtime.detector import Detector
from src.runtime.draw import JPEG_QUALITY, annotate
from src.video.frame import Frame
from src.video.passage import Passage, PassageRecord
from src.video.watcher import TrackedPlate
from src.video.writer import VideoWriter

AROUND = 4
"""A plate is hidden where it is seen, and where it is seen in so many frames before and after: one may miss it."""
RATE = 25.0
"""What a player may expect where it does not look at the times of the frames."""
CROP_MARGIN = 0.3
"""The picture of the plate alone has so much of its height around it."""


class PassageFolder:
    """Saves the best picture of each passage, and the plate cut out of it, in one folder for all sources."""

    def __init__(self, folder: Path) -> None:
        """Creates ``folder``. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._stems: dict[str, str] = {}

    def save(self, passage: Passage) -> PassageRecord:
        """Writes both pictures, and returns the record that names them; a passage told again replaces them.

        Raises OSError.
        """
        record, image = passage.record, passage.image
        if image is None:
            return record
        name = f"{self._stem(record.source)}-{record.track:05d}.jpg"
        self._write(self._folder / name, image)
        self._write(self._folder / name.replace(".jpg", "-plate.jpg"), _cut(image, record.best.box))
        return record.model_copy(update={"best": record.best.model_copy(update={"picture": name})})

    def _stem(self, source: str) -> str:
        """Returns a name for files: that of the source, with a number where another source has the same."""
        if source not in self._stems:
            plain = (
                "".join(c if c.isalnum() or c in "-_." else "-" for c in Path(source.split("?")[0]).stem) or "source"
            )
            taken, stem, number = set(self._stems.values()), plain, 2
            while stem in taken:
                stem, number = f"{plain}-{number}", number + 1
            self._stems[source] = stem
        return self._stems[source]

    def _write(self, path: Path, image: Image) -> None:
        with replacing(path, hidden=True) as unfinished:
            PillowImage.fromarray(image).save(unfinished, "JPEG", quality=JPEG_QUALITY)


class _Copy:
    """A copy of a video that is complete after its ``with`` block; where the block raises, there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = ExitStack()
        self._writer: VideoWriter | None = None

    def _write(self, image: Image, time: float) -> None:
        if self._writer is None:  # only now the size is known
            height, width = image.shape[:2]
            self._writer = self._file.enter_context(VideoWriter(self._path, width, height, RATE))
        self._writer.write(image, time)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: Any) -> None:
        self._file.__exit__(*fault)


class AnnotatedVideo(_Copy):
    """A copy of the video in which every plate that is in view is marked, with what is known of it by then."""

    def add(self, frame: Frame, plates: Sequence[TrackedPlate]) -> None:
        """Adds ``frame`` with ``plates``. Raises VideoWriteError."""
        records = [PlateRecord(box=tuple(map(float, p.box)), text=p.text, confidence=p.confidence) for p in plates]
        accepted = [plate.accepted is not False for plate in plates]
        self._write(np.asarray(annotate(frame.image, records, accepted)), frame.time)


class BlurredVideo(_Copy):
    """A copy of the video in which no plate can be read. Every frame is searched."""

    def __init__(self, path: Path, detector: Detector) -> None:
        super().__init__(path)
        self._detector = hiding(detector.for_video())
        self._waiting: deque[tuple[Image, float, list[Detection]]] = deque()
        self._before: deque[list[Detection]] = deque(maxlen=AROUND)

    def add(self, frame: Frame) -> None:
        """Adds ``frame``; it is written when the next ones have been searched too. Raises VideoWriteError."""
        self._waiting.append((frame.image, frame.time, self._detector.detect(frame.image)))
        if len(self._waiting) > AROUND:
            self._write_first()

    def __exit__(self, *fault: Any) -> None:
        while self._waiting and fault[0] is None:
            self._write_first()
        super().__exit__(*fault)

    def _write_first(self) -> None:
        image, time, found = self._waiting.popleft()
        around = [d for frame in (*self._before, found, *(f for _, _, f in self._waiting)) for d in frame]
        self._write(hide_found(image, around), time)
        self._before.append(found)


def _cut(image: Image, box: Sequence[float]) -> Image:
    """Returns the plate with what is around it."""
    x1, y1, x2, y2 = box
    margin = CROP_MARGIN * (y2 - y1)
    left, top = max(int(x1 - margin), 0), max(int(y1 - margin), 0)
    return image[top : int(y2 + margin) + 1, left : int(x2 + margin) + 1]
