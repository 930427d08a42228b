"""What a system says about pictures: the JSON Lines of ``python -m src.infer --format jsonl``, whoever wrote them."""

from collections.abc import Collection
from pathlib import Path
from typing import Self

from pydantic import field_validator, model_validator

from src.core.alphabet import normalise
from src.core.result import PlateRecord, ResultModel
from src.core.schema import read_json_lines
from src.data.annotations.manifest import Points


class PredictionError(ValueError):
    """Predictions that cannot be scored; the message names file, line and fault."""


class PredictedPlate(PlateRecord, allow_inf_nan=False):
    """A plate of any system, which need not say more than its box, its text, in any spelling, and its confidence."""

    corners: Points | None = None
    char_confidences: tuple[float, ...] | None = None  # type: ignore[assignment]  # None: the system does not tell

    @field_validator("text")
    @classmethod
    def _one_spelling(cls, text: str) -> str:
        return normalise(text)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        x1, y1, x2, y2 = self.box
        if x1 > x2 or y1 > y2:
            raise ValueError(f"x1, y1, x2, y2 expected, got {', '.join(f'{v:g}' for v in self.box)}")
        count, text = len(self.char_confidences or ()), self.text
        if self.char_confidences is not None and count != len(text):
            raise ValueError(f"{count} probabilities for the {len(text)} characters of {text!r}")
        return self


class PredictionFault(ResultModel):
    """Why a picture has no plates to score."""

    message: str = "no reason given"


class Prediction(ResultModel):
    """One line: the plates of a picture, or the error that kept the system from it."""

    image: str
    plates: tuple[PredictedPlate, ...] | None = None
    error: PredictionFault | None = None

    @model_validator(mode="after")
    def _plates_or_error(self) -> Self:
        if (self.plates is None) == (self.error is None):
            raise ValueError("either plates or an error expected")
        return self


def read_predictions(path: Path, known: Collection[Path]) -> dict[Path, Prediction]:
    """The predictions of a file by the resolved path of their picture, each of which must be in ``known``.

    Relative paths are taken from the working folder, as the command lines print them. Raises PredictionError
    naming file and line of a line that does not parse, of an unknown picture, and of one that comes twice.
    """
    predictions: dict[Path, Prediction] = {}
    for number, prediction in read_json_lines(path, Prediction, PredictionError):
        image = Path(prediction.image).resolve()
        if image not in known:
            raise PredictionError(f"{path}:{number}: {prediction.image}: no picture of the evaluated sets")
        if image in predictions:
            raise PredictionError(f"{path}:{number}: {prediction.image}: a second time")
        predictions[image] = prediction
    if not predictions:
        raise PredictionError(f"{path}: no predictions in it")
    return predictions
