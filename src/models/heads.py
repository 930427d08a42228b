"""What turns the trunk's map into characters, three ways, compared in ``notebooks/LOG.md``; and what is a whole plate.

A head of characters takes ``[N, C, rows, T]`` and gives log-probabilities ``[N, steps, classes]``, of which class 0 is
the CTC blank, or the end of the text where a step is a slot.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CTCHead(nn.Module):
    """One step for each column; the rows are seen together, so a plate of two lines cannot be written down."""

    lines = 1

    def __init__(self, channels: int, rows: int, width: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Conv1d(channels * rows, self.lines * width, 3, padding=1, bias=False),
            nn.BatchNorm1d(self.lines * width),
            nn.SiLU(),
            nn.Dropout(dropout),
        )
        self.classify = nn.Conv1d(width, classes, 1)
        self.channels, self.rows = channels, rows

    def forward(self, features: Tensor) -> Tensor:
        logits = self.classify(self.hidden(features.flatten(1, 2)))
        return logits.transpose(1, 2).float().log_softmax(-1)


def fit_rows(weight: Tensor, before: int, after: int) -> Tensor:
    """The first layer of a CTC head ``[out, channels * rows, kernel]``, of ``before`` rows, for ``after`` of them.

    Each row's weights go to those that lie over it, by how much they do: a map that is the same in every row gives
    the same.
    """
    out, width, kernel = weight.shape
    edges = [torch.linspace(0, 1, rows + 1) for rows in (before, after)]
    low = torch.maximum(edges[0][:-1, None], edges[1][None, :-1])
    high = torch.minimum(edges[0][1:, None], edges[1][None, 1:])
    shares = (high - low).clamp(min=0) * before
    by_row = weight.float().view(out, width // before, before, kernel)
    return torch.einsum("ocrk,rs->ocsk", by_row, shares).reshape(out, -1, kernel).to(weight.dtype)


class TwoLineCTCHead(CTCHead):
    """A step for each column of the upper line and then of the lower: CTC over both, set side by side.

    Either line sees the whole map. A plate of one line is written in the upper.
    """

    lines = 2

    def forward(self, features: Tensor) -> Tensor:
        hidden = self.hidden(features.flatten(1, 2))  # [N, 2 width, T]
        logits = self.classify(torch.cat(hidden.chunk(2, 1), 2))  # [N, classes, 2 T]
        return logits.transpose(1, 2).float().log_softmax(-1)


class SlotHead(nn.Module):
    """A step for each character: ``slots`` learned queries that attend to the map.

    As the decoder of Baek et al., "What is wrong with scene text recognition model comparisons?", ICCV 2019, but all
    characters at once. ``attention(features)`` [N, slots, rows * T] says where each looks.
    """

    def __init__(
        self, channels: int, rows: int, columns: int, width: int, classes: int, dropout: float, slots: int
    ) -> None:
        super().__init__()
        self.project = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.SiLU()
        )
        self.place = nn.Parameter(torch.randn(1, width, rows, columns) * 0.02)
        self.key = nn.Conv2d(width, width, 1)
        self.query = nn.Parameter(torch.randn(slots, width) * width**-0.5)
        self.classify = nn.Sequential(nn.LayerNorm(width), nn.Dropout(dropout), nn.Linear(width, classes))

    def attend(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities [N, slots, classes], and the log of the attention [N, slots, rows * T]."""
        values = self.project(features)
        keys = self.key(values + self.place).flatten(2)
        attention = (self.query @ keys).float().log_softmax(-1)
        seen = attention.exp().to(values.dtype) @ values.flatten(2).transpose(1, 2)
        return F.log_softmax(self.classify(seen).float(), -1), attention

    def forward(self, features: Tensor) -> Tensor:
        return self.attend(features)[0]


class WholeHead(nn.Module):
    """Log-odds ``[N, 1]`` that a crop shows the whole of a plate, from the map ``[N, C, rows, T]``.

    Three things tell that it does not: a character that the left or the right edge cuts, which the first and the last
    column show; something before the plate, or blurred characters, which any column may show and the maximum keeps; and
    that nothing is a plate, which the mean over all columns shows.
    """

    def __init__(self, channels: int, rows: int, width: int = 64) -> None:
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Conv1d(channels * rows, width, 3, padding=1, bias=False), nn.BatchNorm1d(width), nn.SiLU()
        )
        self.decide = nn.Sequential(nn.Linear(4 * width, width), nn.SiLU(), nn.Linear(width, 1))

    def forward(self, features: Tensor) -> Tensor:
        seen = self.hidden(features.flatten(1, 2))  # [N, width, T]
        pooled = torch.cat([seen[..., 0], seen[..., -1], seen.amax(-1), seen.mean(-1)], 1)
        return self.decide(pooled).float()
