"""The plate detector: an ultralytics network, built from its YAML, behind the project's tensor contract."""

import logging
from typing import Any

from torch import Tensor, nn

from src.models.yolo import PoseModel, get_cfg, load_checkpoint, yaml_model_load

log = logging.getLogger(__name__)
CORNERS = 4
FITTING = 0.9
"""Weights of another network are taken over only if they fill at least this share of ours."""


class PlateDetector(nn.Module):
    """Finds plates: boxes, scores and four corners, before suppression, which ``core.ctc.decode_detections`` does.

    ``network`` names the YAML of an ultralytics detector (``yolo26n``, ``yolo11n``, ...). ``width`` replaces its
    multiple of channels, which is 0.25 for a nano. ``pretrained`` starts from ultralytics' own COCO weights,
    which it downloads. Raises ValueError for a width that the network or its weights do not have.
    """

    def __init__(self, network: str = "yolo26n", width: float | None = None, pretrained: bool = False) -> None:
        super().__init__()
        if pretrained and width is not None:
            raise ValueError(f"width={width}: ultralytics has weights for {network} in its own width only")
        built: Any = PoseModel(architecture(network, width), verbose=False)
        built.args = get_cfg()  # the loss reads its gains from here
        head = built.model[-1]
        head.xyxy = True
        head.dynamic = True  # anchors follow the canvas: those of an earlier one would be frozen into an export
        head.export = True  # in eval mode the decoded tensor alone, made without writing in place
        self.network = built
        if pretrained:
            self.load_state_dict(self.adapted(load_checkpoint(f"{network}.pt")[0].float().state_dict()))

    def adapted(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Returns a state of this network that begins with the weights of an ultralytics ``DetectionModel``.

        Such a model may be trained on COCO. A weight is taken over if this network has one of the same name and shape;
        the other weights of this network stay as they are, and the log names their layers. A state of this network is
        returned unchanged. Raises ValueError where less than the share FITTING of the weights would be taken over.
        """
        if not any(name.startswith("model.") for name in state):
            return state
        own = self.state_dict()
        found = {f"network.{name}": value for name, value in state.items()}
        fitting = {k: v.to(own[k].dtype) for k, v in found.items() if k in own and own[k].shape == v.shape}
        share = _weights(fitting) / _weights(own)
        if share < FITTING:
            raise ValueError(f"{share:.0%} of the network's weights are there, at least {FITTING:.0%} are needed")
        lacking = sorted({_layer(name) for name in own.keys() - fitting.keys()})
        log.info("%.1f %% of the weights are taken over, not those of %s", 100 * share, ", ".join(lacking))
        return own | fitting

    @staticmethod
    def normalise(images: Tensor) -> Tensor:
        """``uint8 [N, H, W, 3]`` RGB to ``float [N, 3, H, W]`` in 0..1."""
        return images.permute(0, 3, 1, 2).float() / 255

    def predictions(self, images: Tensor) -> dict[str, Tensor]:
        """The raw maps that the loss takes, from ``uint8 [N, H, W, 3]`` RGB. Only in training mode."""
        raw: dict[str, Tensor] = self.network(self.normalise(images))
        return raw

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``uint8 [N, H, W, 3]`` RGB to boxes ``[N, A, 4]``, scores ``[N, A]`` and corners ``[N, A, 4, 2]``.

        Boxes (x1, y1, x2, y2) and corners (clockwise from the plate's own top left) are in pixels of the canvas.
        Only in eval mode: in training the network decodes nothing. H and W are multiples of 32.
        """
        decoded = self.network(self.normalise(images)).transpose(1, 2)
        return decoded[..., :4], decoded[..., 4], decoded[..., 5:].unflatten(-1, (CORNERS, 2))


def _weights(state: dict[str, Tensor]) -> int:
    return sum(value.numel() for value in state.values() if value.is_floating_point())


def _layer(name: str) -> str:
    """Returns the layer of a weight, as ``network.model.23.cv3.0.2`` for ``network.model.23.cv3.0.2.conv.weight``."""
    return ".".join(name.split(".")[:6])


def architecture(network: str, width: float | None) -> dict[str, Any]:
    """Returns the YAML of ``network`` with a head for corners, without the one-to-one head, in the given ``width``.

    We ship the dense (one-to-many) branch. If the network had the one-to-one branch too, ultralytics' loss would lower
    the weight of the dense one during the training. The head is the plain ``Pose``: ``Pose26`` takes as much time and
    adds a normalizing flow to the training.
    """
    described: dict[str, Any] = yaml_model_load(f"{network}.yaml")
    described["head"][-1][2:] = ["Pose", ["nc", "kpt_shape"]]
    described |= {"end2end": False, "nc": 1, "kpt_shape": [CORNERS, 2]}
    if width is not None:
        if "scales" not in described:
            raise ValueError(f"width={width}: {network} comes in one width only")
        depth, _, most = described["scales"][described["scale"]]
        described["scales"] = {described["scale"]: [depth, width, most]}
    return described
