"""What ships: card, hash, golden tensors, and the rendered samples read by the shipped pair."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from src.core.card import load_card
from src.core.image import read_image
from src.data.manifest import read_manifest
from src.runtime.reader import Reader

EXPORTS = sorted(p.parent for p in Path("exports").glob("*/card.json"))
SAMPLES = Path("data/samples/manifest.jsonl")
TOLERANCE = {"boxes": 0.1, "scores": 2e-3, "corners": 0.2, "log_probs": 5e-2}  # other processors round otherwise


def test_both_models_ship() -> None:
    assert [folder.name for folder in EXPORTS] == ["detector", "ocr"]


@pytest.mark.parametrize("folder", EXPORTS, ids=lambda p: p.name)
def test_golden_tensors_replay(folder: Path) -> None:
    load_card(folder)  # checks the hash
    golden = dict(np.load(folder / "golden.npz"))
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    for name, actual in zip(names, session.run(names, {"images": golden["images"]}), strict=True):
        likely = golden[name] > np.log(1e-3) if name == "log_probs" else ...
        assert np.abs(actual - golden[name])[likely].max() < TOLERANCE[name], name


@pytest.mark.parametrize("folder", EXPORTS, ids=lambda p: p.name)
def test_shipped_weights_are_the_shipped_model(folder: Path) -> None:
    """``weights.safetensors`` loads into the network that the card describes and answers like the ONNX file."""
    import torch

    from src.training.detector import DetectorModule
    from src.training.ocr import OCRModule
    from src.training.weights import load_weights

    card = load_card(folder)
    golden = dict(np.load(folder / "golden.npz"))
    if card.task == "ocr":
        module = OCRModule(card.regions, alphabet=card.alphabet, **card.architecture)
    else:
        module = DetectorModule(**card.architecture)
    load_weights(module.model, folder)
    with torch.no_grad():
        out = module.model.eval()(torch.from_numpy(golden["images"]))
    scores = (out if card.task == "ocr" else out[1]).numpy()
    name = "log_probs" if card.task == "ocr" else "scores"
    difference = np.abs(np.exp(scores) - np.exp(golden[name])) if card.task == "ocr" else np.abs(scores - golden[name])
    assert difference.max() < 0.05  # half precision


def test_the_shipped_pair_reads_the_samples() -> None:
    reader, right, plates = Reader("exports", threads=1), 0, 0
    for record in read_manifest(SAMPLES):
        result = reader.read(read_image(SAMPLES.parent / record.image))
        read = {plate.reading.text for plate in result.plates}
        assert len(result.plates) >= len(record.plates or ())
        plates += len(record.plates or ())
        right += sum(plate.text in read for plate in record.plates or ())
    assert plates == 7
    assert right >= 6
