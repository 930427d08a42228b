"""Checkpoints that an older version has written train on, are exported, and answer as they did then.

``checkpoints/`` has one of a detector and one of a reader, both written by commit 761f5ab after one step of training.
They have the narrowest layers that can be built, and floats of 16 bits, so that they are small when compressed.
"""

import lzma
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from src.core.card import load_card
from src.core.ctc import NO_LABEL
from src.data.loaders.crops import CropBatch
from src.export.package import export_detector, export_ocr
from src.training.callbacks import Provenance, WarmedEMA
from src.training.cpu import fast_depthwise
from src.training.detector import DetectorModule
from src.training.ocr import OCRModule, hyper_parameters
from src.training.weights import WeightsError
from tests.training.test_modules import FewScenes

CHECKPOINTS = Path(__file__).with_name("checkpoints")
CROP = (8, 32)


def unpacked(name: str, folder: Path) -> Path:
    path = folder / f"{name}.ckpt"
    path.write_bytes(lzma.decompress((CHECKPOINTS / f"{name}.ckpt.xz").read_bytes()))
    return path


def images(height: int, width: int) -> np.ndarray:
    """Three pictures of noise: one of all values, a dark one and a bright one."""
    noise = np.random.default_rng(0).integers(0, 255, (3, height, width, 3), np.uint8)
    noise[1] //= 8
    noise[2] = 255 - noise[2] // 8
    return noise


@pytest.fixture(autouse=True)
def hardly_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """After one step of training the outputs hardly depend on the picture, which an export would refuse."""
    monkeypatch.setattr("src.export.package.check_varies", lambda *_: None)


class Crops(pl.LightningDataModule):
    """One batch of three crops, of which one has a character alignment."""

    batch_size = 3

    def __init__(self) -> None:
        super().__init__()
        self.sources = {"gate": 3}

    def train_dataloader(self) -> DataLoader[CropBatch]:
        targets, lengths = torch.tensor([[1, 2], [2, 0], [1, 0]]), torch.tensor([2, 1, 1])
        alignment = torch.full((3, 2, 16), NO_LABEL)
        alignment[0] = 0
        alignment[0, 0, [2, 5]] = torch.tensor([1, 2])
        known, whole = torch.ones(3, dtype=torch.bool), torch.tensor([True, True, False])
        regions, texts, sources = torch.tensor([0, 1, NO_LABEL]), ["AB", "B", "A"], ["gate", "gate", "not_whole_cut"]
        crops = torch.from_numpy(images(*CROP))
        batch = CropBatch(crops, targets, lengths, alignment, regions, known, whole, texts, sources)
        return DataLoader([batch], batch_size=None)

    def transfer_batch_to_device(self, batch: CropBatch, device: torch.device, dataloader_idx: int) -> CropBatch:
        return batch


class Scenes(FewScenes):
    def __init__(self) -> None:
        super().__init__(visible=1.0)
        self.sources = {"gate": 3}


class Beginning(pl.Callback):
    """Keeps the step, and the weights, with which a resumed training begins."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.step = trainer.global_step
        self.weights = {name: value.clone() for name, value in pl_module.state_dict().items()}


@pytest.mark.parametrize("name", ["reader", "detector"])
def test_it_trains_on(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    saved = torch.load(path, weights_only=True)
    if name == "reader":
        module: OCRModule | DetectorModule = OCRModule(**hyper_parameters(saved["hyper_parameters"]))
        data: pl.LightningDataModule = Crops()
    else:
        module, data = DetectorModule(**saved["hyper_parameters"]), Scenes()
    fast_depthwise(module.model)
    beginning, provenance = Beginning(), Provenance()
    trainer = pl.Trainer(
        max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, num_sanity_val_steps=0, limit_val_batches=0,
        callbacks=[WarmedEMA(), provenance, beginning],
    )  # fmt: skip
    trainer.fit(module, data, ckpt_path=path, weights_only=True)
    assert (saved["global_step"], beginning.step, trainer.global_step) == (1, 1, 2)
    assert beginning.weights.keys() == saved["current_model_state"].keys()
    for weight, value in saved["current_model_state"].items():
        assert torch.equal(beginning.weights[weight], value), weight
    assert any(not torch.equal(saved["current_model_state"][k], v) for k, v in module.state_dict().items())
    assert provenance.started_from[0]["name"] == "coco"


def test_a_reader_is_exported_and_answers_as_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("src.export.package.compile_formats", lambda registry: None)
    card = export_ocr(unpacked("reader", tmp_path), tmp_path / "ocr", lambda size: images(*size), {})
    assert (card.input_size, card.alphabet, card.architecture["head"]) == (CROP, "AB", "two-line-ctc")
    weights = {key: value for key, value in card.architecture.items() if key.startswith("alignment_")}
    assert weights == {"alignment_weight": 2.0, "alignment_weight_end": 0.1, "alignment_fade": 0.8}
    assert not {"slots", "column_weight"} & card.architecture.keys()
    OCRModule(card.regions, alphabet=card.alphabet, **card.architecture)
    golden = np.load(tmp_path / "ocr" / "golden.npz")
    np.testing.assert_allclose(golden["log_probs"][0, 0], [-0.847191, -1.261126, -1.244629], atol=1e-3)
    np.testing.assert_allclose(golden["regions"], [[-0.687221, -0.699109], [-0.792253, -0.602984]], atol=1e-3)
    np.testing.assert_allclose(golden["whole"], [[0.041610], [0.100461]], atol=1e-3)


def test_a_detector_is_exported_and_answers_as_it_did(tmp_path: Path) -> None:
    export_detector(unpacked("detector", tmp_path), tmp_path / "detector", 64, 0.4, images(64, 64))
    assert load_card(tmp_path / "detector").architecture["width"] == 0.01
    golden = np.load(tmp_path / "detector" / "golden.npz")
    np.testing.assert_allclose(golden["boxes"][0, 0], [-11.897374, -11.889440, 20.116299, 19.877323], atol=1e-3)
    np.testing.assert_allclose(golden["scores"][0, :3], [0.000784] * 3, atol=1e-5)
    np.testing.assert_allclose(golden["corners"][0, 0, 0], [4.563711, 3.415531], atol=1e-3)


def test_a_reader_with_learned_slots_is_refused_in_words() -> None:
    with pytest.raises(WeightsError, match="head `slots`, which this version does not have"):
        hyper_parameters({"head": "slots", "slots": 12})
