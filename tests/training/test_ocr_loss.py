from dataclasses import replace

import pytest
import torch
from torch.nn.functional import log_softmax

from src.data.loaders.char_alignment import NO_LABEL
from src.data.loaders.crops import CropBatch
from src.training.ocr_loss import attention_loss, column_loss, ctc_loss, region_loss, step_classes, whole_loss


def batch_of(texts: list[list[int]], owners: list[list[list[int]]]) -> CropBatch:
    n, longest = len(texts), max(map(len, texts))
    targets = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
    lengths = torch.tensor([len(text) for text in texts])
    regions = torch.full((n,), NO_LABEL)
    known = torch.ones(n, dtype=torch.bool)
    return CropBatch(torch.zeros(n, 32, 128, 3), targets, lengths, torch.tensor(owners), regions, known, known, [], [])


def test_ctc_loss_of_a_certain_text_is_zero_and_of_an_impossible_one_is_left_out() -> None:
    certain = torch.full((1, 3, 3), -100.0)
    for column, label in enumerate([1, 0, 2]):
        certain[0, column, label] = 0.0
    none = [[[0] * 3, [0] * 3]]
    assert ctc_loss(certain, batch_of([[1, 2]], none)).item() == pytest.approx(0, abs=1e-4)
    assert ctc_loss(certain, batch_of([[1, 1, 1, 1]], none)).item() == 0


def test_steps_say_the_class_of_their_owner() -> None:
    one_line = [[1, 0, 2], [0, 0, 0]]
    two_lines = [[0, 1, 0], [2, 0, NO_LABEL]]
    batch = batch_of([[7, 9], [4, 5]], [one_line, two_lines])
    assert step_classes(batch, 2).tolist() == [[7, 0, 9, 0, 0, 0], [0, 4, 0, 5, 0, NO_LABEL]]
    assert step_classes(batch, 1).tolist() == [[7, 0, 9], [NO_LABEL] * 3]


def test_column_loss_counts_labelled_columns_only() -> None:
    log_probs = log_softmax(torch.tensor([[[2.0, 0.0], [0.0, 3.0], [1.0, 1.0]]]), -1)
    classes = torch.tensor([[0, NO_LABEL, 1]])
    expected = -(log_probs[0, 0, 0] + log_probs[0, 2, 1]) / 2
    assert column_loss(log_probs, classes).item() == pytest.approx(expected.item())
    assert column_loss(log_probs, torch.full((1, 3), NO_LABEL)).item() == 0


def test_column_loss_names_both_widths() -> None:
    with pytest.raises(ValueError, match="32 steps, the data label 16"):
        column_loss(torch.zeros(1, 32, 5), torch.zeros(1, 16, dtype=torch.long))


@pytest.mark.parametrize(
    ("owners", "right"),
    [
        ([[1, 2], [0, 0]], [[[0, 2]], [[1, 3]]]),  # one line: either row of the column
        ([[1, 0], [0, 2]], [[[0]], [[3]]]),  # two lines: the character's own row
    ],
)
def test_attention_loss_is_zero_where_each_slot_looks_at_its_character(owners, right) -> None:
    attention = torch.full((1, 3, 4), -100.0)  # 3 slots over 2 rows of 2 columns
    for slot, ((first, *_),) in enumerate(right):
        attention[0, slot, first] = 0.0
    attention[0, 2] = torch.tensor(0.25).log()  # the slot of no character may look anywhere
    assert attention_loss(attention, torch.tensor([owners])).item() == pytest.approx(0, abs=1e-5)
    uniform = torch.full((1, 3, 4), 0.25).log()
    expected = -torch.tensor(0.25 * len(right[0][0])).log().item()
    assert attention_loss(uniform, torch.tensor([owners])).item() == pytest.approx(expected)


def test_attention_loss_of_unknown_places_is_zero() -> None:
    assert attention_loss(torch.zeros(1, 3, 4), torch.full((1, 2, 2), NO_LABEL)).item() == 0


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
