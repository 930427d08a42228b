"""The losses of a CTC head: of the texts, and of the character alignment where it is known."""

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from src.core.ctc import NO_LABEL


class TextLabels(Protocol):
    """What is known of the texts of N crops; a batch of the reader's data has these fields."""

    @property
    def targets(self) -> Tensor:
        """The classes ``[N, longest]`` of each text, filled up with 0."""

    @property
    def lengths(self) -> Tensor:
        """The number ``[N]`` of characters of each text."""

    @property
    def read(self) -> Tensor:
        """Whether the text is known, ``[N]``."""

    @property
    def alignment(self) -> Tensor:
        """The character that stands in each column of either line, ``[N, 2, columns]``.

        It is ``i + 1`` for character ``i`` of the text, 0 between characters, NO_LABEL where nobody knows.
        """


def ctc_loss(log_probs: Tensor, labels: TextLabels) -> Tensor:
    """Returns the CTC loss per character of ``log_probs [N, steps, classes]``, a mean over the known texts.

    A text that has too many characters for the steps adds nothing. The empty text counts as one character.
    """
    steps = torch.full((len(labels.lengths),), log_probs.shape[1], device=log_probs.device)
    losses = F.ctc_loss(
        log_probs.transpose(0, 1), labels.targets, steps, labels.lengths, blank=0, reduction="none", zero_infinity=True
    )
    losses = losses / labels.lengths.clamp(min=1)
    return (losses * labels.read).sum() / labels.read.sum().clamp(min=1)


def step_classes(labels: TextLabels, lines: int) -> Tensor:
    """Returns the class ``[N, lines * columns]`` that each step should give, from the character alignment.

    It is NO_LABEL where the alignment is unknown. A head of one line cannot read a plate of two lines, so all steps of
    such a plate are NO_LABEL there.
    """
    alignment = labels.alignment
    if lines == 1:
        has_two = (alignment[:, 1] > 0).any(1)
        alignment = alignment[:, :1].masked_fill(has_two[:, None, None], NO_LABEL)
    with_blank = F.pad(labels.targets, (1, 0))
    classes = with_blank.gather(1, alignment.clamp(min=0).flatten(1))
    return classes.masked_fill(alignment.flatten(1) == NO_LABEL, NO_LABEL)


def alignment_loss(log_probs: Tensor, classes: Tensor) -> Tensor:
    """Returns the cross-entropy of ``log_probs [N, steps, classes]`` with the classes ``[N, steps]`` that are known.

    It is 0 where none is known. Raises ValueError where network and data have different numbers of steps.
    """
    if log_probs.shape[1] != classes.shape[1]:
        raise ValueError(f"the network has {log_probs.shape[1]} steps, the data label {classes.shape[1]}")
    loss = F.nll_loss(log_probs.flatten(0, 1), classes.flatten(), ignore_index=NO_LABEL, reduction="sum")
    return loss / (classes != NO_LABEL).sum().clamp(min=1)
