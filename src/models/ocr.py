"""The plate reader: torchvision's EfficientNet-B3 with its width kept, and a CTC head."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchvision.models import EfficientNet_B3_Weights, efficientnet_b3

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class PlateOCR(nn.Module):
    """``uint8 [N, H, W, 3]`` RGB to ``log_probs [N, T, classes]``; class 0 is the CTC blank.

    EfficientNet-B3 (Tan & Le, ICML 2019) divides the width by 32, which leaves 4 columns of a 128-pixel crop.
    Stages in ``width_kept`` (indices of torchvision's ``features``) halve the height alone; the trunk ends after
    stage ``cut_after`` (8 is the whole). With (3, 4) and 5, a 32 x 128 crop becomes 2 rows of 32 columns.
    ``pretrained`` downloads torchvision's ImageNet weights.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        classes: int,
        size: tuple[int, int] = (32, 128),
        width_kept: Sequence[int] = (3, 4),
        cut_after: int = 5,
        head_width: int = 256,
        dropout: float = 0.1,
        pretrained: bool = False,
    ) -> None:
        super().__init__()
        weights = EfficientNet_B3_Weights.IMAGENET1K_V1 if pretrained else None
        self.trunk = efficientnet_b3(weights=weights).features[: cut_after + 1]
        for stage in width_kept:
            keep_width(self.trunk[stage])
        self.register_buffer("mean", 255 * torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", 255 * torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        channels, rows, self.columns = self._map_shape(size)
        self.head = nn.Sequential(
            nn.Conv1d(channels * rows, head_width, 3, padding=1, bias=False),
            nn.BatchNorm1d(head_width),
            nn.SiLU(),
            nn.Dropout(dropout),
            nn.Conv1d(head_width, classes, 1),
        )

    def _map_shape(self, size: tuple[int, int]) -> tuple[int, int, int]:
        self.trunk.eval()  # a forward pass must not touch the batch norms' statistics
        with torch.no_grad():
            shape = self.trunk(torch.zeros(1, 3, *size)).shape
        self.trunk.train()
        return shape[1], shape[2], shape[3]

    def forward(self, images: Tensor) -> Tensor:
        pixels = (images.permute(0, 3, 1, 2).float() - self.mean) / self.std
        features = self.trunk(pixels)  # [N, C, rows, T]
        return self.head(features.flatten(1, 2)).transpose(1, 2).float().log_softmax(-1)


def keep_width(stage: nn.Module) -> None:
    """Turns the stage's one stride of (2, 2) into (2, 1). Raises ValueError where it has none."""
    strided = [m for m in stage.modules() if isinstance(m, nn.Conv2d) and m.stride == (2, 2)]
    if len(strided) != 1:
        raise ValueError(f"width_kept names a stage with {len(strided)} strided convolutions, not one")
    strided[0].stride = (2, 1)
