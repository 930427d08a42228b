"""Callbacks of both trainings."""

import time
from pathlib import Path
from typing import Any

import cv2
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, WeightAveraging
from torch import Tensor

from src.core.montage import captioned, enlarged, montage
from src.core.types import Image


class WarmedEMA(WeightAveraging):
    """Exponential moving average whose decay rises as ``min(decay, (1 + t) / (10 + t))``.

    Without the rise, a short training ends with weights that still remember the random start.
    """

    def __init__(self, decay: float = 0.999) -> None:
        def average(averages: list[Tensor], current: list[Tensor], count: Any) -> None:
            t = float(count)
            weight = 1 - min(decay, (1 + t) / (10 + t))
            for mean, value in zip(averages, current, strict=True):
                if mean.is_floating_point():
                    mean.lerp_(value, weight)
                else:
                    mean.copy_(value)

        super().__init__(multi_avg_fn=average)

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The average is built before the module moves; left on the CPU, every step would fetch all weights there."""
        assert self._average_model is not None
        self._average_model.to(pl_module.device)


class Throughput(Callback):
    """Logs training samples per second, data loading included, validation left out."""

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._start, self._samples = time.perf_counter(), 0

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self._samples += len(batch.images)
        rate = self._samples / (time.perf_counter() - self._start)
        pl_module.log("samples_per_s", torch.tensor(rate), prog_bar=True, batch_size=1)


class SampleReadings(Callback):
    """Draws the first crops of every validation with what was read (wrong ones in red) into one PNG."""

    def __init__(self, folder: str, count: int = 60, columns: int = 6) -> None:
        self.folder, self.count, self.columns = Path(folder), count, columns

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._tiles: list[Image] = []

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        step = max(1, len(batch.texts) // 8)  # a few of each batch, so that every source is seen
        for i in range(0, len(batch.texts), step):
            if len(self._tiles) < self.count:
                self._tiles.append(_tile(batch.images[i].cpu().numpy(), batch.texts[i], outputs[i]))

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not self._tiles:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        sheet = montage(self._tiles, self.columns)[..., ::-1]
        cv2.imwrite(str(self.folder / f"epoch-{trainer.current_epoch:03d}.png"), sheet)


def _tile(crop: Image, true: str, read: str) -> Image:
    """A crop at double size over its reading, which is green where it is right and red where it is wrong."""
    right = read == true
    return captioned(enlarged(crop, 2), read if right else f"{read} ({true})", (0, 120, 0) if right else (200, 0, 0))


class Provenance(Callback):
    """Puts into every checkpoint what a model card states: validation figures, training sources, samples drawn, ...

    ``started_from`` are the fields of ``Start`` of the weights that the run began with; a resumed run keeps its own.
    """

    def __init__(self) -> None:
        self.started_from: list[dict[str, Any]] = []

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        self.started_from = checkpoint["provenance"].get("started_from", [])

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        data = trainer.datamodule  # type: ignore[attr-defined]
        checkpoint["provenance"] = {
            "metrics": {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("val/")},
            "sources": data.sources,
            "samples": trainer.global_step * data.batch_size,
            "started_from": self.started_from,
            "precision": trainer.precision,
        }
