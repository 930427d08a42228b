"""The plate detector: an ultralytics network, built from its YAML, behind the project's tensor contract."""

from typing import Any

import torch
from torch import Tensor, nn

from src.models.yolo import DetectionModel, get_cfg, load_checkpoint, yaml_model_load


class PlateDetector(nn.Module):
    """One class, raw boxes and scores; suppression is numpy's task (``core.decoding``).

    ``network`` names an ultralytics YAML (``yolo26n``, ``yolo11n``, ...). It is built without the one-to-one head:
    what is shipped is the dense branch, and with both, the loss would fade out the very branch that we ship.
    ``pretrained`` starts from ultralytics' own COCO weights, which it downloads.
    """

    def __init__(self, network: str = "yolo26n", pretrained: bool = False) -> None:
        super().__init__()
        architecture = yaml_model_load(f"{network}.yaml") | {"end2end": False}
        built: Any = DetectionModel(architecture, nc=1, verbose=False)
        built.args = get_cfg()  # the loss reads its gains from here
        built.model[-1].xyxy = True
        if pretrained:
            built.load(load_checkpoint(f"{network}.pt")[0])
        self.network = built

    @staticmethod
    def normalise(images: Tensor) -> Tensor:
        """``uint8 [N, H, W, 3]`` RGB to ``float [N, 3, H, W]`` in 0..1."""
        return images.permute(0, 3, 1, 2).float() / 255

    def predictions(self, images: Tensor) -> dict[str, Tensor]:
        """The raw maps that the loss takes, from ``uint8 [N, H, W, 3]`` RGB; in eval mode too."""
        out = self.network(self.normalise(images))
        return out if self.training else out[1]

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """``uint8 [N, H, W, 3]`` RGB to boxes ``[N, A, 4]`` (x1, y1, x2, y2, canvas pixels), scores ``[N, A]``.

        Only in eval mode: in training the network returns no decoded boxes. H and W are multiples of 32.
        """
        decoded, _ = self.network(self.normalise(images))
        return decoded[:, :4].transpose(1, 2), decoded[:, 4]


def detection_loss_inputs(boxes: Tensor, batch_index: Tensor, size: tuple[int, int]) -> dict[str, Tensor]:
    """Boxes ``[M, 4]`` in canvas pixels to what ultralytics' loss expects: centre and size, relative to the canvas."""
    scale = boxes.new_tensor([size[1], size[0]])
    centre, extent = (boxes[:, :2] + boxes[:, 2:]) / 2 / scale, (boxes[:, 2:] - boxes[:, :2]) / scale
    return {
        "batch_idx": batch_index.float(),
        "cls": torch.zeros(len(boxes), 1, device=boxes.device),
        "bboxes": torch.cat([centre, extent], -1),
    }
