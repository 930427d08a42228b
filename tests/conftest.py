"""Two tiny models that behave, so that the path from file to text can be tested without trained weights."""

import json
import logging
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
import onnx.parser
import pytest
from PIL import Image

from src.core.card import sha256_of
from src.core.formats.compile import compile_formats
from tests.countries import country, registry

if TYPE_CHECKING:
    from tests.runtime.kserve import Running

RED, BLUE = (255, 0, 0), (0, 0, 255)
CANVAS, CROP = (64, 96), (8, 24)
ALPHABET = "AB01京"
RED_TEXT, BLUE_TEXT = "AB01", "京B0"
"""What the fake OCR reads on a red and on a blue plate."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process ends with them long after the others."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Shells start background jobs deaf to it, which the programs that tests start would inherit."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _process_as_it_was() -> Iterator[None]:
    """Commands and services that run in the tests' process set OpenCV's threads and silence warnings for all of it."""
    threads, silenced = cv2.getNumThreads(), logging.root.manager.disable
    yield
    if cv2.getNumThreads() != threads:
        cv2.setNumThreads(threads)
    logging.disable(silenced)


@pytest.fixture(scope="session")
def built_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``detector`` finds one pure red (0.9) and one pure blue (0.6) rectangle; ``ocr`` reads their colour."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "detector", fake_detector(), task="detector", input_size=CANVAS)
    write_model(folder / "ocr", fake_ocr(), task="ocr", input_size=CROP, alphabet=ALPHABET)
    return folder


@pytest.fixture
def models(built_models: Path, tmp_path: Path) -> Path:
    """A copy of the fake models that a test may spoil."""
    return Path(shutil.copytree(built_models, tmp_path / "models"))


@pytest.fixture(params=["grpc", "http"])
def scheme(request: pytest.FixtureRequest) -> str:
    """The protocols of a Triton server."""
    return str(request.param)


@pytest.fixture
def running(models: Path, tmp_path: Path, scheme: str) -> "Iterator[Running]":
    """A server of the fake models by one of its protocols."""
    from tests.runtime.kserve import serving  # gRPC, which few tests need

    with serving(models, tmp_path / "triton", scheme) as server:
        yield server


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    """Writes a grey picture with a red plate at 30, 20 - 60, 30, and a blue one at 10, 40 - 50, 50."""

    def make(name: str = "gate.png", red: bool = True, blue: bool = False, size: int = 1) -> Path:
        pixels = np.full((64 * size, 96 * size, 3), 128, np.uint8)
        if red:
            pixels[20 * size : 30 * size, 30 * size : 60 * size] = RED
        if blue:
            pixels[40 * size : 50 * size, 10 * size : 50 * size] = BLUE
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return make


def write_model(folder: Path, model: onnx.ModelProto, **card: object) -> None:
    """A model folder with a card that matches its model."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    stated = {
        "name": "fake",
        "architecture": {},
        "trained_on": {},
        "metrics": {},
        "commit": "0" * 40,
        "created": "2025-01-01",
        "sha256": sha256_of(folder / "model.onnx"),
        "confidence_threshold": 0.5,
    }
    (folder / "card.json").write_text(json.dumps(stated | card))


def fake_detector() -> onnx.ModelProto:
    """Each colour's box is the extent of its pixels: the first and last column and row that have any."""
    return onnx.parser.parse_model(
        """
        <ir_version: 8, opset_import: ["": 18]>
        detector (uint8[N, 64, 96, 3] images) => (float[N, 2, 4] boxes, float[N, 2] scores)
        <float[3, 2] purity = {1, -1, -1, -1, -1, 1}, float threshold = {200}, float[2] certain = {0.9, 0.6},
         int64[1] down = {1}, int64[1] across = {2}, int64[1] last = {2}, int64 one = {1}>
        {
            pixels = Cast <to = 1> (images)
            pure = MatMul (pixels, purity)
            is_pure = Greater (pure, threshold)
            mask = Cast <to = 1> (is_pure)
            columns = ReduceMax <keepdims = 0> (mask, down)
            rows = ReduceMax <keepdims = 0> (mask, across)
            x1 = ArgMax <axis = 1, keepdims = 0> (columns)
            y1 = ArgMax <axis = 1, keepdims = 0> (rows)
            x_last = ArgMax <axis = 1, keepdims = 0, select_last_index = 1> (columns)
            y_last = ArgMax <axis = 1, keepdims = 0, select_last_index = 1> (rows)
            x2 = Add (x_last, one)
            y2 = Add (y_last, one)
            left = Unsqueeze (x1, last)
            top = Unsqueeze (y1, last)
            right = Unsqueeze (x2, last)
            bottom = Unsqueeze (y2, last)
            whole = Concat <axis = 2> (left, top, right, bottom)
            boxes = Cast <to = 1> (whole)
            any = ReduceMax <keepdims = 0> (columns, down)
            scores = Mul (any, certain)
        }
        """
    )


def with_free_sides(detector: onnx.ModelProto) -> onnx.ModelProto:
    """The fake detector for canvases of any height and width."""
    for side, name in zip(detector.graph.input[0].type.tensor_type.shape.dim[1:3], "HW", strict=True):
        side.dim_param = name
    return detector


def widen_canvases(models: Path) -> None:
    """The fake detector of ``models`` takes canvases of any sides that are multiples of 32, up to 96."""
    free = with_free_sides(fake_detector())
    write_model(models / "detector", free, task="detector", input_size=(96, 96), stride=32)


def with_corners(detector: onnx.ModelProto) -> onnx.ModelProto:
    """The fake detector with the output ``corners``: those of its boxes, the upper edge moved right by 2 pixels."""
    graph, arrays = detector.graph, {"order": [0, 1, 2, 1, 2, 3, 0, 3], "shape": [-1, 2, 4, 2]}
    graph.initializer.extend(onnx.numpy_helper.from_array(np.array(v), k) for k, v in arrays.items())
    lean = np.array([2, 0, 2, 0, 0, 0, 0, 0], np.float32)
    graph.initializer.append(onnx.numpy_helper.from_array(lean, "lean"))
    graph.node.append(onnx.helper.make_node("Gather", ["boxes", "order"], ["upright"], axis=2))
    graph.node.append(onnx.helper.make_node("Add", ["upright", "lean"], ["leaning"]))
    graph.node.append(onnx.helper.make_node("Reshape", ["leaning", "shape"], ["corners"]))
    graph.output.append(onnx.helper.make_tensor_value_info("corners", onnx.TensorProto.FLOAT, ["N", 2, 4, 2]))
    return detector


def with_formats(models: Path, *regions: str) -> Path:
    """``models`` with an OCR that has plate formats of Austria and China, and tells ``regions`` apart."""
    formats = compile_formats(registry(country("AT", "AB", car="lldd"), country("CN", "AB", car="京ld")))
    network = with_regions(fake_ocr()) if regions else fake_ocr()
    card = {"formats": formats.model_dump(mode="json"), "regions": regions}
    write_model(models / "ocr", network, task="ocr", input_size=CROP, alphabet=ALPHABET, **card)
    return models


def with_regions(ocr: onnx.ModelProto) -> onnx.ModelProto:
    """The fake OCR with the output ``regions``, of two countries: red plates are of the first, blue of the second."""
    graph = ocr.graph
    sides = np.array([[4, -4], [0, 0], [-4, 4]], np.float32) / 255
    graph.initializer.append(onnx.numpy_helper.from_array(sides, "sides"))
    graph.node.append(onnx.helper.make_node("MatMul", ["mean", "sides"], ["told"]))
    graph.node.append(onnx.helper.make_node("LogSoftmax", ["told"], ["regions"], axis=1))
    graph.output.append(onnx.helper.make_tensor_value_info("regions", onnx.TensorProto.FLOAT, ["N", 2]))
    return ocr


def with_whole(ocr: onnx.ModelProto) -> onnx.ModelProto:
    """The fake OCR with the output ``whole``: log-odds of 3 for full red, less for dimmer red, of -3 for full blue."""
    graph = ocr.graph
    graph.initializer.append(onnx.numpy_helper.from_array(np.array([[3], [0], [-3]], np.float32) / 255, "fullness"))
    graph.node.append(onnx.helper.make_node("MatMul", ["mean", "fullness"], ["whole"]))
    graph.output.append(onnx.helper.make_tensor_value_info("whole", onnx.TensorProto.FLOAT, ["N", 1]))
    return ocr


def fake_ocr() -> onnx.ModelProto:
    """Adds up a table of logits per colour, weighted by how much of the colour the crop has."""
    steps = 2 * len(RED_TEXT) + 1
    table = np.zeros((3, steps, len(ALPHABET) + 1), np.float32)
    for channel, text in ((0, RED_TEXT), (2, BLUE_TEXT)):
        for step in range(steps):
            letter = text[step // 2 : step // 2 + 1] if step % 2 else ""
            table[channel, step, ALPHABET.index(letter) + 1 if letter else 0] = 8 / 255
    model = onnx.parser.parse_model(
        f"""
        <ir_version: 8, opset_import: ["": 18]>
        ocr (uint8[N, 8, 24, 3] images) => (float[N, {steps}, {len(ALPHABET) + 1}] log_probs)
        <int64[2] area = {{1, 2}}, int64[3] shape = {{-1, {steps}, {len(ALPHABET) + 1}}}>
        {{
            pixels = Cast <to = 1> (images)
            mean = ReduceMean <keepdims = 0> (pixels, area)
            flat = MatMul (mean, table)
            logits = Reshape (flat, shape)
            log_probs = LogSoftmax <axis = 2> (logits)
        }}
        """
    )
    model.graph.initializer.append(onnx.numpy_helper.from_array(table.reshape(3, -1), "table"))
    return model
