"""The reader's heads: two write the text of the trunk's map, one tells whether a crop shows the whole of a plate.

A text head takes the map ``[N, channels, rows, columns]`` and returns log-probabilities ``[N, steps, classes]``, of
which class 0 is the CTC blank. It brings its loss and its decoding, so that training and reading work with any head:
the network stands here, the loss in ``src.models.ctc_loss``, the decoding in ``src.core.ctc``.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from src.core.alphabet import Alphabet
from src.core.ctc import ctc_decode
from src.core.types import Reading
from src.models.ctc_loss import TextLabels, alignment_loss, ctc_loss, step_classes


class CTCHead(nn.Module):
    """One step per column of the map: connectionist temporal classification of a single line of text.

    A step sees all rows of its column and of both neighbours. The two lines of a square plate share their columns, so
    this head cannot read them; ``TwoLineCTCHead`` can.
    """

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

    def loss(self, log_probs: Tensor, labels: TextLabels) -> tuple[Tensor, Tensor]:
        """Returns the loss of the texts and the loss of the character alignment, two scalars."""
        return ctc_loss(log_probs, labels), alignment_loss(log_probs, step_classes(labels, self.lines))

    def decode(self, log_probs: npt.NDArray[np.float32], alphabet: Alphabet) -> Reading:
        """Reads the ``log_probs [steps, classes]`` of one crop."""
        return ctc_decode(log_probs, alphabet)


class TwoLineCTCHead(CTCHead):
    """CTC of two lines: one step per column for the upper line, then one per column for the lower line.

    Both lines are one sequence of steps, so loss and decoding are those of one line. Either line sees the whole map. A
    plate of one line is written in the upper one.
    """

    lines = 2

    def forward(self, features: Tensor) -> Tensor:
        hidden = self.hidden(features.flatten(1, 2))  # [N, 2 * width, columns]
        logits = self.classify(torch.cat(hidden.chunk(2, 1), 2))  # [N, classes, 2 * columns]
        return logits.transpose(1, 2).float().log_softmax(-1)


def fit_rows(weight: Tensor, before: int, after: int) -> Tensor:
    """Fits the first layer of a head to a map of ``after`` rows, where it was trained on a map of ``before`` rows.

    ``weight`` is ``[out, channels * rows, kernel]``. The weights of an old row are shared out among the new rows that
    overlap it, in proportion to the overlap. On a map whose rows are all alike the layer then answers as before.
    """
    out, width, kernel = weight.shape
    edges = [torch.linspace(0, 1, rows + 1) for rows in (before, after)]
    low = torch.maximum(edges[0][:-1, None], edges[1][None, :-1])
    high = torch.minimum(edges[0][1:, None], edges[1][None, 1:])
    shares = (high - low).clamp(min=0) * before
    by_row = weight.float().view(out, width // before, before, kernel)
    return torch.einsum("ocrk,rs->ocsk", by_row, shares).reshape(out, -1, kernel).to(weight.dtype)


class WholeHead(nn.Module):
    """Log-odds ``[N, 1]`` that a crop shows the whole of a plate, from the map ``[N, channels, rows, columns]``.

    A crop that shows less betrays it in one of three ways. A character is cut by the left or the right edge: the first
    or the last column shows it. Something hides the plate, or characters are blurred: any column may show it, so the
    maximum over the columns is taken. The crop shows no plate at all: the mean over the columns shows it.
    """

    def __init__(self, channels: int, rows: int, width: int = 64) -> None:
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Conv1d(channels * rows, width, 3, padding=1, bias=False), nn.BatchNorm1d(width), nn.SiLU()
        )
        self.decide = nn.Sequential(nn.Linear(4 * width, width), nn.SiLU(), nn.Linear(width, 1))

    def forward(self, features: Tensor) -> Tensor:
        seen = self.hidden(features.flatten(1, 2))  # [N, width, columns]
        pooled = torch.cat([seen[..., 0], seen[..., -1], seen.amax(-1), seen.mean(-1)], 1)
        return self.decide(pooled).float()
