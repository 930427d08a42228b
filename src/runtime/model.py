"""The interface of an open model, wherever it runs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from src.core.card import CardError, ModelCard

Task = Literal["detector", "ocr"]
INPUT = "images"
"""The name of the only input: a batch ``uint8 [N, H, W, 3]`` RGB."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or an output of a network."""

    dtype: str  # as numpy names it
    shape: tuple[int | None, ...]  # None stands for a side of any length

    def __str__(self) -> str:
        sides = ", ".join("?" if side is None else str(side) for side in self.shape)
        return f"{self.dtype} [{sides}]"


class Model(Protocol):
    """A network that can be run, and its card."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def folder(self) -> Path:
        """The export that the card is from."""

    @property
    def where(self) -> str:
        """The file or the address of the network, for messages."""

    @property
    def providers(self) -> tuple[str, ...]:
        """What runs the network, by name; the first does most of the work."""

    @property
    def inputs(self) -> Mapping[str, Tensor]: ...

    @property
    def outputs(self) -> Mapping[str, Tensor]: ...

    def run(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Outputs by name for a batch ``uint8 [N, H, W, 3]`` RGB of the card's input size, whatever N is."""


def check_contract(model: Model, task: Task, outputs: Collection[str]) -> None:
    """Raises CardError for a model of another task, with another input than its card says, or without ``outputs``."""
    card = model.card
    if card.task != task:
        raise CardError(f"{model.folder / 'card.json'}: task: is {card.task!r}, {task!r} is needed here")
    images = model.inputs.get(INPUT)
    if images is None or images.dtype != "uint8":
        raise CardError(f"{model.where}: has no uint8 input {INPUT!r}")
    if images.shape[1:] != (*((None, None) if card.stride else card.input_size), 3):
        sizes = f"up to {card.input_size} in steps of {card.stride}" if card.stride else card.input_size
        raise CardError(f"{model.where}: input is {images}, its card says {sizes}")
    for name in sorted(outputs):
        if name not in model.outputs or model.outputs[name].dtype != "float32":
            raise CardError(f"{model.where}: has no float32 output {name!r}")
