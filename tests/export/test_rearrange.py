"""What is computed faster answers to the bit as before."""

from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.parser
import onnxruntime as ort
import pytest

from src.export.rearrange import rearrange

STEP = np.float32(0.04)
STEPS = {"s": STEP, "z": np.uint8(90)}


def network(outs: int, ins: int, pads: int = 1, mode: str = "floor") -> onnx.ModelProto:
    """Bytes [N, C, H, W] through a convolution of 3 x 3 and an enlargement, both in 8 bits."""
    model = onnx.parser.parse_model(
        f"""
        <ir_version: 8, opset_import: ["": 18]>
        net (uint8[N, {ins}, H, W] images) => (uint8[N, {outs}, I, J] large)
        <float[4] scales = {{1, 1, 2, 2}}>
        {{
            x = DequantizeLinear (images, s, z)
            wf = DequantizeLinear <axis = 0> (w, ws, wz)
            bf = DequantizeLinear <axis = 0> (b, bs, bz)
            [conv] y = Conv <kernel_shape = [3, 3], pads = [{pads}, {pads}, {pads}, {pads}]> (x, wf, bf)
            yq = QuantizeLinear (y, s, z)
            yf = DequantizeLinear (yq, s, z)
            [up] u = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "{mode}">
                (yf, , scales)
            large = QuantizeLinear (u, s, z)
        }}
        """
    )
    rng = np.random.default_rng(0)
    ws = rng.uniform(0.01, 0.03, outs).astype(np.float32)
    constants = STEPS | {
        "w": rng.integers(-64, 64, (outs, ins, 3, 3)).astype(np.int8),
        "ws": ws,
        "wz": np.zeros(outs, np.int8),
        "b": rng.integers(-900, 900, outs).astype(np.int32),
        "bs": ws * STEP,
        "bz": np.zeros(outs, np.int32),
    }
    for name, values in constants.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values), name))
    return model


def stem(step: float = 1 / 255, stride: int = 2) -> onnx.ModelProto:
    """Pixels [N, H, W, 3] through the first convolution, as ``quantise_static`` leaves it."""
    model = onnx.parser.parse_model(
        f"""
        <ir_version: 8, opset_import: ["": 18]>
        net (uint8[N, H, W, 3] images) => (uint8[N, 5, I, J] small)
        <float full = {{255}}>
        {{
            planes = Transpose <perm = [0, 3, 1, 2]> (images)
            wide = Cast <to = 1> (planes)
            x = Div (wide, full)
            xq = QuantizeLinear (x, xs, xz)
            xf = DequantizeLinear (xq, xs, xz)
            wf = DequantizeLinear <axis = 0> (w, ws, wz)
            bf = DequantizeLinear <axis = 0> (b, bs, bz)
            [conv] y = Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1], strides = [{stride}, {stride}]> (xf, wf, bf)
            small = QuantizeLinear (y, s, z)
        }}
        """
    )
    rng = np.random.default_rng(0)
    ws = rng.uniform(0.01, 0.03, 5).astype(np.float32)
    constants = STEPS | {
        "xs": np.float32(step),
        "xz": np.uint8(0),
        "w": rng.integers(-64, 64, (5, 3, 3, 3)).astype(np.int8),
        "ws": ws,
        "wz": np.zeros(5, np.int8),
        "b": rng.integers(-900, 900, 5).astype(np.int32),
        "bs": ws * np.float32(step),
        "bz": np.zeros(5, np.int32),
    }
    for name, values in constants.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values), name))
    return model


@pytest.mark.parametrize("size", [(8, 8), (6, 12), (2, 4)])
def test_pixels_are_taken_by_four_to_the_bit(size: tuple[int, int], tmp_path) -> None:
    model, shape = stem(), (2, *size, 3)
    before = answers(model, shape, tmp_path)
    rearrange(model)
    assert not any(node.op_type in ("Cast", "Div") for node in model.graph.node)
    assert np.ptp(before) > 50
    assert (answers(model, shape, tmp_path) == before).all()


@pytest.mark.parametrize("model", [stem(step=1 / 250), stem(stride=1)], ids=["other steps", "every pixel"])
def test_a_first_convolution_of_another_kind_stays(model: onnx.ModelProto) -> None:
    rearrange(model)
    assert any(node.op_type == "Div" for node in model.graph.node)


def answers(model: onnx.ModelProto, shape: tuple[int, ...], folder: Path) -> np.ndarray:
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "model.onnx")
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    images = np.random.default_rng(2).integers(0, 256, shape).astype(np.uint8)
    return session.run(None, {"images": images})[0]


@pytest.mark.parametrize(("outs", "ins"), [(8, 16), (16, 8), (3, 2)])
@pytest.mark.parametrize("size", [(8, 8), (6, 14), (1, 2)])
def test_pairs_of_columns_and_copies_answer_to_the_bit(outs: int, ins: int, size: tuple[int, int], tmp_path) -> None:
    model, shape = network(outs, ins), (2, ins, *size)
    before = answers(model, shape, tmp_path)
    rearrange(model)
    after = answers(model, shape, tmp_path)
    assert not any(node.op_type == "Resize" for node in model.graph.node)
    assert any(list(t.dims) == [2 * outs, 2 * ins, 3, 3] for t in model.graph.initializer)
    assert np.ptp(before) > 100
    assert (before == after).all()


@pytest.mark.parametrize(("outs", "ins", "pads"), [(16, 16, 1), (8, 32, 1), (8, 16, 0)])
def test_other_convolutions_stay(outs: int, ins: int, pads: int) -> None:
    model = network(outs, ins, pads)
    rearrange(model)
    (conv,) = (node for node in model.graph.node if node.op_type == "Conv")
    assert list(conv.input) == ["x", "wf", "bf"]


def test_another_enlargement_stays(tmp_path) -> None:
    model = network(8, 16, mode="ceil")
    rearrange(model)
    assert [node.name for node in model.graph.node if node.op_type == "Resize"] == ["up"]
    other = network(8, 16)
    other.graph.node[-1].input[1] = "other"  # steps that would have to be changed
    other.graph.initializer.append(onnx.numpy_helper.from_array(np.array(0.05, np.float32), "other"))
    before = answers(other, (1, 16, 4, 4), tmp_path)
    rearrange(other)
    assert (answers(other, (1, 16, 4, 4), tmp_path) == before).all()
    assert any(node.op_type == "Resize" for node in other.graph.node)
