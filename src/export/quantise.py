"""Quantises a float model with onnxruntime's tools: to integers of 8 bits for CPUs, to floats of 16 bits for GPUs."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16

from src.export.rearrange import can_take_pixels, rearrange

QUANTISED = ["Conv", "Sigmoid", "Mul", "Add", "Concat", "Split", "MaxPool", "Resize"]
"""SiLU is a Sigmoid and a Mul. If convolutions alone had 8 bits, converting between them would cost what they save."""

Batch = npt.NDArray[np.uint8]


class QuantisationError(ValueError):
    """A model that cannot be quantised, or whose outputs change too much when it is."""


class _Calibration(CalibrationDataReader):
    """Gives onnxruntime the calibration batches for the input ``images``."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._batches = iter(batches)

    def get_next(self) -> dict[str, Batch] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"images": batch}


def quantise(model: Path, out: Path, batches: Iterable[Batch]) -> None:
    """Writes the float ``model`` with static 8-bit quantisation; ``batches`` uint8 [N, H, W, 3] show its ranges.

    Weights are signed, a scale per channel, and of 7 bits: without AVX-512 VNNI, x86 adds products of pairs in 16 bits,
    which full weights overflow, so that the model would read otherwise on another processor. Raises QuantisationError
    for a model that has 8-bit parts already, or no convolution.
    """
    types = {node.op_type for node in onnx.load(model).graph.node}
    if "QuantizeLinear" in types or "Conv" not in types:
        raise QuantisationError(f"{model}: {'has 8-bit parts already' if 'Conv' in types else 'has no convolution'}")
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(model, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            out,
            _Calibration(batches),
            op_types_to_quantize=QUANTISED,
            nodes_to_exclude=float_nodes(onnx.load(prepared).graph),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    faster = onnx.load(out)
    rearrange(faster)
    onnx.save(faster, out)


def halve(model: Path, out: Path) -> None:
    """Writes the float ``model`` with weights and activations of 16 bits; what comes in and out keeps its type.

    The ends stay in float: at 400 pixels a coordinate of 16 bits has steps of a quarter. On processors without such
    arithmetic it is no faster. Raises QuantisationError for a model that has no 32-bit weights.
    """
    float_model = onnx.load(model)
    if all(weights.data_type != onnx.TensorProto.FLOAT for weights in float_model.graph.initializer):
        raise QuantisationError(f"{model}: has no weights of 32 bits")
    kept = [node.name for node in ends(float_model.graph)]
    onnx.save(convert_float_to_float16(float_model, keep_io_types=True, node_block_list=kept), out)


def float_nodes(graph: onnx.GraphProto) -> list[str]:
    """Names of the nodes that stay in float beside 8 bits, of a ``graph`` with known shapes.

    They are the ends, what works on a single pixel, the gates of squeeze and excitation, which scale whole channels and
    take no time, and the first convolution, but for one that can take pixels as they come.
    """
    pixels = {value.name for value in graph.value_info if _is_pixel(value)}
    gates = [node for node in graph.node if any(output in pixels for output in node.output)]
    first = next(node for node in graph.node if node.op_type == "Conv")
    shapes = {constant.name: constant.dims for constant in graph.initializer}
    kept = [] if can_take_pixels(first, shapes.get(first.input[1], ())) else [first]
    return list(dict.fromkeys(node.name for node in [*ends(graph), *gates, *kept]))


def ends(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The last convolutions with all that follows them: coordinates and log-probabilities need more than 256 values."""
    last, before = [], set[str]()
    for node in reversed(graph.node):
        followed = any(output in before for output in node.output)
        if node.op_type == "Conv" or followed:
            before.update(node.input)
        if not followed:
            last.append(node)
    return last


def _is_pixel(value: onnx.ValueInfoProto) -> bool:
    """Whether it is of the shape [N, C, 1, 1]."""
    shape = value.type.tensor_type.shape.dim
    return len(shape) == 4 and all(side.dim_value == 1 for side in shape[2:])
