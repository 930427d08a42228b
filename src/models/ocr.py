"""The plate reader: torchvision's EfficientNet-B3 as the trunk, and heads for text, country and wholeness."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torchvision.models import EfficientNet_B3_Weights, efficientnet_b3
from torchvision.ops import SqueezeExcitation

from src.models.heads import CTCHead, TwoLineCTCHead, WholeHead, fit_rows

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
Head = Literal["ctc", "two-line-ctc"]


class PlateOCR(nn.Module):
    """The network takes crops ``uint8 [N, H, W, 3]`` RGB and returns three tensors.

    They are ``log_probs [N, steps, classes]`` of the text, ``regions [N, countries]``, which are log-probabilities too,
    and ``whole [N, 1]``, the log-odds that the crop shows the whole of a plate.

    The trunk is EfficientNet-B3 (Tan & Le, ICML 2019). As published it divides the width by 32, which leaves 4 columns
    of a crop 128 pixels wide: too few for the characters. So the stages in ``width_kept`` (indices of torchvision's
    ``features``) halve the height alone. The trunk ends after stage ``cut_after``; stage 8 is the last one. With (3, 4)
    and 5, a crop of 48 x 128 becomes a map of 3 rows and 32 columns. ``pretrained`` downloads torchvision's ImageNet
    weights.
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
        dropout: float = 0.1,
        pretrained: bool = False,
    ) -> None:
        """Raises ValueError for a head that does not exist, and for a stage that ``width_kept`` names in vain."""
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
            self.head = CTCHead(channels, rows, head_width, classes, dropout)
        elif head == "two-line-ctc":
            self.head = TwoLineCTCHead(channels, rows, head_width, classes, dropout)
        else:
            raise ValueError(f"head: {head!r} is not one of ctc, two-line-ctc")
        self.region = nn.Sequential(nn.Dropout(dropout), nn.Linear(channels, regions))
        self.whole = WholeHead(channels, rows)

    def _map_shape(self, size: tuple[int, int]) -> tuple[int, int, int]:
        self.trunk.eval()  # a forward pass must not touch the batch norms' statistics
        with torch.no_grad():
            shape = self.trunk(torch.zeros(1, 3, *size)).shape
        self.trunk.train()
        return shape[1], shape[2], shape[3]

    def adapted(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Returns ``state``, trained on crops of another height, fitted to this network.

        The map of such crops has other rows, so the first layers of the heads have another shape.
        """
        fitted = {}
        for name in ("head.hidden.0.weight", "whole.hidden.0.weight"):
            if name in state and not state[name].shape[1] % self.head.channels:
                before = state[name].shape[1] // self.head.channels
                fitted[name] = fit_rows(state[name], before, self.head.rows)
        return state | fitted

    def features(self, images: Tensor) -> Tensor:
        """Returns the trunk's map ``[N, channels, rows, columns]`` of ``uint8 [N, H, W, 3]`` RGB."""
        return self.trunk((images.permute(0, 3, 1, 2).float() - self.mean) / self.std)

    def regions(self, features: Tensor) -> Tensor:
        """Returns the log-probabilities ``[N, countries]``, from the map."""
        return self.region(features.mean((2, 3))).float().log_softmax(-1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.features(images)
        return self.head(features), self.regions(features), self.whole(features)


class SpatialMean(nn.Module):
    """The mean over the pixels of ``[N, C, H, W]``, as ``[N, C, 1, 1]``.

    It takes the place of AdaptiveAvgPool2d(1), which is exported as a strided view and costs 2 % of the network's time;
    this mean is exported as a single node.
    """

    def forward(self, features: Tensor) -> Tensor:
        return features.mean((2, 3), keepdim=True)


def keep_width(stage: nn.Module) -> None:
    """Replaces the stride (2, 2) of the stage by (2, 1). Raises ValueError unless one convolution has that stride."""
    strided = [m for m in stage.modules() if isinstance(m, nn.Conv2d) and m.stride == (2, 2)]
    if len(strided) != 1:
        raise ValueError(f"width_kept names a stage with {len(strided)} strided convolutions, not one")
    strided[0].stride = (2, 1)
