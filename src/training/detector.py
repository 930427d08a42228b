"""The Lightning module of the detector: ultralytics' loss, our schedule, validation by average precision."""

import logging
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torchmetrics.detection import MeanAveragePrecision

from src.core.geometry import nms
from src.core.metrics import match_boxes
from src.data.scenes import SceneBatch
from src.models.detector import PlateDetector, detection_loss_inputs
from src.models.yolo import v8DetectionLoss
from src.training.schedule import optimisation

WIDTHS = (0, 24, 48, 96, 10_000)
"""Edges of the plate widths, in canvas pixels, by which recall is reported."""
RECALL_CONFIDENCE = 0.25


class DetectorModule(pl.LightningModule):
    """Trains a ``PlateDetector``; ``warmup_samples`` and the cosine are counted in samples."""

    def __init__(
        self,
        network: str = "yolo26n",
        pretrained: bool = False,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.02,
        warmup_samples: int = 4000,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.model = PlateDetector(network, pretrained)
        if channels_last:
            self.model.to(memory_format=torch.channels_last)
        self._ap = MeanAveragePrecision(backend="faster_coco_eval", max_detection_thresholds=[1, 10, 100])
        self._ap.warn_on_many_detections = False
        logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
        self._found = np.zeros(len(WIDTHS) - 1)
        self._true = np.zeros(len(WIDTHS) - 1)

    def on_fit_start(self) -> None:
        self._criterion = v8DetectionLoss(self.model.network)  # once the model is on its device

    def training_step(self, batch: SceneBatch, index: int) -> Tensor:
        predictions = self.model.predictions(batch.images)
        raw = {k: predictions[k].float() for k in ("boxes", "scores")} | {"feats": predictions["feats"]}
        targets = detection_loss_inputs(batch.boxes, batch.batch_index, (batch.images.shape[1], batch.images.shape[2]))
        losses, _ = self._criterion(raw, targets)
        losses = losses / len(batch.images)  # ultralytics multiplies by the batch size
        n = len(batch.images)
        self.log("loss", losses.sum().detach(), prog_bar=True, batch_size=n)
        for name, value in zip(("box", "cls", "l1"), losses.detach(), strict=True):
            self.log(f"loss_{name}", value, on_step=False, on_epoch=True, batch_size=n)
        return losses.sum()

    def on_validation_epoch_start(self) -> None:
        self._ap.reset()
        self._found[:], self._true[:] = 0, 0

    def validation_step(self, batch: SceneBatch, index: int) -> None:
        with torch.autocast(self.device.type, enabled=False):  # bfloat16 rounds boxes to whole pixels
            boxes, scores = self.model(batch.images)
        for i in range(len(batch.images)):
            true = batch.boxes[batch.batch_index == i].float().cpu()
            found, confidence = suppressed(boxes[i], scores[i])
            self._ap.update(
                [{"boxes": found, "scores": confidence, "labels": torch.zeros(len(found), dtype=torch.long)}],
                [{"boxes": true, "labels": torch.zeros(len(true), dtype=torch.long)}],
            )
            self._count_recall(found[confidence >= RECALL_CONFIDENCE].numpy(), true.numpy())

    def _count_recall(self, found: Any, true: Any) -> None:
        bins = np.digitize(true[:, 2] - true[:, 0], WIDTHS[1:-1])
        np.add.at(self._true, bins, 1)
        np.add.at(self._found, bins[[t for _, t in match_boxes(found, true)]], 1)

    def on_validation_epoch_end(self) -> None:
        ap = self._ap.compute()
        self.log("val/ap50", ap["map_50"], prog_bar=True)
        self.log("val/ap", ap["map"], prog_bar=True)
        self.log("val/recall", float(self._found.sum() / max(self._true.sum(), 1)))
        for low, high, found, true in zip(WIDTHS, WIDTHS[1:], self._found, self._true, strict=False):
            if true:
                self.log(f"val/recall_{low}_{high}", float(found / true))

    def configure_optimizers(self) -> Any:
        batch = self.trainer.datamodule.batch_size  # type: ignore[attr-defined]
        warmup = self.hparams["warmup_samples"] // batch
        total = int(self.trainer.estimated_stepping_batches)
        return optimisation(self.model, self.hparams["learning_rate"], self.hparams["weight_decay"], warmup, total)


def suppressed(boxes: Tensor, scores: Tensor, floor: float = 0.001, most: int = 300) -> tuple[Tensor, Tensor]:
    """Boxes and scores of one image after the runtime's own suppression, best first, down to a low ``floor``."""
    boxes, scores = boxes.float().cpu(), scores.float().cpu()
    top = scores.topk(min(most, len(scores)))
    likely = top.indices[top.values >= floor]
    kept = torch.from_numpy(nms(boxes[likely].numpy(), scores[likely].numpy(), 0.5))
    return boxes[likely][kept], scores[likely][kept]
