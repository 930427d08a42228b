import numpy as np
import pytest
import torch
from torch.nn.functional import log_softmax

from src.data.crops import NO_LABEL, CropBatch
from src.training.detector import DetectorModule, suppressed
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


def test_suppressed_keeps_the_best_of_overlapping_boxes() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60], [90, 90, 95, 95]])
    kept, scores = suppressed(boxes, torch.tensor([0.6, 0.9, 0.5, 0.0001]))
    assert kept.tolist() == [[1, 0, 11, 10], [50, 50, 60, 60]]
    assert scores.tolist() == pytest.approx([0.9, 0.5])


def test_recall_is_counted_by_the_width_of_the_true_plate() -> None:
    module = DetectorModule()
    true = np.array([[0, 0, 20, 5], [0, 50, 60, 65], [100, 0, 300, 40]], np.float32)
    for found in ([[1, 0, 20, 5], [100, 0, 290, 40]], [[0, 50, 60, 65], [0, 50, 59, 65]]):
        module._count_recall(np.array(found, np.float32), true)
    assert module._true.tolist() == [2, 0, 2, 2]
    assert module._found.tolist() == [1, 0, 1, 1]


def test_a_checkpoint_loads_with_weights_only(tmp_path) -> None:
    import pytorch_lightning as pl

    module = OCRModule(alphabet="AB", cut_after=1, width_kept=[], head_width=8)
    trainer = pl.Trainer(logger=False, enable_checkpointing=False, accelerator="cpu", barebones=True)
    trainer.strategy.connect(module)
    trainer.save_checkpoint(tmp_path / "m.ckpt")
    loaded = OCRModule.load_from_checkpoint(tmp_path / "m.ckpt", weights_only=True)
    assert loaded.alphabet.characters == "AB"
    for ours, theirs in zip(loaded.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)
