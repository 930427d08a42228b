import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from src.core.geometry import box_to_corners
from src.data.loaders.scenes import SceneBatch
from src.training.detector import DetectorModule
from src.training.ocr import OCRModule


def test_a_checkpoint_loads_with_weights_only(tmp_path) -> None:
    module = OCRModule(["RU"], alphabet="AB", cut_after=1, width_kept=[], head_width=8)
    trainer = pl.Trainer(logger=False, enable_checkpointing=False, accelerator="cpu", barebones=True)
    trainer.strategy.connect(module)
    trainer.save_checkpoint(tmp_path / "m.ckpt")
    loaded = OCRModule.load_from_checkpoint(tmp_path / "m.ckpt", weights_only=True)
    assert loaded.alphabet.characters == "AB"
    for ours, theirs in zip(loaded.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


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
