"""The plate reader: torchvision's EfficientNet-B3 with its width kept, and heads for text, country and wholeness."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torchvision.models import EfficientNet_B3_Weights, efficientnet_b3
from torchvision.ops import SqueezeExcitation

from src.models.heads import CTCHead, SlotHead, TwoLineCTCHead, WholeHead, fit_rows

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
Head = Literal["ctc", "two-line-ctc", "slots"]


class PlateOCR(nn.Module):
    """``uint8 [N, H, W, 3]`` RGB to ``log_probs [N, steps, classes]``, ``regions [N, regions]`` and ``whole [N, 1]``.

    The first two are log-probabilities; ``whole`` are the log-odds that the crop shows the whole of a plate.

    EfficientNet-B3 (Tan & Le, ICML 2019) divides the width by 32, which leaves 4 columns of a 128-pixel crop.
    Stages in ``width_kept`` (indices of torchvision's ``features``) halve the height alone; the trunk ends after
    stage ``cut_after`` (8 is the whole). With (3, 4) and 5, a 48 x 128 crop becomes 3 rows of 32 columns.
    ``pretrained`` downloads torchvision's ImageNet weights.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        classes: int,
        regions: int,
        size: tuple[int, int] = (48, 128),
        width_kept: Sequence[int] = (3, 4),
        cut_after: int = 5,
        head: Head = "two-line-ctc",
        head_width: int = 256,
        slots: int = 12,
        dropout: float = 0.1,
        pretrained: bool = False,
    ) -> None:
        """``slots`` counts for the head of that name alone. Raises ValueError for a head that does not exist."""
        super().__init__()
        weights = EfficientNet_B3_Weights.IMAGENET1K_V1 if pretrained else None
        self.trunk = efficientnet_b3(weights=weights).features[: cut_after + 1]
        for stage in width_kept:
            keep_width(self.trunk[stage])
        for gate in [m for m in self.trunk.modules() if isinstance(m, SqueezeExcitation)]:
            gate.avgpool = SpatialMean()
        self.register_buffer("mean", 255 * torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", 255 * torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        channels, rows, self.columns = self._map_shape(size)
        if head == "ctc":
            self.head: CTCHead | SlotHead = CTCHead(channels, rows, head_width, classes, dropout)
        elif head == "two-line-ctc":
            self.head = TwoLineCTCHead(channels, rows, head_width, classes, dropout)
        elif head == "slots":
            self.head = SlotHead(channels, rows, self.columns, head_width, classes, dropout, slots)
        else:
            raise ValueError(f"head: {head!r} is not one of ctc, two-line-ctc, slots")
        self.region = nn.Sequential(nn.Dropout(dropout), nn.Linear(channels, regions))
        self.whole = WholeHead(channels, rows)

    def _map_shape(self, size: tuple[int, int]) -> tuple[int, int, int]:
        self.trunk.eval()  # a forward pass must not touch the batch norms' statistics
        with torch.no_grad():
            shape = self.trunk(torch.zeros(1, 3, *size)).shape
        self.trunk.train()
        return shape[1], shape[2], shape[3]

    def adapted(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights of this network for crops of another height: the heads' first layers have other rows there."""
        if not isinstance(self.head, CTCHead):
            return state
        fitted = {}
        for name in ("head.hidden.0.weight", "whole.hidden.0.weight"):
            if name in state and not state[name].shape[1] % self.head.channels:
                before = state[name].shape[1] // self.head.channels
                fitted[name] = fit_rows(state[name], before, self.head.rows)
        return state | fitted

    def features(self, images: Tensor) -> Tensor:
        """The trunk's map ``[N, C, rows, columns]``."""
        return self.trunk((images.permute(0, 3, 1, 2).float() - self.mean) / self.std)

    def regions(self, features: Tensor) -> Tensor:
        """Log-probabilities of the countries, from the map."""
        return self.region(features.mean((2, 3))).float().log_softmax(-1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.features(images)
        return self.head(features), self.regions(features), self.whole(features)


class SpatialMean(nn.Module):
    """The mean over the pixels of ``[N, C, H, W]``, kept as ``[N, C, 1, 1]``.

    Exported it is one node; AdaptiveAvgPool2d(1) becomes a view by strides, slower by 2 % of the network's time.
    """

    def forward(self, features: Tensor) -> Tensor:
        return features.mean((2, 3), keepdim=True)


def keep_width(stage: nn.Module) -> None:
    """Turns the stage's one stride of (2, 2) into (2, 1). Raises ValueError where it has none."""
    strided = [m for m in stage.modules() if isinstance(m, nn.Conv2d) and m.stride == (2, 2)]
    if len(strided) != 1:
        raise ValueError(f"width_kept names a stage with {len(strided)} strided convolutions, not one")
    strided[0].stride = (2, 1)
