"""Replaces photographed plates by drawn ones and cuts them out: the light is real and the text is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners
from src.core.image import read_named
from src.core.types import Boxes, Corners, Image
from src.data.annotations.manifest import PlateLabel, Record
from src.data.copy_paste.dress import dressed, shrunk
from src.data.copy_paste.paste import cut, paste, wipe
from src.data.copy_paste.photometry import nearby, photometry_of
from src.data.copy_paste.place import outside, over
from src.data.synthesis import CropSynthesiser
from src.data.synthesis.capture.pose import transform
from src.data.synthesis.drawing.draw import Flat
from src.data.transforms.scene import Floats

LEAST_WIDTH = 40.0
"""A photographed plate must be this many pixels wide, or nobody could read a plate drawn in its place."""
AROUND = 1.2
"""This much of the scene is kept on every side of a plate, in heights of its box, as room for squarer plates."""
TRIES = 20


@dataclass(frozen=True)
class Patch:
    """The part of a scene around a plate; ``box`` [4] and ``corners`` [4, 3] (x, y, visible) are in its pixels.

    ``image`` is RGB. Beyond the picture's edge its last pixels repeat.
    """

    image: Image
    box: Boxes
    corners: Floats
    source: str


@dataclass(frozen=True)
class PastedPlate:
    """Holds ``image`` RGB with a drawn plate in ``corners`` [4, 2].

    ``chars`` [n, 4, 2] are the corners of its characters and ``rows`` [n] the lines on which they stand, 0 the upper.
    """

    image: Image
    corners: Corners
    text: str
    region: str
    chars: Corners
    rows: npt.NDArray[np.int64]


def patches(records: Sequence[Record], root: Path) -> list[Patch]:
    """Cuts a patch around every plate of scenes that is wide enough. Raises ImageError that names the picture."""
    found = []
    for record in records:
        wide = [p for p in record.plates or () if p.box[2] - p.box[0] >= LEAST_WIDTH]
        if not wide:
            continue
        image = read_named(root / record.image)
        found += [_around(image, plate, record.source) for plate in wide]
    return found


def _around(image: Image, plate: PlateLabel, source: str) -> Patch:
    box = np.array(plate.box, np.float32)
    pad = AROUND * (box[3] - box[1])
    x1, y1 = np.floor(box[:2] - pad).astype(int)
    x2, y2 = np.ceil(box[2:] + pad).astype(int)
    corners = np.zeros((4, 3), np.float32)
    if plate.corners is not None:
        corners[:, :2], corners[:, 2] = np.array(plate.corners, np.float32) - (x1, y1), 1
    rows = np.arange(y1, y2).clip(0, image.shape[0] - 1)
    columns = np.arange(x1, x2).clip(0, image.shape[1] - 1)
    return Patch(image[rows][:, columns], box - np.array([x1, y1, x1, y1], np.float32), corners, source)


class PastedPlates:
    """Pastes the plates that ``plates`` draws onto ``patches``. The same generator gives the same; can be pickled."""

    def __init__(self, patches: Sequence[Patch], plates: CropSynthesiser) -> None:
        if not patches:
            raise ValueError(f"no photographed plate is {LEAST_WIDTH:g} pixels wide")
        self.patches, self.drawn = patches, plates

    def __call__(self, rng: np.random.Generator) -> PastedPlate:
        """Draws one plate on a patch where it has room."""
        plate = self.drawn.plate(rng)
        image, corners, flat = self.laid(dressed(plate, self.drawn, rng), rng)
        onto = cv2.getPerspectiveTransform(box_to_corners(flat.plate), corners.astype(np.float32))
        chars = transform(np.asarray(onto), box_to_corners(flat.chars).reshape(-1, 2)).reshape(-1, 4, 2)
        return PastedPlate(image, corners, plate.text, plate.region, chars, np.array(plate.rows, np.int64))

    def laid(self, flat: Flat, rng: np.random.Generator) -> tuple[Image, Corners, Flat]:
        """Returns a patch with ``flat`` in place of its plate, the corners [4, 2], and ``flat`` as it was scaled."""
        aspect = float((flat.plate[2] - flat.plate[0]) / (flat.plate[3] - flat.plate[1]))
        patch, corners = self._place(aspect, rng)
        image = patch.image.copy()
        look = nearby(photometry_of(image), cut(image, patch.box))
        wipe(image, patch.box, rng)
        flat = shrunk(flat, corners)
        paste(image, flat, corners, look, rng)
        return image, corners, flat

    def _place(self, aspect: float, rng: np.random.Generator) -> tuple[Patch, Corners]:
        for _ in range(TRIES):
            patch = self.patches[int(rng.integers(len(self.patches)))]
            corners = over(patch.box, patch.corners, aspect, rng)
            if not outside(corners, patch.image):
                break
        return patch, corners
