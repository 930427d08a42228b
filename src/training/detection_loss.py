"""The detector's loss: ultralytics' losses of boxes and scores, and our own loss of the corners."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import smooth_l1_loss

from src.data.loaders.scenes import SceneBatch
from src.models.yolo import v8PoseLoss

ROUNDED = 0.02
"""Below this distance the corner loss is quadratic: 1 % of the width of a plate four times as wide as high."""


class CornerLoss(nn.Module):
    """Smooth L1 of the visible corners, as a share of the plate's size (the root of its box's area).

    It replaces ultralytics' keypoint loss, 1 - OKS (object keypoint similarity). The gradient of that loss vanishes:
    with its wide default sigma for corners that are nearly right, with a narrow sigma for corners that are far off.
    """

    def forward(self, predicted: Tensor, true: Tensor, visible: Tensor, area: Tensor) -> Tensor:
        """``predicted [A, 4, >= 2]``, ``true [A, 4, >= 2]``, ``visible [A, 4]``, ``area [A, 1]`` to a scalar.

        The mean is over all ``A`` anchors of plates, so that a plate with corners counts alike in every batch.
        """
        size = area.clamp(min=1e-6).sqrt().unsqueeze(-1)
        distance = smooth_l1_loss(predicted[..., :2] / size, true[..., :2] / size, reduction="none", beta=ROUNDED)
        return (distance.mean(-1) * visible).mean()


class DetectionLoss:
    """The loss of an ultralytics ``network``, which must be on its device already when this is built."""

    def __init__(self, network: nn.Module, corner_gain: float) -> None:
        self._loss = cast(Any, v8PoseLoss(network))
        self._loss.keypoint_loss = CornerLoss()
        self._loss.hyp.pose = corner_gain

    def __call__(self, predictions: dict[str, Tensor], batch: SceneBatch) -> dict[str, Tensor]:
        """The weighted parts ``box``, ``cls``, ``l1`` and ``corners`` of the loss of one batch, in float32."""
        raw = {k: predictions[k].float() for k in ("boxes", "scores", "kpts")} | {"feats": predictions["feats"]}
        losses, _ = self._loss(raw, loss_inputs(batch))
        # ultralytics multiplies by the batch size; the third part is of visibilities, which we do not predict
        box, corners, _, cls, l1 = losses / len(batch.images)
        return {"box": box, "cls": cls, "l1": l1, "corners": corners}


def loss_inputs(batch: SceneBatch) -> dict[str, Tensor]:
    """Plates as ultralytics' loss expects them: centre, size and corners relative to the canvas."""
    height, width = batch.images.shape[1:3]
    scale = batch.boxes.new_tensor([width, height])
    start, end = batch.boxes[:, :2] / scale, batch.boxes[:, 2:] / scale
    return {
        "batch_idx": batch.batch_index.float(),
        "cls": torch.zeros(len(batch.boxes), 1, device=batch.boxes.device),
        "bboxes": torch.cat([(start + end) / 2, end - start], -1),
        "keypoints": torch.cat([batch.corners[..., :2] / scale, batch.corners[..., 2:]], -1),
    }
