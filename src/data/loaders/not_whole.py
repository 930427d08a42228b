"""Makes crops that do not show a whole plate: cut, covered and unreadable plates, and what is no plate.

The label follows from what is visible. A character that lost half of its area or more is gone, and then the plate is
not whole; a character of which nearly all is left counts as visible. Where the places of the characters are unknown, so
much is cut off or covered that at least one is certainly hidden, and the text is unknown.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners, corners_to_box, crop_matrix, crop_plate
from src.core.types import Boxes, Corners, Image
from src.data.copy_paste import PastedPlates, words
from src.data.copy_paste.distractors import distractor
from src.data.copy_paste.dress import DRAWN, dressed
from src.data.copy_paste.occluders import MAKERS, Maker, hide
from src.data.copy_paste.overlays import written
from src.data.copy_paste.paste import cut
from src.data.copy_paste.photometry import nearby, photometry_of
from src.data.loaders.backgrounds import Background
from src.data.loaders.char_alignment import Alignment, align_characters, unknown_alignment
from src.data.loaders.plate_parts import (
    Floats,
    Subject,
    boxes_in_crop,
    cells_of,
    part_without_an_end,
    share_hidden,
    share_inside,
)
from src.data.loaders.real_crops import RealCrop
from src.data.synthesis import CropSynthesiser
from src.data.synthesis.drawing.lettering import BRAZILIAN_TOWNS, DEALERS, SLOGANS, STATES
from src.data.synthesis.layout.plate import Note, Plate, pick
from src.data.transforms.augment import CropAugment

Kind = Literal["cut", "covered", "unreadable", "background", "overlay", "distractor", "empty"]
KINDS: dict[Kind, float] = {
    "cut": 0.4, "covered": 0.25, "unreadable": 0.07, "background": 0.07, "overlay": 0.06, "distractor": 0.1,
    "empty": 0.05,
}  # fmt: skip
"""The relative frequency of each kind, if there is material for it."""
COVERED_MORE: dict[Kind, float] = KINDS | {"covered": 0.4, "distractor": 0.08}
"""The frequencies of the training, whose readers accepted covered plates more often than others."""
OF_PLATES = ("cut", "covered", "unreadable")
LOST, SEEN = 0.5, 0.85
"""A character is gone up to the first share of its visible area, and visible from the second share on."""
SAME = 0.08
"""A plate counts as whole if no more than this share of any character is hidden."""
SURE = 0.8
"""If this share of a cell is hidden, its character is hidden wherever it stands in the cell."""
LINES = (words.clock, words.speed, words.recorder_line, words.plate_number, words.phone, words.web)
"""These functions make the lines that a camera writes."""
TRIES = 6
TALL = 72.0
"""A plate is shrunk to this many pixels of height before something is drawn in front of it."""
FINER = 1.5
"""A synthetic crop from which a part is cut is this many times as large as the reader's crops."""


@dataclass(frozen=True)
class Sample:
    """Holds ``image`` uint8 [H, W, 3] RGB and the readable part of its ``text`` (None if unknown).

    ``region`` is the country where it is known and visible, and ``whole`` tells whether the plate is whole after all.
    """

    image: Image
    text: str | None
    alignment: Alignment
    region: str | None
    kind: Kind
    whole: bool = False


class NotWhole:
    """Makes such crops from ``crops`` (drawn by ``odds``), from pasted and synthetic plates, and from ``backgrounds``.

    The share ``real`` of the plates is photographed if both kinds exist. The same generator gives the same sample, and
    objects can be pickled. ``kinds`` are the relative frequencies, and ``makers`` draw what covers a plate. Raises
    ValueError if there is no material at all.
    """

    def __init__(
        self,
        size: tuple[int, int],
        columns: int,
        augment: CropAugment,
        crops: Sequence[RealCrop] = (),
        odds: npt.NDArray[np.float64] | None = None,
        real: float = 0.5,
        synthesiser: CropSynthesiser | None = None,
        pasted: PastedPlates | None = None,
        backgrounds: Sequence[Background] = (),
        kinds: Mapping[Kind, float] = KINDS,
        makers: Sequence[Maker] = MAKERS,
    ) -> None:
        self.makers = tuple(makers)
        self.size, self.columns, self.augment = size, columns, augment
        self.crops, self.backgrounds, self.pasted = crops, backgrounds, pasted
        self._cumulative = np.cumsum(np.ones(len(crops)) if odds is None else odds)
        self.synthesiser = None if synthesiser is None else copy(synthesiser)
        if self.synthesiser is not None:
            self.synthesiser.size = (round(size[0] * FINER), round(size[1] * FINER))
        drawn = self.synthesiser is not None
        self.real = (real if drawn else 1.0) if crops else 0.0
        there = {
            **dict.fromkeys(OF_PLATES, bool(crops) or drawn),
            "background": bool(backgrounds),
            "overlay": bool(backgrounds) and drawn,
            "distractor": pasted is not None,
            "empty": pasted is not None,
        }
        self._kinds = tuple(kinds)
        odds_of = np.array([weight * there[kind] for kind, weight in kinds.items()])
        if not odds_of.any():
            raise ValueError("neither plates nor backgrounds are there, so nothing that is no whole plate can be made")
        self._odds = np.cumsum(odds_of / odds_of.sum())

    def __call__(self, rng: np.random.Generator) -> Sample:
        """Makes a sample of a random kind."""
        at = int(np.searchsorted(self._odds, rng.random(), side="right"))
        return self.make(self._kinds[min(at, len(self._kinds) - 1)], rng)

    def make(self, kind: Kind, rng: np.random.Generator) -> Sample:
        """Makes a sample of that kind."""
        makers = {
            "cut": self._cut, "covered": self._covered, "unreadable": self._unreadable, "background": self._background,
            "overlay": self._overlay, "distractor": self._distractor, "empty": self._empty,
        }  # fmt: skip
        return makers[kind](rng)

    def _subject(self, rng: np.random.Generator) -> Subject:
        if rng.random() < self.real:
            at = int(np.searchsorted(self._cumulative, rng.random() * self._cumulative[-1], side="right"))
            crop = self.crops[min(at, len(self.crops) - 1)]
            chars = None if crop.chars is None else box_to_corners(crop.chars)
            return Subject(crop.image, crop.corners, crop.text, crop.region, chars, [0] * len(crop.text), True)
        assert self.synthesiser is not None, "the share of photographed plates is less than 1 only beside drawn ones"
        if self.pasted is not None and rng.random() < 0.6:
            plate = self.pasted(rng)
            rows = [int(row) for row in plate.rows]
            return Subject(plate.image, plate.corners, plate.text, plate.region or None, plate.chars, rows, True)
        shot = self.synthesiser(rng)
        rows = [int(row) for row in shot.rows]
        chars = box_to_corners(shot.chars)
        return Subject(shot.image, shot.corners, shot.text, shot.region or None, chars, rows, False)

    def _photographed(
        self, subject: Subject, corners: Corners, rng: np.random.Generator
    ) -> tuple[Image, npt.NDArray[np.float64]]:
        """Cuts around ``corners`` [4, 2] as an inexact detector does; returns crop and homography [3, 3] into it."""
        if subject.taken:
            image, cut_by = self.augment(subject.image, corners, self.size, rng)
            return image, crop_matrix(cut_by, self.size, margin=0.0)
        margin = float(rng.uniform(-0.03, 0.15))
        return crop_plate(subject.image, corners, self.size, margin), crop_matrix(corners, self.size, margin)

    def _cut(self, rng: np.random.Generator) -> Sample:
        """Makes a crop that lies beside a plate, or leaves out one end or one line of it."""
        subject = self._subject(rng)
        known = subject.chars is not None and bool(subject.text)
        for depth in range(TRIES):
            part = part_without_an_end(subject, cells_of(subject), known, depth, rng)
            image, onto = self._photographed(subject, part, rng)
            if not known:
                return Sample(image, None, unknown_alignment(self.columns), subject.region, "cut")
            boxes = boxes_in_crop(subject, onto)
            left = share_inside(boxes, self.size)
            if left.min() <= LOST:
                break
        return self._labelled(subject, image, boxes, left, "cut")

    def _covered(self, rng: np.random.Generator) -> Sample:
        """Makes a plate that is partly covered; if the cover hides nothing, the plate is whole."""
        subject = self._subject(rng).smaller(TALL)
        known = subject.chars is not None and bool(subject.text)
        look = photometry_of(subject.image)
        look = nearby(look, cut(subject.image, corners_to_box(subject.corners)))
        cells = cells_of(subject)
        for _ in range(TRIES):
            image = subject.image.copy()
            hidden = share_hidden(hide(image, subject.corners, look, rng, self.makers), cells)
            beside = hidden.max() <= (SAME if known else 0.0)
            if beside or hidden.max() >= (LOST if known else SURE):
                break
        else:
            return self._cut(rng)
        crop, onto = self._photographed(replace(subject, image=image), subject.corners, rng)
        if not known:
            text = subject.text if beside else None
            return Sample(crop, text, unknown_alignment(self.columns), subject.region, "covered", beside)
        boxes = boxes_in_crop(subject, onto)
        left = np.minimum(share_inside(boxes, self.size), 1 - hidden)
        return self._labelled(subject, crop, boxes, left, "covered")

    def _labelled(self, subject: Subject, image: Image, boxes: Boxes, left: Floats, kind: Kind) -> Sample:
        """Labels a crop in which the share ``left`` [n] of each character with box [n, 4] is visible."""
        gone, there = left <= LOST, left >= SEEN
        whole = not gone.any()
        if not (gone | there).all():
            return Sample(image, None, unknown_alignment(self.columns), subject.region, kind, whole)
        text = "".join(c for c, seen in zip(subject.text, there, strict=True) if seen)
        rows = [row for row, seen in zip(subject.rows, there, strict=True) if seen]
        limits = np.array([self.size[1], self.size[0]] * 2, np.float32)
        alignment = align_characters(boxes[there].clip(0, limits), rows, self.size[1], self.columns)
        return Sample(image, text, alignment, subject.region, kind, whole)

    def _unreadable(self, rng: np.random.Generator) -> Sample:
        """Makes a plate that is too small, too soft or too blurred by motion to be read."""
        subject = self._subject(rng)
        image, _ = self._photographed(subject, subject.corners, rng)
        return Sample(blurred(image, rng), None, unknown_alignment(self.columns), None, "unreadable")

    def _background(self, rng: np.random.Generator) -> Sample:
        """Cuts out a part of a scene that shows no plate: its text is empty."""
        found = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        image, _ = self.augment(found.image, box_to_corners(found.box), self.size, rng)
        return self._nothing(image, "background", "")

    def _overlay(self, rng: np.random.Generator) -> Sample:
        """Makes a line of text that a camera writes into its picture, or a part of it."""
        assert self.synthesiser is not None, "overlays are made only where there are faces"
        found = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        high = float(rng.uniform(12, 40))
        text = pick(rng, LINES)(rng)
        wide = round(high * (len(text) + 2))
        image = np.asarray(cv2.resize(found.image, (wide, round(high * 3)), interpolation=cv2.INTER_LINEAR), np.uint8)
        box = written(image, text, high, self.synthesiser.faces, rng)
        if box is None:
            return self._background(rng)
        width = float(box[2] - box[0])
        if width > 6 * high and rng.random() < 0.8:
            span = float(rng.uniform(2.5, 6)) * high
            box[0] += float(rng.uniform(0, width - span))
            box[2] = box[0] + span
        image, _ = self.augment(image, box_to_corners(box), self.size, rng)
        return self._nothing(image, "overlay", None)

    def _distractor(self, rng: np.random.Generator) -> Sample:
        """Makes a sign, a telephone number, a sticker or the empty frame of a plate."""
        assert self.pasted is not None, "distractors are pasted only where there are patches"
        flat = distractor(self.pasted.drawn.faces, rng, DRAWN)
        image, corners, _ = self.pasted.laid(flat, rng)
        crop, _ = self.augment(image, corners, self.size, rng)
        return self._nothing(crop, "distractor", None)

    def _empty(self, rng: np.random.Generator) -> Sample:
        """Makes a plate without a number, bare or with the name of a state or a dealer."""
        assert self.pasted is not None, "plates are pasted only where there are patches"
        plate = emptied(self.pasted.drawn.plate(rng), rng)
        image, corners, _ = self.pasted.laid(dressed(plate, self.pasted.drawn, rng), rng)
        crop, _ = self.augment(image, corners, self.size, rng)
        return self._nothing(crop, "empty", "")

    def _nothing(self, image: Image, kind: Kind, text: str | None) -> Sample:
        alignment = unknown_alignment(self.columns) if text is None else np.zeros((2, self.columns), np.int64)
        return Sample(image, text, alignment, None, kind)


def emptied(plate: Plate, rng: np.random.Generator) -> Plate:
    """Removes the number of ``plate``; mostly the name of a state, a town or a dealer replaces it."""
    if rng.random() < 0.3:
        return replace(plate, fields=())
    name = pick(rng, (*STATES, *DEALERS, *BRAZILIAN_TOWNS, *SLOGANS))
    top, high = float(rng.uniform(0.05, 0.6)), float(rng.uniform(0.15, 0.45))
    side = float(rng.uniform(0.05, 0.3))
    note = Note((side, top, 1 - side, min(top + high, 0.95)), name, plate.ink)
    return replace(plate, fields=(), notes=(*plate.notes, note))


def blurred(image: Image, rng: np.random.Generator) -> Image:
    """Makes ``image`` [H, W, 3] unreadable: a character is 2 pixels wide, or smeared over its neighbours."""
    height, width = image.shape[:2]
    way = float(rng.random())
    if way < 0.6:
        few = int(rng.integers(6, 16))
        small = cv2.resize(image, (few, max(2, round(few * height / width))), interpolation=cv2.INTER_AREA)
        again = pick(rng, (cv2.INTER_LINEAR, cv2.INTER_CUBIC))
        return np.asarray(cv2.resize(small, (width, height), interpolation=again), np.uint8)
    if way < 0.8:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), width * float(rng.uniform(0.05, 0.1))), np.uint8)
    long = round(width * float(rng.uniform(0.3, 0.6)))
    return np.asarray(cv2.blur(image, (long, max(1, round(height * float(rng.uniform(0, 0.15)))))), np.uint8)
