"""Writes a network as one self-contained ONNX file, and checks that it answers as the network does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import torch
from torch import nn
from torch.export import Dim

OPSET = 20
BATCHES = (1, 3)
LARGEST = 1024
"""The largest value of a free dimension: images in a batch, strides along a side."""

Arrays = dict[str, npt.NDArray[Any]]


class ParityError(RuntimeError):
    """An export that does not answer as the network does."""


def export_onnx(
    model: nn.Module,
    path: Path,
    images: npt.NDArray[np.uint8],
    outputs: Sequence[str],
    stride: int | None = None,
) -> None:
    """Writes ``model`` with the input ``images`` uint8 [N, H, W, 3] and checks the file.

    N is free. H and W are fixed, with ``stride`` they may be any multiples of it.
    """
    free = {0: Dim("batch", min=1, max=LARGEST)}
    if stride is not None:
        free |= {1: stride * Dim("rows", min=1, max=LARGEST), 2: stride * Dim("columns", min=1, max=LARGEST)}
    program = torch.onnx.export(
        model.eval(),
        (torch.from_numpy(images[:2]),),  # a batch of one would be frozen into the graph
        input_names=["images"],
        output_names=list(outputs),
        dynamic_shapes={"images": free},
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    program.save(str(path), external_data=False)
    drop_traces(path)
    onnx.checker.check_model(str(path), full_check=True)


def drop_traces(path: Path) -> None:
    """Takes out of an ONNX file what the exporter notes of each node: lines of code, and in which folder they lie."""
    model = onnx.load(path)
    for part in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
    onnx.save(model, path)


def network_outputs(model: nn.Module, images: npt.NDArray[np.uint8], names: Sequence[str]) -> Arrays:
    """What the network itself answers, in float32."""
    with torch.no_grad():
        out = model.eval()(torch.from_numpy(images))
    tensors = out if isinstance(out, tuple) else (out,)
    return {name: tensor.numpy() for name, tensor in zip(names, tensors, strict=True)}


def onnx_outputs(path: Path, images: npt.NDArray[np.uint8]) -> Arrays:
    """What onnxruntime on the CPU answers for the file."""
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, {"images": images}), strict=True))


def check_varies(model: nn.Module, images: npt.NDArray[np.uint8], tolerances: dict[str, float]) -> None:
    """Raises ParityError where an output of the network is the same for all ``images``: parity would prove nothing."""
    for name, values in network_outputs(model, images, list(tolerances)).items():
        if float(np.ptp(values, axis=0).max()) < 10 * tolerances[name]:
            raise ParityError(f"{name}: does not vary between images, so parity proves nothing")


def check_parity(model: nn.Module, path: Path, images: npt.NDArray[np.uint8], tolerances: dict[str, float]) -> None:
    """Compares file and network on batches of 1 and 3 of ``images``, each output within its absolute tolerance.

    Raises ParityError. ``check_varies`` says whether equal answers prove anything.
    """
    if len(images) < max(BATCHES):
        raise ParityError(f"{len(images)} sample images, at least {max(BATCHES)} are needed")
    for size in BATCHES:
        batch = images[:size]
        expected, actual = network_outputs(model, batch, list(tolerances)), onnx_outputs(path, batch)
        for name, tolerance in tolerances.items():
            if actual[name].shape != expected[name].shape:
                raise ParityError(f"{name}: shape {actual[name].shape}, the network has {expected[name].shape}")
            difference = float(np.abs(actual[name] - expected[name]).max())
            if not difference <= tolerance:
                raise ParityError(f"{name}: differs by {difference:.2g} at batch {size}, allowed is {tolerance:.2g}")
