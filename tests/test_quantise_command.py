"""``python -m src.quantise`` from a folder to a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
import pytest
from PIL import Image

from src import quantise
from src.core.card import load_card
from src.runtime.plate_reader import PlateReader
from tests.conftest import ALPHABET, BLUE, CROP, RED, fake_ocr, write_model

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """The fake reader behind three convolutions that change nothing."""
    model = fake_ocr()
    graph = model.graph
    graph.node[0].output[0] = "seen"
    make = onnx.helper.make_node
    added = [make("Transpose", ["seen"], ["x0"], perm=[0, 3, 1, 2])]
    added += [make("Conv", [f"x{i}", "same"], [f"x{i + 1}"], f"conv{i}", kernel_shape=[1, 1]) for i in range(3)]
    added += [make("Transpose", ["x3"], ["pixels"], perm=[0, 2, 3, 1])]
    nodes = [graph.node[0], *added, *graph.node[1:]]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.append(onnx.numpy_helper.from_array(np.eye(3, dtype=np.float32)[..., None, None], "same"))
    folder = tmp_path / "float" / "ocr"
    write_model(folder, model, task="ocr", input_size=CROP, alphabet=ALPHABET)
    np.savez(folder / "golden.npz", images=np.full((2, *CROP, 3), RED, np.uint8), log_probs=np.zeros((2, 9, 6)))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two crops to calibrate on and two to compare."""
    folder = tmp_path / "data" / "ocr"
    folder.mkdir(parents=True)
    lines = []
    for split in ("train", "val"):
        for name, colour in (("red", RED), ("blue", BLUE)):
            Image.new("RGB", CROP[::-1], colour).save(folder / f"{split}-{name}.png")
            lines.append(json.dumps({"image": f"{split}-{name}.png", "split": split, "text": "AB01"}))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n")
    return folder.parent


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str]:
        try:
            status = quantise.main([str(word) for word in words])
        except SystemExit as end:
            status = int(str(end.code))
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


def test_a_folder_is_shipped_in_8_bits(run: Run, reader: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "int8" / "ocr"
    status, said = run(reader, out, "--data", data)
    assert (status, said) == (0, f"{out}: answers as {reader} on 100.0% of the pictures of val\n")
    assert any(node.op_type == "QuantizeLinear" for node in onnx.load(out / "model.onnx").graph.node)
    assert load_card(out).metrics[quantise.AGREEMENT.format(8)] == 1
    golden, red = np.load(out / "golden.npz"), np.full((*CROP, 3), RED, np.uint8)
    np.testing.assert_allclose(golden["log_probs"][0], PlateReader(out, 1).infer(red[None])["log_probs"][0], atol=1e-5)
    assert PlateReader(out, 1).read_whole(red).text == "AB01"
    assert [path.name for path in out.parent.iterdir()] == ["ocr"]


def test_a_folder_is_shipped_in_16_bits(run: Run, reader: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "half" / "ocr"
    status, said = run(reader, out, "--data", data, "--bits", 16)
    assert (status, said) == (0, f"{out}: answers as {reader} on 100.0% of the pictures of val\n")
    assert load_card(out).metrics[quantise.AGREEMENT.format(16)] == 1
    assert PlateReader(out, 1).read_whole(np.full((*CROP, 3), RED, np.uint8)).text == "AB01"


def test_what_answers_otherwise_is_not_written(
    run: Run, reader: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantise, "LEAST_AGREEMENT", 1.01)
    status, said = run(reader, tmp_path / "int8" / "ocr", "--data", data)
    assert (status, said.count("\n")) == (1, 1)
    assert f"{reader}: in 8 bits the answer is the same on 100.0% of the pictures of val" in said
    assert list((tmp_path / "int8").iterdir()) == []


def test_faults_are_one_line_and_a_status(run: Run, reader: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "int8"
    cases = {
        (tmp_path / "gone", out, "--data", data): (2, "gone: no card.json"),
        (reader, reader, "--data", data): (2, f"{reader} is there already"),
        (reader, out, "--data", tmp_path / "gone"): (2, "no such data folder"),
        (reader, out, "--data", data, "--images", 0): (2, "0 is not a number of pictures"),
    }
    for words, (expected, message) in cases.items():
        status, said = run(*words)
        assert (status, said.count("\n")) == (expected, 1), said
        assert message in said
    (data / "ocr" / "train-red.png").write_bytes(b"no picture")
    status, said = run(reader, out, "--data", data)
    assert (status, said.count("\n")) == (1, 1), said
    assert "train-red.png: not an image" in said
    assert not out.exists()


@pytest.mark.parametrize(("moved", "same"), [(0, True), (1, True), (8, False)])
def test_plates_are_the_same_where_their_boxes_overlap(moved: float, same: bool) -> None:
    boxes = np.array([[0, 0, 20, 10], [50, 0, 70, 10]], np.float32)
    others = boxes[::-1] + np.array([moved, 0, moved, 0], np.float32)
    assert quantise._same_boxes(boxes, others) == same
    assert not quantise._same_boxes(boxes, boxes[:1])
    assert quantise._same_boxes(boxes[:0], boxes[:0])
