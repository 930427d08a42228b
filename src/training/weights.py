"""Weights on disk: the half-precision file that ships beside each ONNX model, and checkpoints."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import torch
from safetensors.torch import load_file, save_file
from torch import nn


class WeightsError(ValueError):
    """Weights that are missing or do not fit the network; the message names the file."""


def save_weights(model: nn.Module, path: Path) -> None:
    """Writes floating-point tensors as float16 safetensors, the rest as they are."""
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().clone()
        for name, value in model.state_dict().items()
    }
    save_file(state, path)
    path.chmod(0o644)  # safetensors writes for the owner alone


def load_weights(model: nn.Module, source: Path, may_lack: Sequence[str] = ()) -> None:
    """Loads an export folder (``weights.safetensors``), a safetensors file or a Lightning checkpoint, strictly.

    Weights whose names begin with one of ``may_lack`` keep their values where the file has none for them.
    Raises WeightsError where there is no file, where names or shapes differ, or for a beginning of no name.
    """
    path = source / "weights.safetensors" if source.is_dir() else source
    if not path.is_file():
        raise WeightsError(f"{path}: no such weights")
    if path.suffix == ".safetensors":
        state = load_file(path)
    else:
        saved = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
        state = {name.removeprefix("model."): v for name, v in saved.items() if name.startswith("model.")}
    own = model.state_dict()
    for beginning in may_lack:
        if not any(name.startswith(beginning) for name in own):
            raise WeightsError(f"no weight of the network begins with {beginning!r}")
    kept = {name: value for name, value in own.items() if name.startswith(tuple(may_lack))}
    try:
        model.load_state_dict(kept | state)
    except RuntimeError as error:
        raise WeightsError(f"{path}: {shorten(str(error).splitlines()[1], 160, placeholder=' ...')}") from None
