import pytest
import pytorch_lightning as pl
import torch
from torch.nn.functional import log_softmax
from torch.utils.data import DataLoader

from src.core.geometry import box_to_corners
from src.data.crops import NO_LABEL, CropBatch
from src.data.scenes import SceneBatch
from src.training.detector import DetectorModule
from src.training.ocr import OCRModule, column_loss, ctc_loss


def batch_of(targets: list[int], lengths: list[int], columns: torch.Tensor) -> CropBatch:
    n = len(lengths)
    return CropBatch(torch.zeros(n, 32, 128, 3), torch.tensor(targets), torch.tensor(lengths), columns, [], [])


def test_column_loss_counts_labelled_columns_only() -> None:
    log_probs = log_softmax(torch.tensor([[[2.0, 0.0], [0.0, 3.0], [1.0, 1.0]]]), -1)
    columns = torch.tensor([[0, NO_LABEL, 1]])
    expected = -(log_probs[0, 0, 0] + log_probs[0, 2, 1]) / 2
    assert column_loss(log_probs, columns).item() == pytest.approx(expected.item())
    assert column_loss(log_probs, torch.full((1, 3), NO_LABEL)).item() == 0


def test_column_loss_names_both_widths() -> None:
    with pytest.raises(ValueError, match="32 columns, the data label 16"):
        column_loss(torch.zeros(1, 32, 5), torch.zeros(1, 16, dtype=torch.long))


def test_ctc_loss_of_a_certain_text_is_zero_and_of_an_impossible_one_is_left_out() -> None:
    certain = torch.full((1, 3, 3), -100.0)
    for column, label in enumerate([1, 0, 2]):
        certain[0, column, label] = 0.0
    columns = torch.zeros(1, 3, dtype=torch.long)
    assert ctc_loss(certain, batch_of([1, 2], [2], columns)).item() == pytest.approx(0, abs=1e-4)
    assert ctc_loss(certain, batch_of([1, 1, 1, 1], [4], columns)).item() == 0


def test_a_checkpoint_loads_with_weights_only(tmp_path) -> None:
    module = OCRModule(alphabet="AB", cut_after=1, width_kept=[], head_width=8)
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
