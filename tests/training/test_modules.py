from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from src.core.ctc import NO_LABEL
from src.core.geometry import box_to_corners
from src.data.loaders.crops import CropBatch
from src.data.loaders.scenes import SceneBatch
from src.training.detector import DetectorModule
from src.training.ocr import OCRModule
from src.training.weights import WeightsError, load_weights


def test_a_checkpoint_loads_with_weights_only(tmp_path) -> None:
    module = OCRModule(["RU"], alphabet="AB", cut_after=1, width_kept=[], head_width=8)
    trainer = pl.Trainer(logger=False, enable_checkpointing=False, accelerator="cpu", barebones=True)
    trainer.strategy.connect(module)
    trainer.save_checkpoint(tmp_path / "m.ckpt")
    loaded = OCRModule.load_from_checkpoint(tmp_path / "m.ckpt", weights_only=True)
    assert loaded.alphabet.characters == "AB"
    for ours, theirs in zip(loaded.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_a_checkpoint_that_cannot_tell_whole_plates_is_refused_in_words(tmp_path: Path) -> None:
    module = OCRModule(["RU"], alphabet="AB", cut_after=1, width_kept=[], head_width=8)
    trainer = pl.Trainer(logger=False, enable_checkpointing=False, accelerator="cpu", barebones=True)
    trainer.strategy.connect(module)
    trainer.save_checkpoint(tmp_path / "m.ckpt")
    saved = torch.load(tmp_path / "m.ckpt", weights_only=True)
    saved["state_dict"] = {name: v for name, v in saved["state_dict"].items() if not name.startswith("model.whole.")}
    torch.save(saved, tmp_path / "old.ckpt")
    with pytest.raises(WeightsError, match=r"without the output `whole`.*init_may_lack=\[whole\.\]"):
        OCRModule.load_from_checkpoint(tmp_path / "old.ckpt", weights_only=True)
    load_weights(module.model, tmp_path / "old.ckpt", ["whole."])


class FewCrops(pl.LightningDataModule):
    """One batch of five crops: two whole plates, a cut one, one before which something stands beside, and a wall."""

    batch_size = 5

    def train_dataloader(self) -> DataLoader[CropBatch]:
        texts = ["AB", "B", "A", "AB", ""]
        targets = torch.tensor([[1, 2], [2, 0], [1, 0], [1, 2], [0, 0]])
        images = torch.randint(0, 255, (5, 32, 128, 3), dtype=torch.uint8)
        alignment = torch.full((5, 2, 32), NO_LABEL)
        told = torch.tensor([True, True, True, True, False])
        whole = torch.tensor([True, True, False, True, False])
        sources = ["gate", "street", "not_whole_cut", "not_whole_covered", "not_whole_background"]
        regions = torch.tensor([0, 0, NO_LABEL, NO_LABEL, NO_LABEL])
        lengths = torch.tensor([len(text) for text in texts])
        batch = CropBatch(images, targets, lengths, alignment, regions, told, whole, texts, sources)
        return DataLoader([batch], batch_size=None)

    val_dataloader = train_dataloader

    def transfer_batch_to_device(self, batch: CropBatch, device: torch.device, dataloader_idx: int) -> CropBatch:
        return batch


def test_a_reader_fits_and_only_whole_plates_count_as_read_or_not() -> None:
    module = OCRModule(["RU"], alphabet="AB", size=(32, 128), width_kept=[3, 4], head_width=8, whole_weight=0.5)
    trainer = pl.Trainer(
        max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, num_sanity_val_steps=0,
    )  # fmt: skip
    trainer.fit(module, FewCrops())
    logged = {name: float(value) for name, value in trainer.callback_metrics.items()}
    parts = {name: logged[f"loss_{name}"] for name in ("text", "alignment", "region", "whole")}
    assert parts["whole"] > 0
    weighed = parts["text"] + 2.0 * parts["alignment"] + 0.1 * parts["region"] + 0.5 * parts["whole"]
    assert logged["loss"] == pytest.approx(weighed, rel=1e-4)
    assert {name for name in logged if name.startswith("val/read_")} == {"val/read_gate", "val/read_street"}
    kinds = ("plates", "not_whole_cut", "not_whole_covered", "not_whole_background")
    assert logged["val/whole"] == pytest.approx(sum(logged[f"val/whole_{kind}"] for kind in kinds) / 4)


class FewScenes(pl.LightningDataModule):
    """One training and one validation batch; ``visible`` says whose corners are known."""

    batch_size = 2

    def __init__(self, visible: float) -> None:
        super().__init__()
        boxes = torch.tensor([[8.0, 8, 40, 20], [10, 30, 50, 44]])
        corners = torch.cat([torch.from_numpy(box_to_corners(boxes.numpy())), torch.full((2, 4, 1), visible)], -1)
        self.scenes = SceneBatch(
            torch.randint(0, 255, (2, 64, 64, 3), dtype=torch.uint8), boxes, corners, torch.arange(2)
        )

    def train_dataloader(self) -> DataLoader[SceneBatch]:
        return DataLoader([self.scenes], batch_size=None)

    val_dataloader = train_dataloader

    def transfer_batch_to_device(self, batch: SceneBatch, device: torch.device, dataloader_idx: int) -> SceneBatch:
        return batch


@pytest.mark.parametrize("visible", [0.0, 1.0])
def test_a_detector_fits_and_validates_with_and_without_corners(
    visible: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.training.detection_metrics.CONFIDENCE", 0.0)  # it has learnt nothing yet
    module = DetectorModule(width=0.125)
    trainer = pl.Trainer(
        max_epochs=1, accelerator="cpu", precision="bf16-mixed", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0,
    )  # fmt: skip
    trainer.fit(module, FewScenes(visible))
    logged = trainer.callback_metrics
    assert torch.isfinite(logged["loss"])
    assert (logged["loss_corners"] > 0) == bool(visible)
    assert logged["loss"].item() == pytest.approx(
        sum(logged[f"loss_{k}"].item() for k in ("box", "cls", "l1", "corners"))
    )
    assert 0 <= logged["val/ap50"] <= 1
    assert "val/recall_24_48" in logged
