"""Finds the plates of a photograph."""

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Self

import numpy as np

from src.core.card import CardError
from src.core.ctc import Floats, decode_detections
from src.core.geometry import Letterbox, canvas_size, iou_matrix, letterbox
from src.core.types import Boxes, Detection, Image
from src.runtime.backend import open_here
from src.runtime.model import Model, check_contract

FAR, CLOSER = 3, 2.5
"""When a second look takes a larger canvas: the first look found nothing, and the longer side of the image is at least
FAR canvases long. The canvas is then CLOSER times as large, as a plate that a person reads may be too small on the
first one. Such a look takes six times as long as the first.
"""
FARTHER = 4 / 3
"""How many times as large the canvas is for the frames of a video."""
WIDE, SMALLER = 0.4, 0.5
"""When a second look takes a smaller canvas: a plate was found that has at least the share WIDE of the longer side. The
canvas is then SMALLER times as large, as boxes of plates that fill the picture end too early on a large canvas. Such a
look takes 0.4 of the time of the first. Of 32 plates of ``val`` that fill 95 % of the width 2 are read on a canvas of
480 and 28 on one of 256.
"""


class Detector:
    """The exported detector of one folder (``model.onnx`` and ``card.json``)."""

    def __init__(
        self,
        source: Path | str | Model,
        threads: int = 0,
        provider: str = "cpu",
        min_confidence: float | None = None,
        canvas: int | None = None,
        second_look: bool = True,
    ) -> None:
        """``source`` is the folder, for onnxruntime with ``threads`` on ``provider``, or a model that is open already.

        ``min_confidence`` None means the card's threshold. ``canvas`` is how many pixels the longer side of a picture
        has for the network; None means as many as the card says. With ``second_look`` some images are looked at once
        more: on a larger canvas where the image is large and nothing was found, on a smaller one where a plate fills
        much of it. ``for_video`` leaves out the former. Raises ProviderError and CardError, also for a canvas
        that the network does not take.
        """
        self._model = open_here(source, threads, provider)
        check_contract(self._model, "detector", {"boxes", "scores"})
        self.card = self._model.card
        threshold = self.card.confidence_threshold if min_confidence is None else min_confidence
        if threshold is None:
            raise CardError(f"{self._model.folder / 'card.json'}: confidence_threshold: a detector needs one")
        self.min_confidence = threshold
        self.largest = self.card.input_size if canvas is None else (canvas, canvas)
        """Height and width of the largest canvas."""
        self.second_look, self.far_look = second_look, True
        stride = self.card.stride
        if canvas is not None and self.largest != self.card.input_size and (stride is None or canvas % stride):
            takes = f"{self.card.input_size} alone" if stride is None else f"multiples of {stride}"
            raise CardError(f"canvas {canvas}: {self._model.folder} takes {takes}")

    def above(self, min_confidence: float) -> Self:
        """Returns the same detector with another threshold."""
        other = copy(self)
        other.min_confidence = min_confidence
        return other

    def for_video(self) -> Self:
        """Returns the same detector for frames of a video.

        It takes a second look at what is close, never at what may be far: in most frames nothing is found, and the look
        into the distance takes six times as long as the first. Instead its canvas is FARTHER times as large, where
        nobody has chosen another than the card's: a camera sees most plates while they are small.
        """
        other = copy(self)
        other.far_look = False
        if (stride := self.card.stride) is not None and self.largest == self.card.input_size:
            height, width = (round(FARTHER * side / stride) * stride for side in self.largest)
            other.largest = height, width
        return other

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers of the running session, the one asked for first."""
        return self._model.providers

    def detect(self, image: Image) -> list[Detection]:
        """Returns the plates of ``image`` (RGB), best first, in pixels of ``image``."""
        canvas, fit = self.prepare(image)
        found = self.postprocess(self.infer(canvas), fit, (image.shape[0], image.shape[1]))
        again = self.again(image, found)
        return found if again is None else joined(image, found, again.detect(image))

    def again(self, image: Image, found: Sequence[Detection]) -> Self | None:
        """Returns the detector for a second look at ``image``, in which the first look ``found`` these plates.

        It is None where no second look is due.
        """
        stride, first = self.card.stride, max(self.largest)
        if not self.second_look or stride is None:
            return None
        if any(_is_wide(detection, image) for detection in found):
            times = SMALLER
        elif self.far_look and not found and max(image.shape[:2]) >= FAR * first:
            times = CLOSER
        else:
            return None
        other = copy(self)
        side = max(round(times * first / stride), 1) * stride
        other.largest, other.second_look = (side, side), False
        return other

    def prepare(self, image: Image) -> tuple[Image, Letterbox]:
        """Returns the canvas that the network sees of ``image``, and how the image lies on it.

        A network that takes canvases of several sizes gets the smallest one, as it spends as long on grey as on the
        picture.
        """
        size = self.largest
        if self.card.stride is not None:
            size = canvas_size((image.shape[0], image.shape[1]), size, self.card.stride)
        return letterbox(image, size)

    def infer(self, canvas: Image) -> dict[str, Floats]:
        """Returns the network's outputs for one prepared image, batch dimension included."""
        return self.infer_batch(canvas[None])

    def infer_batch(self, canvases: Image) -> dict[str, Floats]:
        """Returns the network's outputs for prepared images of one size, ``uint8 [N, H, W, 3]``."""
        return self._model.run(canvases)

    def postprocess(self, raw: dict[str, Floats], fit: Letterbox, size: tuple[int, int]) -> list[Detection]:
        """Returns the detections in pixels of the original image of ``size`` (height, width)."""
        corners = raw["corners"][0] if "corners" in raw else None  # a model may give boxes only
        return decode_detections(raw["boxes"][0], raw["scores"][0], corners, fit, size, self.min_confidence)


def joined(image: Image, first: Sequence[Detection], second: Sequence[Detection]) -> list[Detection]:
    """Joins what two looks at ``image`` found, best first; the second look is right where it saw something.

    The narrow plates of the first look stay if they lie apart from those of the second. If the second look found
    nothing, all plates of the first stay.
    """
    if not second:
        return list(first)
    narrow = [detection for detection in first if not _is_wide(detection, image)]
    apart = (iou_matrix(_boxes(narrow), _boxes(second)) == 0).all(1)
    kept = [detection for detection, is_apart in zip(narrow, apart, strict=True) if is_apart]
    return sorted([*second, *kept], key=lambda detection: -detection.confidence)


def _is_wide(detection: Detection, image: Image) -> bool:
    return bool(np.ptp(detection.box.reshape(2, 2), axis=0).max() >= WIDE * max(image.shape[:2]))


def _boxes(detections: Sequence[Detection]) -> Boxes:
    return np.array([detection.box for detection in detections], np.float32).reshape(-1, 4)
