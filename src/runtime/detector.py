"""Finds the plates of a photograph."""

from pathlib import Path

from src.core.card import CardError
from src.core.decoding import Floats, decode_detections
from src.core.geometry import Letterbox, canvas_size, letterbox
from src.core.types import Detection, Image
from src.runtime.session import open_model


class Detector:
    """The exported detector of one folder (``model.onnx`` and ``card.json``)."""

    def __init__(
        self, folder: Path | str, threads: int = 0, provider: str = "cpu", min_confidence: float | None = None
    ) -> None:
        """``min_confidence`` None means the card's threshold. Raises CardError or ProviderError."""
        self._model = open_model(Path(folder), "detector", {"boxes", "scores"}, threads, provider)
        self.card = self._model.card
        threshold = self.card.confidence_threshold if min_confidence is None else min_confidence
        if threshold is None:
            raise CardError(f"{Path(folder) / 'card.json'}: confidence_threshold: a detector needs one")
        self.min_confidence = threshold

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers of the running session, the one asked for first."""
        return self._model.providers

    def detect(self, image: Image) -> list[Detection]:
        """The plates of ``image``, RGB, best first, in its own pixels."""
        canvas, fit = self.prepare(image)
        return self.postprocess(self.infer(canvas), fit, (image.shape[0], image.shape[1]))

    def prepare(self, image: Image) -> tuple[Image, Letterbox]:
        """What the network sees of ``image``, and how that lies on it.

        A network that takes canvases of several sizes gets the smallest: it spends as long on grey as on the picture.
        """
        size, stride = self.card.input_size, self.card.stride
        if stride is not None:
            size = canvas_size((image.shape[0], image.shape[1]), size, stride)
        return letterbox(image, size)

    def infer(self, canvas: Image) -> dict[str, Floats]:
        """The network's outputs for one prepared image, batch dimension included."""
        return self._model.run(canvas[None])

    def postprocess(self, raw: dict[str, Floats], fit: Letterbox, size: tuple[int, int]) -> list[Detection]:
        """Detections in pixels of the original image of ``size`` (height, width)."""
        corners = raw["corners"][0] if "corners" in raw else None  # a model may give boxes only
        return decode_detections(raw["boxes"][0], raw["scores"][0], corners, fit, size, self.min_confidence)
