"""What a system says about pictures: the JSON Lines of ``python -m src.infer --format jsonl``, whoever wrote them."""

from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from src.core.alphabet import normalise
from src.data.annotations.manifest import Box, Points, first_fault
from src.runtime.output import describe
from src.runtime.reader import ImageResult


class PredictionError(ValueError):
    """Predictions that cannot be scored; the message names file, line and fault."""


class _Open(BaseModel):
    """Frozen; fields that other systems add are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class PredictedPlate(_Open):
    """One plate of a prediction: box and corners in pixels of the picture, probabilities from 0 to 1."""

    box: Box
    text: str
    confidence: float = Field(ge=0, le=1)
    char_confidences: tuple[float, ...] | None = None
    detection_confidence: float | None = Field(default=None, ge=0, le=1)
    corners: Points | None = None
    region: str | None = None
    region_confidence: float | None = Field(default=None, ge=0, le=1)

    @field_validator("box")
    @classmethod
    def _in_order(cls, box: Box) -> Box:
        if box[0] > box[2] or box[1] > box[3]:
            raise ValueError(f"x1, y1, x2, y2 expected, got {', '.join(f'{v:g}' for v in box)}")
        return box

    @field_validator("text")
    @classmethod
    def _one_spelling(cls, text: str) -> str:
        return normalise(text)

    @field_validator("char_confidences")
    @classmethod
    def _one_each(cls, values: tuple[float, ...] | None, info: ValidationInfo) -> tuple[float, ...] | None:
        text = info.data.get("text", "")
        if values is not None and len(values) != len(text):
            raise ValueError(f"{len(values)} probabilities for the {len(text)} characters of {text!r}")
        return values


class Fault(_Open):
    """Why a picture has no plates to score."""

    message: str = "no reason given"


class Prediction(_Open):
    """One line: the plates of a picture, or the error that kept the system from it."""

    image: str
    plates: tuple[PredictedPlate, ...] | None = None
    error: Fault | None = None

    @model_validator(mode="after")
    def _plates_or_error(self) -> "Prediction":
        if (self.plates is None) == (self.error is None):
            raise ValueError("either plates or an error expected")
        return self


def of_result(image: str, result: ImageResult) -> Prediction:
    """The prediction that ``python -m src.infer`` prints for ``result``."""
    return Prediction.model_validate(describe(image, result, None))


def read_predictions(path: Path, known: Collection[Path]) -> dict[Path, Prediction]:
    """The predictions of a file by the resolved path of their picture, each of which must be in ``known``.

    Relative paths are taken from the working folder, as the command lines print them. Raises PredictionError
    naming file and line of a line that does not parse, of an unknown picture, and of one that comes twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PredictionError(f"{path}: {getattr(error, 'strerror', None) or 'not a UTF-8 text file'}") from None
    predictions: dict[Path, Prediction] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            prediction = _parse(line, f"{path}:{number}")
            image = Path(prediction.image).resolve()
            if image not in known:
                raise PredictionError(f"{path}:{number}: {prediction.image}: no picture of the evaluated sets")
            if image in predictions:
                raise PredictionError(f"{path}:{number}: {prediction.image}: a second time")
            predictions[image] = prediction
    if not predictions:
        raise PredictionError(f"{path}: no predictions in it")
    return predictions


def _parse(line: str, place: str) -> Prediction:
    try:
        return Prediction.model_validate_json(line)
    except ValidationError as error:
        raise PredictionError(f"{place}: {first_fault(error)}") from None
