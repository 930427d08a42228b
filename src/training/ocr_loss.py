"""The reader's losses of the country and of the wholeness; the loss of the texts comes with the head."""

import torch.nn.functional as F
from torch import Tensor

from src.core.ctc import NO_LABEL


def region_loss(log_probs: Tensor, regions: Tensor) -> Tensor:
    """Returns the cross-entropy of ``log_probs [N, countries]`` with the ``regions [N]`` that are known, or 0."""
    loss = F.nll_loss(log_probs, regions, ignore_index=NO_LABEL, reduction="sum")
    return loss / (regions != NO_LABEL).sum().clamp(min=1)


def whole_loss(log_odds: Tensor, whole: Tensor) -> Tensor:
    """Returns the binary cross-entropy of ``log_odds [N, 1]`` with ``whole [N]``: does the crop show a whole plate?"""
    return F.binary_cross_entropy_with_logits(log_odds.squeeze(1), whole.float())
