"""Weights on disk: the half-precision file that ships beside each ONNX model, and checkpoints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from src.core.card import sha256_of

State = dict[str, Tensor]


class WeightsError(ValueError):
    """Weights that are missing or do not fit the network; the message names the file."""


@runtime_checkable
class Adapts(Protocol):
    """A network that can begin with weights of another shape, or of another network."""

    def adapted(self, state: State) -> State:
        """Returns ``state`` fitted to this network, as far as it can be. Raises ValueError where too little fits."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The labels of a last layer's rows, from row ``first`` on; cards and checkpoints have them as ``named``."""

    layer: str
    named: str
    labels: tuple[str, ...]
    first: int = 0


def save_weights(model: nn.Module, path: Path) -> None:
    """Writes floating-point tensors as float16 safetensors, the rest as they are."""
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().clone()
        for name, value in model.state_dict().items()
    }
    save_file(state, path)
    path.chmod(0o644)  # safetensors writes for the owner alone


def load_weights(model: nn.Module, source: Path, may_lack: Sequence[str] = (), rows: Sequence[Rows] = ()) -> None:
    """Loads all weights from an export folder, a safetensors file or a Lightning checkpoint.

    A network that ``Adapts`` may begin with weights of another shape (a reader for crops of another height) or of
    another network (a detector trained on COCO). The ``rows`` of the last layers are matched by their labels, so a
    reader can learn further characters and countries: their rows keep the values that they have. Weights whose names
    begin with one of ``may_lack`` keep their values too, where the file lacks them. Raises WeightsError where there is
    no file, where names or shapes differ, and where no weight begins with one of ``may_lack``.
    """
    path = source / "weights.safetensors" if source.is_dir() else source
    if not path.is_file():
        raise WeightsError(f"{path}: no such weights")
    state, stated = _read(path)
    if isinstance(model, Adapts):
        try:
            state = model.adapted(state)
        except ValueError as error:
            raise WeightsError(f"{path}: {error}") from None
    own = model.state_dict()
    for beginning in may_lack:
        if not any(name.startswith(beginning) for name in own):
            raise WeightsError(f"no weight of the network begins with {beginning!r}")
    kept = {name: value for name, value in own.items() if name.startswith(tuple(may_lack))}
    for layer in rows:
        state |= _by_label(layer, state, own, stated)
    try:
        model.load_state_dict(kept | state)
    except RuntimeError as error:
        raise WeightsError(f"{path}: {shorten(str(error).splitlines()[1], 160, placeholder=' ...')}") from None


def starts_of(source: Path) -> list[dict[str, Any]]:
    """What the weights that ``load_weights`` takes from ``source`` were trained from and on, as fields of ``Start``.

    An export says so in its card and a checkpoint in its provenance; of other weights only name and hash are known.
    """
    path = source / "weights.safetensors" if source.is_dir() else source
    start: dict[str, Any] = {"name": path.parent.name, "sha256": sha256_of(path)}
    card = path.with_name("card.json")
    if path.suffix != ".safetensors":
        known = torch.load(path, map_location="cpu", weights_only=True).get("provenance", {})
        trained_on = known.get("sources", {}) | {"samples_drawn": known.get("samples", 0)}
        return [*known.get("started_from", []), start | {"name": path.parents[1].name, "trained_on": trained_on}]
    stated = json.loads(card.read_bytes()) if card.is_file() else {}
    name = f"{start['name']} {stated['commit'][:7]}" if stated else start["name"]
    return [*stated.get("started_from", []), start | {"name": name, "trained_on": stated.get("trained_on", {})}]


def _read(path: Path) -> tuple[State, Mapping[str, Any]]:
    """Returns the weights of a file, and what its card or checkpoint states of the network."""
    if path.suffix == ".safetensors":
        card = path.with_name("card.json")
        return load_file(path), json.loads(card.read_bytes()) if card.is_file() else {}
    saved = torch.load(path, map_location="cpu", weights_only=True)
    state = {name.removeprefix("model."): v for name, v in saved["state_dict"].items() if name.startswith("model.")}
    return state, saved.get("hyper_parameters", {})


def _by_label(rows: Rows, state: State, own: State, stated: Mapping[str, Any]) -> State:
    """Returns a layer of ``state`` with rows in the order of ``rows``; rows that it lacks are those of ``own``."""
    before = list(stated.get(rows.named, ()))
    common = [label for label in rows.labels if label in before]
    here = [*range(rows.first), *(rows.first + rows.labels.index(label) for label in common)]
    there = [*range(rows.first), *(rows.first + before.index(label) for label in common)]
    moved = {}
    for name in (f"{rows.layer}.weight", f"{rows.layer}.bias"):
        if common and name in state and state[name].shape[1:] == own[name].shape[1:]:
            moved[name] = own[name].clone()
            moved[name][here] = state[name][there].to(own[name].dtype)
    return moved
