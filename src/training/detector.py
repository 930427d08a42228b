"""The Lightning module of the detector: it joins network, loss, metrics and learning-rate schedule."""

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from src.data.loaders.scenes import SceneBatch
from src.models.detector import PlateDetector
from src.training.detection_loss import DetectionLoss
from src.training.detection_metrics import DetectionMetrics
from src.training.schedule import optimisation
from src.training.weights import Rows


class DetectorModule(pl.LightningModule):
    """Trains a ``PlateDetector``; ``warmup_samples`` and the cosine are counted in samples.

    ``corner_gain`` is the weight of the corner loss; the weight of the box loss is 7.5.
    """

    rows: tuple[Rows, ...] = ()
    """No row of the last layers stands for a character or a country."""

    def __init__(
        self,
        network: str = "yolo26n",
        width: float | None = None,
        pretrained: bool = False,
        corner_gain: float = 10.0,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.02,
        warmup_samples: int = 4000,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.model = PlateDetector(network, width, pretrained)
        if channels_last:
            self.model.to(memory_format=torch.channels_last)
        self._metrics = DetectionMetrics()

    def on_fit_start(self) -> None:
        self._loss = DetectionLoss(self.model.network, self.hparams["corner_gain"])  # once the model is on its device

    def training_step(self, batch: SceneBatch, index: int) -> Tensor:
        losses = self._loss(self.model.predictions(batch.images), batch)
        total = torch.stack(list(losses.values())).sum()
        n = len(batch.images)
        self.log("loss", total.detach(), prog_bar=True, batch_size=n)
        for name, value in losses.items():
            self.log(f"loss_{name}", value.detach(), on_step=False, on_epoch=True, batch_size=n)
        return total

    def on_validation_epoch_start(self) -> None:
        self._metrics.reset()

    def validation_step(self, batch: SceneBatch, index: int) -> None:
        with torch.autocast(self.device.type, enabled=False):  # bfloat16 rounds boxes to whole pixels
            boxes, scores, corners = (raw.float().cpu().numpy() for raw in self.model(batch.images))
        for i in range(len(batch.images)):
            own, ignored = batch.batch_index == i, batch.ignore_index == i
            truth = (batch.boxes[own], batch.corners[own], batch.ignore[ignored])
            self._metrics.add(boxes[i], scores[i], corners[i], *(part.float().cpu().numpy() for part in truth))

    def on_validation_epoch_end(self) -> None:
        for name, value in self._metrics.compute().items():
            self.log(f"val/{name}", value, prog_bar=name in ("ap50", "ap"))

    def configure_optimizers(self) -> Any:
        batch = self.trainer.datamodule.batch_size  # type: ignore[attr-defined]
        warmup = self.hparams["warmup_samples"] // batch
        total = int(self.trainer.estimated_stepping_batches)
        return optimisation(self.model, self.hparams["learning_rate"], self.hparams["weight_decay"], warmup, total)
