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
"""Canvases that the longer side of an image must have for a second look where the first one found nothing, and times as
large the canvas is then: a plate that a person reads in it may be too small on the canvas. It takes six times as long
as the first look."""
WIDE, SMALLER = 0.4, 0.5
"""Share of the longer side from which on a found plate is looked at once more, and times as large the canvas is then:
boxes of plates that fill the picture end too early on a large canvas. It takes 0.4 of the time of the first look.
Of 32 plates of ``val`` that fill 95 % of the width 2 are read on a canvas of 480 and 28 on one of 256."""


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
        """``source``: the folder, for onnxruntime with ``threads`` on ``provider``, or a model that is open already.

        ``min_confidence`` None means the card's threshold. ``canvas`` is how many pixels the longer side of a picture
        has for the network, None as many as the card says. With ``second_look`` an image is looked at once more: on a
        larger canvas where it is large and nothing was found, on a smaller one where a plate fills much of it; frames
        of a video better go without. Raises CardError, also for a canvas that the network does not take, or
        ProviderError.
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
        self.second_look = second_look
        stride = self.card.stride
        if canvas is not None and self.largest != self.card.input_size and (stride is None or canvas % stride):
            takes = f"{self.card.input_size} alone" if stride is None else f"multiples of {stride}"
            raise CardError(f"canvas {canvas}: {self._model.folder} takes {takes}")

    def above(self, min_confidence: float) -> Self:
        """The same detector with another threshold."""
        other = copy(self)
        other.min_confidence = min_confidence
        return other

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers of the running session, the one asked for first."""
        return self._model.providers

    def detect(self, image: Image) -> list[Detection]:
        """The plates of ``image``, RGB, best first, in its own pixels."""
        canvas, fit = self.prepare(image)
        found = self.postprocess(self.infer(canvas), fit, (image.shape[0], image.shape[1]))
        again = self.again(image, found)
        return found if again is None else joined(image, found, again.detect(image))

    def again(self, image: Image, found: Sequence[Detection]) -> Self | None:
        """The detector for a second look at ``image``, in which the first look ``found`` something or nothing.

        None where no second look is due.
        """
        stride, first = self.card.stride, max(self.largest)
        if not self.second_look or stride is None:
            return None
        if any(_is_wide(detection, image) for detection in found):
            times = SMALLER
        elif not found and max(image.shape[:2]) >= FAR * first:
            times = CLOSER
        else:
            return None
        other = copy(self)
        side = max(round(times * first / stride), 1) * stride
        other.largest, other.second_look = (side, side), False
        return other

    def prepare(self, image: Image) -> tuple[Image, Letterbox]:
        """What the network sees of ``image``, and how that lies on it.

        A network that takes canvases of several sizes gets the smallest: it spends as long on grey as on the picture.
        """
        size = self.largest
        if self.card.stride is not None:
            size = canvas_size((image.shape[0], image.shape[1]), size, self.card.stride)
        return letterbox(image, size)

    def infer(self, canvas: Image) -> dict[str, Floats]:
        """The network's outputs for one prepared image, batch dimension included."""
        return self.infer_batch(canvas[None])

    def infer_batch(self, canvases: Image) -> dict[str, Floats]:
        """The network's outputs for prepared images of one size, ``uint8 [N, H, W, 3]``."""
        return self._model.run(canvases)

    def postprocess(self, raw: dict[str, Floats], fit: Letterbox, size: tuple[int, int]) -> list[Detection]:
        """Detections in pixels of the original image of ``size`` (height, width)."""
        corners = raw["corners"][0] if "corners" in raw else None  # a model may give boxes only
        return decode_detections(raw["boxes"][0], raw["scores"][0], corners, fit, size, self.min_confidence)


def joined(image: Image, first: Sequence[Detection], second: Sequence[Detection]) -> list[Detection]:
    """What two looks at ``image`` found, best first: the second one is right where it saw something.

    Of the first look the narrow plates stay that lie apart from those of the second, and all where that found nothing.
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
