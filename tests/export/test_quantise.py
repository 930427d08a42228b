"""Models in 8 and 16 bits, but for what needs more."""

from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.parser
import onnxruntime as ort
import pytest

from src.export.quantise import QuantisationError, float_nodes, halve, quantise

CHANNELS = 8


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Four convolutions with SiLU, and one of a gate; the last is scaled to pixels."""
    built = onnx.parser.parse_model(
        """
        <ir_version: 8, opset_import: ["": 18]>
        net (uint8[N, 8, 8, 3] images) => (float[N, 4, 8, 8] boxes)
        <float full = {255}, float pixels = {416}, int64[2] sides = {2, 3}>
        {
            planes = Transpose <perm = [0, 3, 1, 2]> (images)
            wide = Cast <to = 1> (planes)
            x = Div (wide, full)
            [first] a = Conv <kernel_shape = [1, 1]> (x, w_first)
            [first_sigmoid] a_sigmoid = Sigmoid (a)
            [first_silu] a_silu = Mul (a, a_sigmoid)
            [middle] b = Conv <kernel_shape = [1, 1]> (a_silu, w_middle)
            [middle_sigmoid] b_sigmoid = Sigmoid (b)
            [middle_silu] b_silu = Mul (b, b_sigmoid)
            [pool] mean = ReduceMean <keepdims = 1> (b_silu, sides)
            [gate] g = Conv <kernel_shape = [1, 1]> (mean, w_gate)
            [gate_sigmoid] g_sigmoid = Sigmoid (g)
            [gated] c = Mul (b_silu, g_sigmoid)
            [next] d = Conv <kernel_shape = [1, 1]> (c, w_next)
            [last] e = Conv <kernel_shape = [1, 1]> (d, w_last)
            [scaled] boxes = Mul (e, pixels)
        }
        """
    )
    rng = np.random.default_rng(0)
    for name, shape in (("first", (CHANNELS, 3)), ("last", (4, CHANNELS))):
        _add(built, f"w_{name}", rng.normal(size=(*shape, 1, 1)))
    for name in ("middle", "gate", "next"):
        _add(built, f"w_{name}", rng.normal(size=(CHANNELS, CHANNELS, 1, 1)) / CHANNELS**0.5)
    onnx.save(onnx.shape_inference.infer_shapes(built), tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


def _add(model: onnx.ModelProto, name: str, values: np.ndarray) -> None:
    model.graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float32), name))


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (6, 8, 8, 3), np.uint8)


def _run(path: Path, images: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"images": images})[0]


def test_ends_and_gates_stay_in_float(model: Path) -> None:
    stay = set(float_nodes(onnx.load(model).graph))
    names = {node.name for node in onnx.load(model).graph.node if node.name}
    assert names - stay == {
        "first_sigmoid", "first_silu", "middle", "middle_sigmoid", "middle_silu", "gated", "next",
    }  # fmt: skip


def test_the_answers_are_nearly_the_same(model: Path, images: np.ndarray, tmp_path: Path) -> None:
    quantise(model, tmp_path / "int8.onnx", iter(images[:, None]))
    before, after = _run(model, images), _run(tmp_path / "int8.onnx", images)
    assert 0 < abs(after - before).max() < 0.06 * np.ptp(before)


def test_weights_have_8_bits_of_which_one_is_left_free(model: Path, images: np.ndarray, tmp_path: Path) -> None:
    quantise(model, tmp_path / "int8.onnx", iter(images[:, None]))
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(tmp_path / "int8.onnx").graph.initializer}
    weights = [a for name, a in arrays.items() if name.startswith("w_") and a.dtype == np.int8 and a.ndim == 4]
    assert len(weights) == 2  # middle, next
    assert all(np.abs(w.astype(int)).max() == 64 for w in weights)
    scales = [a for name, a in arrays.items() if name.startswith("w_middle") and a.dtype == np.float32]
    assert [s.shape for s in scales] == [(CHANNELS,)]


def test_what_cannot_be_quantised_is_said(model: Path, images: np.ndarray, built_models: Path, tmp_path: Path) -> None:
    quantise(model, tmp_path / "int8.onnx", iter(images[:, None]))
    with pytest.raises(QuantisationError, match=r"int8\.onnx: has 8-bit parts already"):
        quantise(tmp_path / "int8.onnx", tmp_path / "again.onnx", iter(images[:, None]))
    with pytest.raises(QuantisationError, match="has no convolution"):
        quantise(built_models / "ocr" / "model.onnx", tmp_path / "again.onnx", iter(images[:, None]))
    assert not (tmp_path / "again.onnx").exists()


def test_in_16_bits_only_the_ends_keep_32(model: Path, images: np.ndarray, tmp_path: Path) -> None:
    halve(model, tmp_path / "half.onnx")
    before, after = _run(model, images), _run(tmp_path / "half.onnx", images)
    assert after.dtype == np.float32
    assert 0 < abs(after - before).max() < 0.002 * np.ptp(before)
    types = {t.name: t.data_type for t in onnx.load(tmp_path / "half.onnx").graph.initializer}
    full = {
        name for name in ("w_first", "w_middle", "w_gate", "w_next", "w_last") if types[name] == onnx.TensorProto.FLOAT
    }
    assert full == {"w_last"}


def test_what_has_no_32_bits_cannot_be_halved(model: Path, tmp_path: Path) -> None:
    emptied = onnx.load(model)
    del emptied.graph.initializer[:]
    onnx.save(emptied, tmp_path / "none.onnx")
    with pytest.raises(QuantisationError, match=r"none\.onnx: has no weights of 32 bits"):
        halve(tmp_path / "none.onnx", tmp_path / "half.onnx")
    assert not (tmp_path / "half.onnx").exists()
