"""``card.json`` in a closed schema: it says what a shipped model is."""

import hashlib
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from src.core.acceptance import Acceptance
from src.core.calibration import Calibration, PassageCalibration, WholeCalibration
from src.core.files import replacing
from src.core.formats.compiled import FormatSet
from src.core.schema import Closed, first_fault


class CardError(ValueError):
    """The error of a model folder that is incomplete or does not match its card."""


class Start(Closed):
    """Weights that a training began with."""

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the file of weights")
    trained_on: dict[str, int] = Field(default={}, description="as of a card; empty where the weights have none")


class ModelCard(Closed):
    """Everything the runtime must know about an ONNX file, and a reader may want to know."""

    schema_version: Literal[1] = 1
    name: str
    task: Literal["detector", "ocr"]
    input_size: tuple[int, int] = Field(description="height, width of the uint8 [N, H, W, 3] input")
    stride: int | None = Field(
        default=None,
        ge=1,
        description="canvases up to input_size may have any sides that are multiples of it; None: input_size alone",
    )
    colour_order: Literal["RGB"] = "RGB"
    alphabet: str | None = Field(default=None, description="characters of classes 1..; class 0 is the blank")
    regions: tuple[str, ...] = ()
    confidence_threshold: float | None = Field(
        default=None, description="what the model is less sure of does not count: no plate, or a plate without a text"
    )
    calibration: Calibration | None = Field(default=None, description="of a reader's confidences; None: as they are")
    whole: WholeCalibration | None = Field(
        default=None, description="of a reader's output `whole`; None: as the network gives it, where it does"
    )
    formats: FormatSet | None = Field(default=None, description="of plates; None: a reader that knows none")
    passages: PassageCalibration | None = Field(
        default=None, description="of a reader's readings of one plate in many frames; None: not fitted"
    )
    acceptance: Acceptance | None = Field(
        default=None, description="of a reader: from which confidence on nobody need look; None: not measured"
    )
    architecture: dict[str, int | float | str | bool | list[int] | None]
    trained_on: dict[str, int] = Field(description="source -> number of images, or of samples drawn")
    started_from: tuple[Start, ...] = Field(default=(), description="the first weights first; empty: from scratch")
    precision: str | None = Field(default=None, description="of the training, as Lightning names it")
    metrics: dict[str, float] = Field(description="on val, of the exported weights")
    commit: str
    created: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of model.onnx")
    licence: str = "AGPL-3.0-or-later"

    @model_validator(mode="after")
    def _canvas_is_whole_strides(self) -> Self:
        if self.stride is not None and any(side % self.stride for side in self.input_size):
            raise ValueError(f"stride: {self.stride} does not divide input_size {self.input_size}")
        return self


def load_card(folder: Path) -> ModelCard:
    """Returns the validated card of ``folder``; its ``model.onnx`` must have the hash that the card states.

    Raises CardError that names the folder and the fault.
    """
    for name in ("card.json", "model.onnx"):
        if not (folder / name).is_file():
            raise CardError(f"{folder}: no {name}")
    try:
        card = ModelCard.model_validate_json((folder / "card.json").read_bytes())
    except ValidationError as error:
        raise CardError(f"{folder / 'card.json'}: {first_fault(error, 'file')}") from None
    if sha256_of(folder / "model.onnx") != card.sha256:
        raise CardError(f"{folder / 'model.onnx'}: does not match the sha256 of its card")
    return card


def write_card(card: ModelCard, folder: Path) -> None:
    """Writes ``card.json`` of ``folder`` whole or not at all; an older card stays until the new one is complete."""
    with replacing(folder / "card.json") as unfinished:
        unfinished.write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def sha256_of(path: Path) -> str:
    """Returns the hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
