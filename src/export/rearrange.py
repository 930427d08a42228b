"""The same 8-bit network in nodes that onnxruntime computes faster on a CPU: every answer stays as it is, to the bit.

Its convolutions of bytes gather the neighbours of every pixel, channels last, and multiply 16 channels at once. Where a
map has 8 or 16 channels the gathering takes longer than the arithmetic, and half of the latter is idle. To enlarge a
map of bytes it looks up every single one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

NARROW, NARROWEST = 16, 8
"""Channels in and out of a convolution that takes two columns at once, at most, and of one of the two."""
KERNEL = 3
LAST, FIRST = [0, 2, 3, 1], [0, 3, 1, 2]
"""Channels last, and first again."""


def rearrange(model: onnx.ModelProto) -> None:
    """Changes ``model``, which ``quantise`` wrote, in place.

    Maps whose columns are taken in pairs must have an even number of them. In a network for canvases of multiples of
    32 pixels they have, as only its first maps are so narrow.
    """
    graph = _Graph(model.graph)
    for node in [node for node in model.graph.node if node.op_type == "Resize"]:
        _copy_twice(graph, node)
    for node in [node for node in model.graph.node if node.op_type == "Conv"]:
        _take_pairs(graph, node)
    _take_pixels_by_four(graph)
    del model.graph.value_info[:]  # the shapes of what is gone


def can_take_pixels(first: onnx.NodeProto, shape: Sequence[int]) -> bool:
    """Whether the ``first`` convolution, whose weights are of ``shape``, is faster in 8 bits than in floats."""
    return tuple(shape[1:]) == (3, KERNEL, KERNEL) and shape[0] <= NARROW and _is_plain(first, 2)


@dataclass(frozen=True)
class _Graph:
    """A graph with its constants and connections by name."""

    proto: onnx.GraphProto

    def array(self, name: str) -> npt.NDArray[np.generic] | None:
        """The constant of that name, None where there is none."""
        found = next((constant for constant in self.proto.initializer if constant.name == name), None)
        return None if found is None else numpy_helper.to_array(found)

    def constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self.proto.initializer.append(numpy_helper.from_array(values, name))
        return name

    def source(self, name: str) -> onnx.NodeProto | None:
        """The DequantizeLinear that gives ``name``; None where it is no 8-bit value."""
        return next((n for n in self.proto.node if name in n.output and n.op_type == "DequantizeLinear"), None)

    def only_user(self, name: str) -> onnx.NodeProto | None:
        """The QuantizeLinear that takes ``name``; None where anything else does."""
        users = [node for node in self.proto.node if name in node.input]
        return users[0] if len(users) == 1 and users[0].op_type == "QuantizeLinear" else None

    def replace(self, gone: Sequence[onnx.NodeProto], new: Sequence[onnx.NodeProto]) -> None:
        """Puts ``new`` in the place of ``gone``, the last of which ends the chain."""
        at = list(self.proto.node).index(gone[-1])
        for node in reversed(new):
            self.proto.node.insert(at, node)
        for node in gone:
            self.proto.node.remove(node)


def _copy_twice(graph: _Graph, node: onnx.NodeProto) -> None:
    """A map enlarged to twice its sides, each value four times: by copying columns, then rows, all channels at once."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    scales = graph.array(node.input[2]) if len(node.input) == 3 else None
    before, after = graph.source(node.input[0]), graph.only_user(node.output[0])
    if scales is None or scales.tolist() != [1, 1, 2, 2] or before is None or after is None:
        return
    way = attributes.get("mode"), attributes.get("coordinate_transformation_mode"), attributes.get("nearest_mode")
    if way != (b"nearest", b"asymmetric", b"floor") or not _same_steps(graph, before, after):
        return
    name = node.name
    once = graph.constant(f"{name}_once", np.array([1, 1, 2, 1]))
    twice = graph.constant(f"{name}_twice", np.array([1, 2, 2, 1]))
    new = [
        helper.make_node("Transpose", [before.input[0]], [f"{name}_last"], perm=LAST),
        helper.make_node("Shape", [f"{name}_last"], [f"{name}_size"]),
        helper.make_node("Mul", [f"{name}_size", once], [f"{name}_wide_size"]),
        helper.make_node("Mul", [f"{name}_size", twice], [f"{name}_whole_size"]),
        helper.make_node("Concat", [f"{name}_last"] * 2, [f"{name}_pairs"], axis=3),
        helper.make_node("Reshape", [f"{name}_pairs", f"{name}_wide_size"], [f"{name}_wide"]),
        helper.make_node("Concat", [f"{name}_wide"] * 2, [f"{name}_rows"], axis=2),
        helper.make_node("Reshape", [f"{name}_rows", f"{name}_whole_size"], [f"{name}_whole"]),
        helper.make_node("Transpose", [f"{name}_whole"], [after.output[0]], perm=FIRST),
    ]
    graph.replace([node, after], new)


def _take_pairs(graph: _Graph, node: onnx.NodeProto) -> None:
    """A narrow convolution of 3 x 3 as one of pairs of columns, whose channels lie side by side.

    Two columns of C channels are the same bytes as one of 2 C. An output column reaches one input column to either
    side, so that of the three pairs in reach half of the new weights are 0.
    """
    sources = [graph.source(name) for name in node.input]
    after = graph.only_user(node.output[0])
    if len(sources) != 3 or any(source is None for source in sources) or after is None or not _is_plain(node):
        return
    x, w, b = (source for source in sources if source is not None)
    weights, values = graph.array(w.input[0]), [graph.array(name) for name in (*w.input[1:], *b.input)]
    if weights is None or any(value is None for value in values) or weights.shape[2:] != (KERNEL, KERNEL):
        return
    outs, ins = weights.shape[:2]
    if max(outs, ins) > NARROW or min(outs, ins) > NARROWEST:
        return
    name = node.name
    of_ins = graph.constant(f"{name}_pair", np.array([0, 0, -1, 2 * ins]))
    new = [
        helper.make_node("Transpose", [x.input[0]], [f"{name}_last"], perm=LAST),
        helper.make_node("Reshape", [f"{name}_last", of_ins], [f"{name}_paired"]),
        helper.make_node("Transpose", [f"{name}_paired"], [f"{name}_bytes"], perm=FIRST),
        helper.make_node("DequantizeLinear", [f"{name}_bytes", *x.input[1:]], [f"{name}_x"]),
        *_two_columns_at_once(graph, node, (w, b), _paired(weights), after, [1, 1], [1] * 4),
    ]
    graph.replace([node, after], new)


def _two_columns_at_once(
    graph: _Graph,
    conv: onnx.NodeProto,
    constants: tuple[onnx.NodeProto, onnx.NodeProto],
    wide: npt.NDArray[np.generic],
    after: onnx.NodeProto,
    strides: Sequence[int],
    pads: Sequence[int],
) -> list[onnx.NodeProto]:
    """Makes the nodes from ``NAME_x``, NAME being that of ``conv``, to the output of the quantisation ``after`` it.

    The weights ``wide`` [2 O, C, rows, columns] give two columns of O channels for each place, and these are then set
    side by side. ``constants`` are the nodes that dequantise the weights and the bias of ``conv``. The bias, and all
    scales and zero points, are taken twice. ``strides`` and ``pads`` are those of the new convolution.
    """
    name, (w, b) = conv.name, constants
    w_twice, b_twice = (
        [graph.constant(f"{name}_{source}_twice", np.tile(np.asarray(graph.array(source)), 2)) for source in sources]
        for sources in (w.input[1:], b.input)
    )
    set_apart = graph.constant(f"{name}_single", np.array([0, 0, -1, len(wide) // 2]))
    wide_inputs = [graph.constant(f"{name}_wide", wide), *w_twice]
    return [
        helper.make_node("DequantizeLinear", wide_inputs, [f"{name}_w"], axis=0),
        helper.make_node("DequantizeLinear", b_twice, [f"{name}_b"], axis=0),
        helper.make_node(
            "Conv",
            [f"{name}_x", f"{name}_w", f"{name}_b"],
            [f"{name}_y"],
            name,
            kernel_shape=list(wide.shape[2:]),
            strides=strides,
            pads=pads,
        ),
        helper.make_node("QuantizeLinear", [f"{name}_y", *after.input[1:]], [f"{name}_y_bytes"]),
        helper.make_node("Transpose", [f"{name}_y_bytes"], [f"{name}_y_last"], perm=LAST),
        helper.make_node("Reshape", [f"{name}_y_last", set_apart], [f"{name}_y_single"]),
        helper.make_node("Transpose", [f"{name}_y_single"], [after.output[0]], perm=FIRST),
    ]


def _take_pixels_by_four(graph: _Graph) -> None:
    """The first convolution, of 3 x 3 pixels in steps of 2, straight from the bytes of four pixels side by side.

    Bytes of pixels [N, H, W, 3] are those of ``[N, H, W / 4, 12]``, and stand for themselves in steps of 1 / 255. Two
    columns come out at once. Nothing is converted to floats and back.
    """
    nodes = {output: node for node in graph.proto.node for output in node.output}
    chain = [node for node in graph.proto.node if node.op_type == "Transpose" and node.input[0] == "images"]
    for kind in ("Cast", "Div", "QuantizeLinear", "DequantizeLinear", "Conv", "QuantizeLinear"):
        users = [node for node in graph.proto.node if chain and chain[-1].output[0] in node.input]
        if len(users) != 1 or users[0].op_type != kind:
            return
        chain.append(users[0])
    _, _, division, bytes_in, values, conv, after = chain
    w, b = (nodes.get(name) for name in conv.input[1:])
    if w is None or b is None or not _is_plain(conv, 2) or not _stands_for_itself(graph, division, bytes_in):
        return
    weights, constants = graph.array(w.input[0]), [graph.array(name) for name in (*w.input[1:], *b.input)]
    if weights is None or any(value is None for value in constants) or weights.shape[1:] != (3, KERNEL, KERNEL):
        return
    outs, name = len(weights), conv.name
    wide = np.zeros((2 * outs, 12, KERNEL, 2), weights.dtype)
    for column in range(2):
        for k in range(KERNEL):
            four, inside = divmod(2 * column + k - 1, 4)
            rows = slice(column * outs, (column + 1) * outs)
            wide[rows, 3 * inside : 3 * inside + 3, :, four + 1] = weights[..., k]
    fours = graph.constant(f"{name}_fours", np.array([0, 0, -1, 12]))
    new = [
        helper.make_node("Reshape", ["images", fours], [f"{name}_side_by_side"]),
        helper.make_node("Transpose", [f"{name}_side_by_side"], [f"{name}_bytes"], perm=FIRST),
        helper.make_node("DequantizeLinear", [f"{name}_bytes", *values.input[1:]], [f"{name}_x"]),
        *_two_columns_at_once(graph, conv, (w, b), wide, after, [2, 1], [1, 1, 1, 0]),
    ]
    graph.replace(chain, new)


def _stands_for_itself(graph: _Graph, division: onnx.NodeProto, bytes_in: onnx.NodeProto) -> bool:
    """Whether a byte that is divided by 255 and quantised again is the byte that it was."""
    by, step, zero = (graph.array(name) for name in (division.input[1], *bytes_in.input[1:]))
    if by is None or step is None or zero is None:
        return False
    values = np.arange(256, dtype=np.float32) / np.asarray(by, np.float32).reshape(-1)[0]
    back = np.round(values / np.asarray(step, np.float32)) + np.asarray(zero, np.float32)
    return bool((back == np.arange(256)).all())


def _paired(weights: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """``[O, C, 3, 3]`` as ``[2 O, 2 C, 3, 3]``: output column j of a pair takes input column j + k - 1 by weight k."""
    outs, ins = weights.shape[:2]
    paired = np.zeros((2 * outs, 2 * ins, KERNEL, KERNEL), weights.dtype)
    for column in range(2):
        for k in range(KERNEL):
            pair, inside = divmod(column + k - 1, 2)
            rows, columns = slice(column * outs, (column + 1) * outs), slice(inside * ins, (inside + 1) * ins)
            paired[rows, columns, :, pair + 1] = weights[..., k]
    return paired


def _is_plain(node: onnx.NodeProto, stride: int = 1) -> bool:
    """Whether a convolution moves by ``stride``, sees a pixel beyond every edge, and is not split in groups."""
    usual = {"pads": [0] * 4, "strides": [1, 1], "dilations": [1, 1], "group": 1}
    given = usual | {a.name: helper.get_attribute_value(a) for a in node.attribute if a.name in usual}
    return given == usual | {"pads": [1] * 4, "strides": [stride] * 2}


def _same_steps(graph: _Graph, before: onnx.NodeProto, after: onnx.NodeProto) -> bool:
    """Whether a byte stands for the same value in both."""
    ours, theirs = ([graph.array(name) for name in node.input[1:]] for node in (before, after))
    return all(a is not None and b is not None and np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
