"""Operations of graphs that are small enough to count by hand."""

from pathlib import Path

import onnx
import onnx.parser
import pytest

from src.evaluation.latency.flops import count_flops
from src.evaluation.latency.schema import BenchmarkError


def saved(folder: Path, body: str) -> Path:
    model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 18]> g {body}')
    onnx.save(model, folder / "model.onnx")
    return folder / "model.onnx"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # 16 output channels of 4 x 5, each a sum over 3 input channels and 3 x 3 taps
        (
            "(float[N, 3, 8, 10] x, float[16, 3, 3, 3] w) => (float[N, 16, 4, 5] y)"
            "{ y = Conv <strides = [2, 2], pads = [1, 1, 1, 1]> (x, w) }",
            2 * 16 * 4 * 5 * 3 * 3 * 3,
        ),
        # by channel: a sum over the 3 x 3 taps alone
        (
            "(float[N, 8, 6, 6] x, float[8, 1, 3, 3] w) => (float[N, 8, 4, 4] y) { y = Conv <group = 8> (x, w) }",
            2 * 8 * 4 * 4 * 3 * 3,
        ),
        # two heads of [7, 5] x [5, 3]
        (
            "(float[N, 2, 7, 5] a, float[N, 2, 5, 3] b) => (float[N, 2, 7, 3] y) { y = MatMul (a, b) }",
            2 * 2 * 7 * 3 * 5,
        ),
        (
            "(float[6, 4] a, float[6, 9] b, float[9] c) => (float[4, 9] y) { y = Gemm <transA = 1> (a, b, c) }",
            2 * 4 * 9 * 6,
        ),
        # shapes between the nodes are inferred; what is no product counts for nothing
        (
            "(float[N, 5] a, float[5, 7] b, float[7, 2] c) => (float[N, 2] y)"
            "{ m = MatMul (a, b) r = Relu (m) y = MatMul (r, c) }",
            2 * 7 * 5 + 2 * 2 * 7,
        ),
    ],
)
def test_operations_are_those_counted_by_hand(tmp_path: Path, body: str, expected: int) -> None:
    assert count_flops(saved(tmp_path, body)) == expected


def test_free_sides_count_as_they_are_given(tmp_path: Path) -> None:
    """The shape that the pixels are laid out in is computed: rows times columns."""
    body = """
        (uint8[N, H, W, 3] x, float[3, 5] w) => (float[N, K, 5] y) <int64[1] channels = {3}>
        {
            shape = Shape (x)
            batch, rows, columns, three = Split <num_outputs = 4> (shape)
            pixels = Mul (rows, columns)
            flat = Concat <axis = 0> (batch, pixels, channels)
            values = Cast <to = 1> (x)
            listed = Reshape (values, flat)
            y = MatMul (listed, w)
        }"""
    assert count_flops(saved(tmp_path, body), (4, 6)) == 2 * 4 * 6 * 5 * 3
    assert count_flops(saved(tmp_path, body), (2, 6)) == 2 * 2 * 6 * 5 * 3


def test_a_shape_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    path = saved(tmp_path, "(float[N, K] a, float[K, 3] b) => (float[N, 3] y) { y = MatMul (a, b) }")
    with pytest.raises(BenchmarkError, match=r"model\.onnx: dimension 1 of 'a' is free"):
        count_flops(path)
