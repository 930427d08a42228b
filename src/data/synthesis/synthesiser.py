"""Plates that never were: crops as the reader sees them, with the text and the box of each character."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from src.core.types import Boxes, Image
from src.data.synthesis.americas import american, brazilian
from src.data.synthesis.degrade import degrade
from src.data.synthesis.draw import draw_plate
from src.data.synthesis.europe import european
from src.data.synthesis.fonts import Faces
from src.data.synthesis.holder import hold
from src.data.synthesis.plate import Plate
from src.data.synthesis.pose import lay, random_pose, transform_boxes
from src.data.synthesis.russia import russian
from src.data.synthesis.strokes import ROUNDNESS
from src.data.synthesis.world import chinese, generic, tunisian

PLATES: dict[str, Callable[[np.random.Generator], Plate]] = {
    "russia": russian,
    "europe": european,
    "brazil": brazilian,
    "america": american,
    "tunisia": tunisian,
    "china": chinese,
    "generic": generic,
}
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "russia": 0.25,
    "europe": 0.30,
    "brazil": 0.12,
    "america": 0.12,
    "tunisia": 0.06,
    "china": 0.02,
    "generic": 0.13,
}
"""How often each group of plates is drawn; scaled to a sum of one."""
HELD = 0.45
"""Share of plates in a holder."""
MIN_CONTRAST = 11.0
"""Standard deviation of the grey values below which a degraded crop is unreadable, and so not used."""
NEEDS = {"tunisia": "arabic", "china": "chinese"}
"""The script that a group cannot be written without."""


@dataclass(frozen=True)
class SyntheticCrop:
    """A crop ``image`` (uint8 [H, W, 3] RGB), its canonical ``text``, and where each character is.

    ``region`` is ISO 3166 alpha-2, or "" for plates of no country. ``chars`` is float32 [len(text), 4]:
    x1, y1, x2, y2 in pixels of ``image``, in the order of the text, cut at the image's edges.
    """

    image: Image
    text: str
    region: str
    lines: int
    chars: Boxes


class CropSynthesiser:
    """Makes crops of ``size = (H, W)``; the same generator state gives the same crop. Can be pickled."""

    def __init__(
        self,
        fonts: Sequence[Path],
        size: tuple[int, int] = (32, 128),
        weights: Mapping[str, float] = DEFAULT_WEIGHTS,
        pens: Collection[str] = tuple(ROUNDNESS),
    ) -> None:
        """``weights`` by names of PLATES; groups whose script no font writes are left out (``skipped``).

        ``pens`` are the faces drawn by ``strokes`` that are used beside ``fonts``.
        """
        if unknown := sorted(set(weights) - set(PLATES)):
            raise ValueError(f"no plates are called {', '.join(unknown)}; there are {', '.join(PLATES)}")
        self.faces = Faces(fonts, pens)
        self.size = size
        self.skipped = tuple(n for n in weights if n in NEEDS and not self.faces.writes(NEEDS[n]))
        self.names = tuple(n for n in weights if n not in self.skipped and weights[n] > 0)
        if not self.names:
            raise ValueError("no plates left to draw: every weight is zero or needs a font that is not there")
        shares = np.cumsum([weights[n] for n in self.names])
        self._cumulative = shares / shares[-1]

    def plate(self, rng: np.random.Generator) -> Plate:
        """What is drawn next, as data."""
        name = self.names[int(np.searchsorted(self._cumulative, rng.random(), side="right"))]
        return PLATES[name](rng)

    def __call__(self, rng: np.random.Generator) -> SyntheticCrop:
        """One crop."""
        return self.draw(self.plate(rng), rng)

    def draw(self, plate: Plate, rng: np.random.Generator) -> SyntheticCrop:
        """A crop of this plate: typeface, holder, pose and light are chosen by ``rng``."""
        height = round(self.size[0] * 2 * min(1.3, max(0.75, 4.5 / plate.aspect)))
        flat = draw_plate(plate, self.faces, rng, height)
        if rng.random() < HELD:
            flat = hold(flat, self.faces, rng)
        pose = random_pose(rng, flat.plate, self.size)
        image = self._degraded(lay(flat, pose, self.size, rng), rng)
        chars = transform_boxes(pose.matrix, flat.chars, self.size)
        return SyntheticCrop(image, plate.text, plate.region, plate.lines, chars)

    @staticmethod
    def _degraded(clean: Image, rng: np.random.Generator) -> Image:
        """``clean`` degraded; tried three times where nothing can be seen any more, else left as it is."""
        for _ in range(3):
            image = degrade(clean, rng)
            if image.std() > MIN_CONTRAST:
                return image
        return clean
