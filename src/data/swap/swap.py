"""Which pastes a scene gets, and what of its truth changes by them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from src.core.geometry import corners_to_box
from src.core.types import Boxes, Corners
from src.data.canvas import Scene, no_boxes
from src.data.swap.decals import decal
from src.data.swap.dress import DRAWN, dressed, shrunk
from src.data.swap.look import Look, look_of, nearby, shaded
from src.data.swap.paste import cut, paste, wipe
from src.data.swap.place import WIDTHS, alone, outside, over, touches, widened
from src.data.synthesis import CropSynthesiser, find_fonts
from src.data.synthesis.draw import Flat

MOST = 0.4
"""Share of images that may be touched: the others keep their own seams, noise and light."""
PASTES = (0.0, 0.3, 0.3, 0.25, 0.15)
"""How likely none, one, two, ... things are pasted into a scene."""
TWO_LINED = 0.25
"""Share of plates that are drawn again until they have two lines, beside those that have two anyway."""
TELLING = 40.0
"""Width in pixels of a real plate from which on something else may take its place: a far plate is a pale patch too."""


class PlateSwap:
    """Pastes one to four things into the ``share`` of scenes that it is asked for.

    A thing is as often a plate as none, both over real plates and elsewhere, so that neither a seam nor a patch says
    anything by itself (after Dwibedi et al., Cut, Paste and Learn, 2017). The same generator gives the same scene; can
    be pickled. Raises FontError where ``fonts`` has none.
    """

    def __init__(self, fonts: str = ".fonts", share: float = MOST) -> None:
        if not 0 <= share <= MOST:
            raise ValueError(f"the share of scenes that are swapped must lie within 0..{MOST}, got {share}")
        self.share = share
        self._plates = CropSynthesiser(find_fonts(Path(fonts)))

    def __call__(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """``scene`` with its pastes: plates are added to its truth, the old one under a paste leaves it."""
        scene = replace(scene, image=np.ascontiguousarray(scene.image).copy())
        look = look_of(scene.image)
        pasted = no_boxes()
        for _ in range(int(rng.choice(5, p=PASTES))):
            is_plate = rng.random() < 0.5
            flat = self._plate(rng) if is_plate else decal(self._plates.faces, rng, DRAWN)
            scene, corners = _with(scene, flat, look, pasted, WIDTHS[0] if is_plate else TELLING, rng)
            if corners is not None:
                scene = _with_plate(scene, corners) if is_plate else scene
                pasted = np.concatenate([pasted, corners_to_box(corners)[None]])
        return scene

    def _plate(self, rng: np.random.Generator) -> Flat:
        plate = self._plates.plate(rng)
        if rng.random() < TWO_LINED:
            while plate.lines != 2:
                plate = self._plates.plate(rng)
        return dressed(plate, self._plates, rng)


def _with(
    scene: Scene, flat: Flat, look: Look, pasted: Boxes, least: float, rng: np.random.Generator
) -> tuple[Scene, Corners | None]:
    """``flat`` pasted into ``scene``, and where; None where there was no room.

    Six in ten go over a real plate of ``least`` pixels width or more, which is painted out first and leaves the truth:
    it is covered whole even where the new thing is narrower.
    """
    aspect = float((flat.plate[2] - flat.plate[0]) / (flat.plate[3] - flat.plate[1]))
    real = [i for i, box in enumerate(scene.boxes) if box[2] - box[0] >= least and not (box == pasted).all(1).any()]
    if real and rng.random() < 0.6:
        index = int(rng.choice(real))
        old, others = scene.boxes[index], np.delete(scene.boxes, index, 0)
        corners = over(old, scene.corners[index], aspect, rng)
        around = np.stack([widened(old), widened(corners_to_box(corners))])
        if touches(around, others) or outside(corners, scene.image) or np.ptp(corners[:, 0]) < WIDTHS[0]:
            return scene, None
        look = nearby(look, cut(scene.image, old))
        wipe(scene.image, old, rng)
        scene = replace(scene, boxes=others, corners=np.delete(scene.corners, index, 0))
    else:
        found = alone(scene.image, np.concatenate([scene.boxes, pasted]), aspect, rng)
        if found is None:
            return scene, None
        corners, look = found, shaded(look, cut(scene.image, corners_to_box(found)))
    paste(scene.image, shrunk(flat, corners), corners, look, rng)
    return scene, corners


def _with_plate(scene: Scene, corners: Corners) -> Scene:
    marked = np.concatenate([corners, np.ones((4, 1), np.float32)], 1)[None]
    limits = np.array(scene.image.shape[1::-1] * 2, np.float32)
    box = corners_to_box(corners).clip(0, limits)[None]
    return replace(scene, boxes=np.concatenate([scene.boxes, box]), corners=np.concatenate([scene.corners, marked]))
