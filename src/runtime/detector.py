"""Finds the plates of a photograph."""

from pathlib import Path

from src.core.card import CardError
from src.core.decoding import decode_detections
from src.core.geometry import letterbox
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

    def detect(self, image: Image) -> list[Detection]:
        """The plates of ``image``, RGB, best first, in its own pixels."""
        canvas, fit = letterbox(image, self.card.input_size)
        raw = self._model.run(canvas[None])
        return decode_detections(
            raw["boxes"][0], raw["scores"][0], fit, (image.shape[0], image.shape[1]), self.min_confidence
        )
