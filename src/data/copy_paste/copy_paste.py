"""Chooses which objects are pasted into a scene, and updates its ground truth."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from src.core.geometry import corners_to_box
from src.core.types import Boxes, Corners
from src.data.copy_paste.distractors import distractor
from src.data.copy_paste.dress import DRAWN, dressed, shrunk
from src.data.copy_paste.occluders import occlude
from src.data.copy_paste.overlays import overlay
from src.data.copy_paste.paste import cut, paste, wipe
from src.data.copy_paste.photometry import Photometry, nearby, photometry_of, shaded
from src.data.copy_paste.place import WIDTHS, alone, beside, is_squarer, outside, over, touches, widened
from src.data.synthesis import CropSynthesiser, find_fonts
from src.data.synthesis.layout.generic import three_lines
from src.data.synthesis.layout.plate import Plate
from src.data.transforms.scene import Scene, no_boxes

MOST = 0.5
"""At most this share of the images may be changed: the others keep their own seams, noise and light."""
PASTES = (0.0, 0.3, 0.3, 0.25, 0.15)
"""The probabilities that no, one, two, three or four objects are pasted into a scene."""
OVER = 0.6
"""This share of the objects replaces a photographed plate, if there is one."""
BESIDE = 0.3
"""This share of the distractors that replace nothing stands right beside a plate, if there is one."""
ALIKE = 0.8
"""If a squarer plate is replaced, this share of the new plates is squarer: its place has no room for a long one."""
TWO_LINED, THREE_LINED = 0.6, 0.06
"""The shares of squarer plates that must have two lines, and that have three."""
TELLING = 40.0
"""Distractors replace real plates of at least this many pixels of width: a far plate is a pale patch too."""


class CopyPaste:
    """Pastes up to four objects into a scene; a caller applies it to the ``share`` of its scenes.

    An object is as often a plate as a distractor, both over real plates and elsewhere, so that neither a seam nor a
    patch tells a plate (after Dwibedi et al., Cut, Paste and Learn, 2017). The share ``squarer`` of the plates that
    stand alone or replace a long one is squarer: plates of motorcycles, of two or three lines, American ones. The share
    ``turned`` of the objects has any rotation. A part of the share ``occluded`` of the plates, photographed and drawn,
    is hidden behind something. The share ``overlaid`` of the scenes gets text as a camera or a website writes it.
    ``weights`` of countries are those of CropSynthesiser. The same generator gives the same scene, and objects can be
    pickled. Raises FontError if ``fonts`` has none.
    """

    def __init__(
        self,
        fonts: str = ".fonts",
        share: float = 0.4,
        squarer: float = 0.4,
        turned: float = 0.15,
        occluded: float = 0.15,
        overlaid: float = 0.35,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        if not 0 <= share <= MOST:
            raise ValueError(f"the share of scenes that get pastes must lie within 0..{MOST}, got {share}")
        self.share, self.squarer, self.turned = share, squarer, turned
        self.occluded, self.overlaid = occluded, overlaid
        self._plates = CropSynthesiser(find_fonts(Path(fonts)), weights=weights, arranged=True)

    def __call__(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """Returns ``scene`` with pastes: new plates join its ground truth, replaced ones leave it."""
        scene = replace(scene, image=np.ascontiguousarray(scene.image).copy())
        look = photometry_of(scene.image)
        pasted, distractors = no_boxes(), np.zeros((0, 4, 3), np.float32)
        for _ in range(int(rng.choice(5, p=PASTES))):
            is_plate = rng.random() < 0.5
            old = _real_plate(scene, pasted, WIDTHS[0] if is_plate else TELLING, rng)
            plate = self._plate(scene, old, rng) if is_plate else None
            flat = dressed(plate, self._plates, rng) if plate else distractor(self._plates.faces, rng, DRAWN)
            aspect = float((flat.plate[2] - flat.plate[0]) / (flat.plate[3] - flat.plate[1]))
            if old is None:
                taken = np.concatenate([scene.boxes, pasted])
                found = beside(scene.image, taken, aspect, rng) if not plate and rng.random() < BESIDE else None
                if found is None:
                    found = alone(scene.image, taken, aspect, rng, self.turned)
                if found is None:
                    continue
                corners, lit = found, shaded(look, cut(scene.image, corners_to_box(found)))
            else:
                width = plate.width if plate else None
                corners = over(scene.boxes[old], scene.corners[old], aspect, rng, width, self.turned)
                if not _has_room(scene, old, corners):
                    continue
                lit = nearby(look, cut(scene.image, scene.boxes[old]))
                scene = _without_plate(scene, old, rng)
            paste(scene.image, shrunk(flat, corners), corners, lit, rng)
            if is_plate:
                scene = _with_plate(scene, corners)
            else:
                distractors = np.concatenate([distractors, _marked(corners)])
            pasted = np.concatenate([pasted, corners_to_box(corners)[None]])
        self._hide(scene, distractors, look, rng)
        if rng.random() < self.overlaid:
            overlay(scene.image, scene.boxes, self._plates.faces, rng)
        return scene

    def _hide(self, scene: Scene, distractors: Corners, look: Photometry, rng: np.random.Generator) -> None:
        """Draws occluders over plates and, lest they tell a plate, as often over ``distractors`` [N, 4, 3]."""
        boxes = np.concatenate([scene.boxes, corners_to_box(distractors[..., :2])])
        corners = np.concatenate([scene.corners, distractors])
        for index in np.flatnonzero(rng.random(len(boxes)) < self.occluded).tolist():
            occlude(scene.image, index, boxes, corners, nearby(look, cut(scene.image, boxes[index])), rng)

    def _plate(self, scene: Scene, old: int | None, rng: np.random.Generator) -> Plate:
        """Draws a plate whose shape suits the place of the plate ``old`` of ``scene``, or of none."""
        squarer = rng.random() < (ALIKE if old is not None and _is_squarer(scene.boxes[old]) else self.squarer)
        if squarer and rng.random() < THREE_LINED:
            return three_lines(rng)
        lines = 2 if squarer and rng.random() < TWO_LINED else 1
        while True:
            plate = self._plates.plate(rng)
            if is_squarer(plate.aspect) == squarer and plate.lines >= lines:
                return plate


def _real_plate(scene: Scene, pasted: Boxes, least: float, rng: np.random.Generator) -> int | None:
    """Chooses a photographed plate, at least ``least`` pixels wide, to be replaced; None if the object stands alone."""
    real = [i for i, box in enumerate(scene.boxes) if box[2] - box[0] >= least and not (box == pasted).all(1).any()]
    return int(rng.choice(real)) if real and rng.random() < OVER else None


def _is_squarer(box: Boxes) -> bool:
    return is_squarer(float((box[2] - box[0]) / (box[3] - box[1])))


def _has_room(scene: Scene, old: int, corners: Corners) -> bool:
    """Tells whether an object at ``corners`` [4, 2] that replaces ``old`` hides no other plate and is fully visible."""
    around = np.stack([widened(scene.boxes[old]), widened(corners_to_box(corners))])
    crowded = touches(around, np.delete(scene.boxes, old, 0)) or outside(corners, scene.image)
    return not crowded and bool(np.ptp(corners[:, 0]) >= WIDTHS[0])


def _without_plate(scene: Scene, old: int, rng: np.random.Generator) -> Scene:
    """Paints the plate ``old`` over and removes it from the ground truth, even where the new object is narrower."""
    wipe(scene.image, scene.boxes[old], rng)
    return replace(scene, boxes=np.delete(scene.boxes, old, 0), corners=np.delete(scene.corners, old, 0))


def _with_plate(scene: Scene, corners: Corners) -> Scene:
    limits = np.array(scene.image.shape[1::-1] * 2, np.float32)
    box = corners_to_box(corners).clip(0, limits)[None]
    return replace(
        scene, boxes=np.concatenate([scene.boxes, box]), corners=np.concatenate([scene.corners, _marked(corners)])
    )


def _marked(corners: Corners) -> Corners:
    """Returns ``corners`` [4, 2] as [1, 4, 3], all visible."""
    marked: Corners = np.concatenate([corners, np.ones((4, 1), np.float32)], 1)[None]
    return marked
