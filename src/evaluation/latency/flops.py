"""How much work a model is, and how fast this machine could do it at best."""

import math
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnx.helper
import onnx.parser
import onnxruntime as ort

from src.evaluation.latency.schema import BenchmarkError

SIDE = 1024
RUNS = 10
PRODUCTS = {"Conv", "MatMul", "Gemm"}

Shape = tuple[int, ...]


def count_flops(path: Path, sides: Shape = ()) -> int:
    """Floating-point operations of an ONNX file for a batch of one: twice the multiply-accumulates of every
    Conv, MatMul and Gemm, in which all but a few per cent of a network's work lies.

    ``sides`` are the dimensions that follow the batch, where the file leaves them free. Raises BenchmarkError for
    a free dimension that they do not tell.
    """
    model = onnx.load(path)
    nodes = [node for node in model.graph.node if node.op_type in PRODUCTS]
    inputs = {value.name: _zeros(value, sides, path) for value in model.graph.input}
    weights = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    names = {name for node in nodes for name in (*node.input, node.output[0]) if name} - weights.keys()
    shapes = weights | _shapes_in_a_run(model, inputs, sorted(names))
    return sum(2 * math.prod((*shapes[node.output[0]], *_summed(node, shapes))) for node in nodes)


def _summed(node: onnx.NodeProto, shapes: dict[str, Shape]) -> Shape:
    """The dimensions that one element of the node's output is a sum over."""
    if node.op_type == "Conv":  # weights [out, in / group, kernel ...]
        return shapes[node.input[1]][1:]
    first = shapes[node.input[0]]
    transposed = any(a.name == "transA" and a.i for a in node.attribute)
    return (first[0] if transposed else first[-1],)


def _zeros(value: onnx.ValueInfoProto, sides: Shape, path: Path) -> npt.NDArray[Any]:
    """What an input can be fed with."""
    tensor = value.type.tensor_type
    known = dict(enumerate((1, *sides)))
    shape = [d.dim_value if d.HasField("dim_value") else known.get(i) for i, d in enumerate(tensor.shape.dim)]
    if None in shape:
        raise BenchmarkError(f"{path}: dimension {shape.index(None)} of {value.name!r} is free, its size is not known")
    return np.zeros(
        [size for size in shape if size is not None], onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    )


def _shapes_in_a_run(model: onnx.ModelProto, inputs: dict[str, npt.NDArray[Any]], names: list[str]) -> dict[str, Shape]:
    """The shapes of the values ``names`` when the model runs: inference finds not all that are computed."""
    outputs = {value.name for value in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in outputs | inputs.keys())
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = dict(zip([o.name for o in session.get_outputs()], session.run(None, inputs), strict=True))
    return {name: value.shape for name, value in (inputs | found).items()}


def matmul_gflop_per_s() -> float:
    """Billions of floating-point operations a second of onnxruntime's own float32 matrix multiplication
    (1024 x 1024) on one CPU thread, in the fastest of 10 runs."""
    model = onnx.parser.parse_model(
        f"""
        <ir_version: 8, opset_import: ["": 18]>
        product (float[{SIDE}, {SIDE}] a, float[{SIDE}, {SIDE}] b) => (float[{SIDE}, {SIDE}] c) {{ c = MatMul (a, b) }}
        """
    )
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    factors = np.random.default_rng(0).random((2, SIDE, SIDE), np.float32)
    spent = []
    for _ in range(RUNS):
        start = perf_counter()
        session.run(None, {"a": factors[0], "b": factors[1]})
        spent.append(perf_counter() - start)
    return 2 * SIDE**3 / min(spent) / 1e9
