"""What the reader learns from: its texts, where their characters stand, the country, and what is whole."""

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from src.data.loaders.char_alignment import NO_LABEL
from src.data.loaders.crops import CropBatch
from src.models.heads import CTCHead, SlotHead


class TextLoss(Protocol):
    """From the trunk's map [N, C, rows, T]: the loss of the texts, and that of the characters' places."""

    def __call__(self, features: Tensor, batch: CropBatch) -> tuple[Tensor, Tensor]: ...


class ColumnsLoss:
    """CTC, and beside it cross-entropy on the columns whose character is known."""

    def __init__(self, head: CTCHead) -> None:
        self.head = head

    def __call__(self, features: Tensor, batch: CropBatch) -> tuple[Tensor, Tensor]:
        log_probs = self.head(features)
        return ctc_loss(log_probs, batch), column_loss(log_probs, step_classes(batch, self.head.lines))


class SlotsLoss:
    """Cross-entropy of every slot, ends included; beside it a slot's attention to where its character stands."""

    def __init__(self, head: SlotHead) -> None:
        self.head = head

    def __call__(self, features: Tensor, batch: CropBatch) -> tuple[Tensor, Tensor]:
        log_probs, attention = self.head.attend(features)
        targets = F.pad(batch.targets, (0, log_probs.shape[1] - batch.targets.shape[1]))
        targets = targets.masked_fill(~batch.read[:, None], NO_LABEL)
        text = F.nll_loss(log_probs.flatten(0, 1), targets.flatten(), ignore_index=NO_LABEL, reduction="sum")
        return text / (targets != NO_LABEL).sum().clamp(min=1), attention_loss(attention, batch.owners)


def ctc_loss(log_probs: Tensor, batch: CropBatch) -> Tensor:
    """CTC per character, averaged over the crops whose text is known; texts that do not fit into the steps add nothing.

    The empty text counts as one character.
    """
    steps = torch.full((len(batch.lengths),), log_probs.shape[1], device=log_probs.device)
    losses = F.ctc_loss(
        log_probs.transpose(0, 1), batch.targets, steps, batch.lengths, blank=0, reduction="none", zero_infinity=True
    )
    losses = losses / batch.lengths.clamp(min=1)
    return (losses * batch.read).sum() / batch.read.sum().clamp(min=1)


def step_classes(batch: CropBatch, lines: int) -> Tensor:
    """The class of every step [N, lines * T], NO_LABEL where unknown; with one line for plates of two as well."""
    owners = batch.owners
    if lines == 1:
        two = (owners[:, 1] > 0).any(1)
        owners = owners[:, :1].masked_fill(two[:, None, None], NO_LABEL)
    with_blank = F.pad(batch.targets, (1, 0))
    classes = with_blank.gather(1, owners.clamp(min=0).flatten(1))
    return classes.masked_fill(owners.flatten(1) == NO_LABEL, NO_LABEL)


def column_loss(log_probs: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropy of the labelled steps ``[N, steps]``; 0 where none is labelled."""
    if log_probs.shape[1] != classes.shape[1]:
        raise ValueError(f"the network has {log_probs.shape[1]} steps, the data label {classes.shape[1]}")
    loss = F.nll_loss(log_probs.flatten(0, 1), classes.flatten(), ignore_index=NO_LABEL, reduction="sum")
    return loss / (classes != NO_LABEL).sum().clamp(min=1)


def attention_loss(attention: Tensor, owners: Tensor) -> Tensor:
    """How far slots [N, slots, rows * T] look away from the columns of their characters, mean of -log of what is right.

    Of a plate of one line all rows are right, of one of two lines the character's own half of them.
    """
    _, slots, places = attention.shape
    columns = owners.shape[2]
    two = (owners[:, 1] > 0).any(1)
    lower = torch.where(two[:, None], owners[:, 1], owners[:, 0])
    halves = torch.stack([owners[:, 0], lower], 1).repeat_interleave(places // columns // 2, 1)  # [N, rows, T]
    numbers = torch.arange(1, slots + 1, device=owners.device)
    own = halves.flatten(1)[:, None] == numbers[:, None]  # [N, slots, rows * T]
    known = own.any(2)
    loss = -torch.logsumexp(attention.masked_fill(~own, -torch.inf)[known], -1)
    return loss.sum() / known.sum().clamp(min=1)


def region_loss(log_probs: Tensor, regions: Tensor) -> Tensor:
    """Cross-entropy of the countries ``[N]`` that are known; 0 where none is."""
    loss = F.nll_loss(log_probs, regions, ignore_index=NO_LABEL, reduction="sum")
    return loss / (regions != NO_LABEL).sum().clamp(min=1)


def whole_loss(log_odds: Tensor, whole: Tensor) -> Tensor:
    """Binary cross-entropy of ``log_odds [N, 1]`` that a crop shows the whole of a plate, as ``whole [N]`` says."""
    return F.binary_cross_entropy_with_logits(log_odds.squeeze(1), whole.float())
