"""What ships: card, hash, golden tensors, and the rendered samples read by the shipped pair."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from src.core.card import load_card
from src.core.image import read_image
from src.data.annotations.manifest import read_manifest
from src.export.onnx import network_outputs
from src.runtime.reader import Reader

EXPORTS = sorted(p.parent for p in Path("exports").glob("*/card.json"))
SAMPLES = Path("data/samples/manifest.jsonl")
TOLERANCE = {"boxes": 0.1, "scores": 2e-3, "corners": 0.2, "log_probs": 5e-2, "regions": 5e-2, "whole": 0.1}
"""Other processors round otherwise."""
LOGARITHMS = ("log_probs", "regions")
IN_8_BITS = "val/8_bits_as_float"


def test_both_models_ship() -> None:
    assert [folder.name for folder in EXPORTS] == ["detector", "ocr"]


@pytest.mark.parametrize("folder", EXPORTS, ids=lambda p: p.name)
def test_golden_tensors_replay(folder: Path) -> None:
    card = load_card(folder)  # checks the hash
    slack = 10 if IN_8_BITS in card.metrics else 1  # a value at the edge of two steps may fall to either side
    golden = dict(np.load(folder / "golden.npz"))
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    for name, actual in zip(names, session.run(names, {"images": golden["images"]}), strict=True):
        likely = golden[name] > np.log(1e-3) if name in LOGARITHMS else ...
        assert np.abs(actual - golden[name])[likely].max() < slack * TOLERANCE[name], name


@pytest.mark.parametrize(("name", "score"), [("detector", "scores"), ("ocr", "log_probs")])
def test_shipped_weights_are_the_shipped_model(name: str, score: str) -> None:
    """``weights.safetensors`` loads into the network that the card describes and answers like the ONNX file."""
    from src.training.detector import DetectorModule
    from src.training.ocr import OCRModule, hyper_parameters
    from src.training.weights import load_weights

    folder = Path("exports") / name
    card = load_card(folder)
    golden = dict(np.load(folder / "golden.npz"))
    if card.task == "ocr":
        module: OCRModule | DetectorModule = OCRModule(
            card.regions, alphabet=card.alphabet, **hyper_parameters(card.architecture)
        )
    else:
        module = DetectorModule(**card.architecture)
    load_weights(module.model, folder)
    outputs = ("log_probs", "regions", "whole") if card.task == "ocr" else ("boxes", "scores", "corners")
    actual = network_outputs(module.model, golden["images"], outputs)[score]
    spread = np.exp if score in LOGARITHMS else np.asarray
    assert np.abs(spread(actual) - spread(golden[score])).max() < (0.25 if IN_8_BITS in card.metrics else 0.05)


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
