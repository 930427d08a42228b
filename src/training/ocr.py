"""The Lightning module of the reader: CTC, beside it cross-entropy on columns whose character is known."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from torch import Tensor

from src.core.alphabet import LATIN, PROVINCES, Alphabet
from src.core.decoding import ctc_decode
from src.core.metrics import edit_distance
from src.data.crops import NO_LABEL, CropBatch
from src.models.ocr import PlateOCR
from src.training.schedule import optimisation


class OCRModule(pl.LightningModule):
    """Trains a ``PlateOCR``.

    The synthesiser knows where each character stands, so its columns are supervised: without it CTC sits on its
    plateau for tens of thousands of crops. The weight of that loss falls from ``column_weight`` to
    ``column_weight_end`` over the first ``column_fade`` of the training.
    """

    def __init__(
        self,
        alphabet: str = LATIN + PROVINCES,
        size: Sequence[int] = (32, 128),
        width_kept: Sequence[int] = (3, 4),
        cut_after: int = 5,
        head_width: int = 256,
        dropout: float = 0.1,
        pretrained: bool = False,
        column_weight: float = 2.0,
        column_weight_end: float = 0.1,
        column_fade: float = 0.8,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.05,
        warmup_samples: int = 8000,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.alphabet = Alphabet(alphabet)
        self.model = PlateOCR(
            self.alphabet.classes,
            (int(size[0]), int(size[1])),
            width_kept,
            cut_after,
            head_width,
            dropout,
            pretrained,
        )
        if channels_last:
            self.model.to(memory_format=torch.channels_last)

    def training_step(self, batch: CropBatch, index: int) -> Tensor:
        log_probs = self.model(batch.images)
        ctc, columns = ctc_loss(log_probs, batch), column_loss(log_probs, batch.columns)
        loss = ctc + self.column_weight() * columns
        n = len(batch.texts)
        self.log("loss", loss.detach(), prog_bar=True, batch_size=n)
        self.log("loss_ctc", ctc.detach(), prog_bar=True, batch_size=n)
        self.log("loss_columns", columns.detach(), batch_size=n)
        return loss

    def column_weight(self) -> float:
        """The present weight of the column loss."""
        start, end = self.hparams["column_weight"], self.hparams["column_weight_end"]
        progress = self.trainer.global_step / max(1, int(self.trainer.estimated_stepping_batches))
        return float(start + (end - start) * min(1.0, progress / max(self.hparams["column_fade"], 1e-6)))

    def on_validation_epoch_start(self) -> None:
        self._exact: dict[str, list[bool]] = defaultdict(list)
        self._edits: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def validation_step(self, batch: CropBatch, index: int) -> Any:
        """Returns the readings, for whoever draws them."""
        readings = [ctc_decode(row, self.alphabet).text for row in self.model(batch.images).cpu().numpy()]
        for read, true, source in zip(readings, batch.texts, batch.sources, strict=True):
            name = "synthetic" if source.startswith("synthetic") else source
            self._exact[name].append(read == true)
            self._edits[name].append((edit_distance(read, true), len(true)))
        return readings

    def on_validation_epoch_end(self) -> None:
        """``val/read`` is the mean over sources: the Brazilian cameras must not outvote the rest."""
        rates = {name: sum(exact) / len(exact) for name, exact in self._exact.items()}
        for name, rate in rates.items():
            edits, characters = map(sum, zip(*self._edits[name], strict=True))
            self.log(f"val/read_{name}", rate)
            self.log(f"val/cer_{name}", edits / max(characters, 1))
        real = [rate for name, rate in rates.items() if name != "synthetic"] or list(rates.values())
        self.log("val/read", sum(real) / len(real), prog_bar=True)

    def configure_optimizers(self) -> Any:
        batch = self.trainer.datamodule.batch_size  # type: ignore[attr-defined]
        warmup = self.hparams["warmup_samples"] // batch
        total = int(self.trainer.estimated_stepping_batches)
        return optimisation(self.model, self.hparams["learning_rate"], self.hparams["weight_decay"], warmup, total)


def ctc_loss(log_probs: Tensor, batch: CropBatch) -> Tensor:
    """CTC per character, averaged over the batch; texts that do not fit into T columns add nothing."""
    steps = torch.full((len(batch.lengths),), log_probs.shape[1], device=log_probs.device)
    return F.ctc_loss(log_probs.transpose(0, 1), batch.targets, steps, batch.lengths, blank=0, zero_infinity=True)


def column_loss(log_probs: Tensor, columns: Tensor) -> Tensor:
    """Cross-entropy of the labelled columns ``[N, T]``; 0 where none is labelled."""
    if log_probs.shape[1] != columns.shape[1]:
        raise ValueError(f"the network has {log_probs.shape[1]} columns, the data label {columns.shape[1]}")
    loss = F.nll_loss(log_probs.flatten(0, 1), columns.flatten(), ignore_index=NO_LABEL, reduction="sum")
    return loss / (columns != NO_LABEL).sum().clamp(min=1)
