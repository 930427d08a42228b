from dataclasses import replace

import pytest
import torch
from torch.nn.functional import log_softmax

from src.core.ctc import NO_LABEL
from src.data.loaders.crops import CropBatch
from src.models.ctc_loss import alignment_loss, ctc_loss, step_classes
from src.training.ocr_loss import region_loss, whole_loss


def batch_of(texts: list[list[int]], alignment: list[list[list[int]]]) -> CropBatch:
    n, longest = len(texts), max(map(len, texts))
    targets = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
    lengths = torch.tensor([len(text) for text in texts])
    regions = torch.full((n,), NO_LABEL)
    known = torch.ones(n, dtype=torch.bool)
    return CropBatch(
        torch.zeros(n, 32, 128, 3), targets, lengths, torch.tensor(alignment), regions, known, known, [], []
    )


def test_ctc_loss_of_a_certain_text_is_zero_and_of_an_impossible_one_is_left_out() -> None:
    certain = torch.full((1, 3, 3), -100.0)
    for column, label in enumerate([1, 0, 2]):
        certain[0, column, label] = 0.0
    none = [[[0] * 3, [0] * 3]]
    assert ctc_loss(certain, batch_of([[1, 2]], none)).item() == pytest.approx(0, abs=1e-4)
    assert ctc_loss(certain, batch_of([[1, 1, 1, 1]], none)).item() == 0


def test_steps_say_the_class() -> None:
    one_line = [[1, 0, 2], [0, 0, 0]]
    two_lines = [[0, 1, 0], [2, 0, NO_LABEL]]
    batch = batch_of([[7, 9], [4, 5]], [one_line, two_lines])
    assert step_classes(batch, 2).tolist() == [[7, 0, 9, 0, 0, 0], [0, 4, 0, 5, 0, NO_LABEL]]
    assert step_classes(batch, 1).tolist() == [[7, 0, 9], [NO_LABEL] * 3]


def test_alignment_loss_counts_labelled_steps_only() -> None:
    log_probs = log_softmax(torch.tensor([[[2.0, 0.0], [0.0, 3.0], [1.0, 1.0]]]), -1)
    classes = torch.tensor([[0, NO_LABEL, 1]])
    expected = -(log_probs[0, 0, 0] + log_probs[0, 2, 1]) / 2
    assert alignment_loss(log_probs, classes).item() == pytest.approx(expected.item())
    assert alignment_loss(log_probs, torch.full((1, 3), NO_LABEL)).item() == 0


def test_alignment_loss_names_both_widths() -> None:
    with pytest.raises(ValueError, match="32 steps, the data label 16"):
        alignment_loss(torch.zeros(1, 32, 5), torch.zeros(1, 16, dtype=torch.long))


def test_region_loss_leaves_unknown_countries_out() -> None:
    log_probs = torch.tensor([[0.5, 0.5], [0.25, 0.75]]).log()
    assert region_loss(log_probs, torch.tensor([NO_LABEL, 1])).item() == pytest.approx(-torch.tensor(0.75).log().item())
    assert region_loss(log_probs, torch.full((2,), NO_LABEL)).item() == 0


def test_texts_that_nobody_knows_teach_nothing_and_the_empty_one_is_a_text() -> None:
    log_probs = log_softmax(torch.randn(3, 6, 3, generator=torch.manual_seed(0)), -1).requires_grad_()
    none = [[[0] * 6, [0] * 6]] * 3
    batch = replace(batch_of([[1, 2], [], [2, 1]], none), read=torch.tensor([True, True, False]))
    loss = ctc_loss(log_probs, batch)
    loss.backward()
    assert log_probs.grad is not None
    assert log_probs.grad[:2].abs().sum((1, 2)).min() > 0
    assert log_probs.grad[2].abs().sum() == 0
    known = ctc_loss(log_probs[:1], batch_of([[1, 2]], none[:1]))
    silent = -log_probs[1, :, 0].sum()
    assert loss.item() == pytest.approx(((known + silent) / 2).item(), rel=1e-4)
    assert ctc_loss(log_probs, replace(batch, read=torch.zeros(3, dtype=torch.bool))).item() == 0


def test_wholeness_is_learnt_in_both_directions() -> None:
    odds = torch.tensor([[2.0], [-1.0]])
    sure, wrong = (whole_loss(odds, torch.tensor(truth)).item() for truth in ([True, False], [False, True]))
    assert sure == pytest.approx((torch.nn.functional.softplus(torch.tensor([-2.0, -1.0]))).mean().item())
    assert wrong > 1 > sure
