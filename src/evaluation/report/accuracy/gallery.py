"""The wrong readings to look at: each crop beside what was read and what it says.

The crops show real plates: they are data for the HTML report, which git ignores, and go nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from src.core.geometry import box_to_corners, crop_plate
from src.core.image import read_image
from src.core.types import Image
from src.data.annotations.manifest import Box
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.metrics.alignment import align
from src.evaluation.report.document import AlignedCharacter, Exhibit, Gallery

LIMIT = 60
"""Exhibits per set: more than that nobody looks at, and the page stays below some megabytes."""
FRAME = 140, 320
"""Height and width in pixels that a crop is enlarged, or shrunk, to fit."""
MARGIN, MISSED_MARGIN = 0.2, 1.0
"""Shares of the plate's height shown around it; around a missed plate more, as the reason may lie there."""


def galleries(outcomes: Iterable[ScoredPlate], folders: Mapping[str, Path], limit: int = LIMIT) -> list[Gallery]:
    """One per set that has faults, by the whole path where a set has that.

    ``outcomes`` are those of one system; ``folders`` says where each set's images lie. Raises ImageError.
    """
    of_set: dict[str, list[ScoredPlate]] = {}
    for outcome in outcomes:
        of_set.setdefault(outcome.set, []).append(outcome)
    shown = [_gallery(name, rows, folders[name], limit) for name, rows in of_set.items()]
    return [gallery for gallery in shown if gallery.exhibits]


def faults(outcomes: Iterable[ScoredPlate]) -> list[ScoredPlate]:
    """The plates whose known text was not read, the most confident first, then the missed ones."""
    wrong = [o for o in outcomes if o.truth is not None and not o.exact]
    return sorted(wrong, key=lambda o: (not o.found, -o.confidence))


def _gallery(name: str, outcomes: Sequence[ScoredPlate], folder: Path, limit: int) -> Gallery:
    path = [o for o in outcomes if o.flow == "path"]
    alone = {(o.image, o.plate): o.text for o in outcomes if o.flow == "ocr"} if path else {}
    wrong = faults(path or outcomes)
    missed = sum(not o.found for o in wrong)
    return Gallery(name, len(wrong) - missed, missed, tuple(_exhibits(wrong[:limit], alone, folder)))


def _exhibits(outcomes: Sequence[ScoredPlate], alone: Mapping[tuple[str, int], str], folder: Path) -> Iterator[Exhibit]:
    for o in outcomes:
        yield Exhibit(
            image=o.image,
            truth=o.truth or "",
            text=o.text,
            confidence=o.confidence,
            found=o.found,
            width=o.box[2] - o.box[0],
            glyphs=glyphs(o) if o.found else (),
            on_true_box=alone.get((o.image, o.plate)),
            crop=framed(read_image(folder / o.image), o.box, MARGIN if o.found else MISSED_MARGIN),
        )


def glyphs(outcome: ScoredPlate) -> tuple[AlignedCharacter, ...]:
    """The reading beside the truth, character by character."""
    sure = iter(outcome.char_confidences or ())
    pairs = align(outcome.truth or "", outcome.text)
    return tuple(AlignedCharacter(true, read, next(sure, None) if read else None) for true, read in pairs)


def framed(image: Image, box: Box, margin: float) -> Image:
    """The plate in ``box``, RGB, as large as fits FRAME, with ``margin`` times its height of the picture around it."""
    edges = np.array(image.shape[1::-1] * 2, np.float32)
    wide = np.clip(np.array(box, np.float32) + margin * (box[3] - box[1]) * np.array([-1, -1, 1, 1]), 0, edges)
    shown = (wide[2:] - wide[:2])[::-1]
    size = np.maximum(1, (shown * min(FRAME / shown)).round()).astype(int)
    return crop_plate(image, box_to_corners(wide), (int(size[0]), int(size[1])), margin=0)
