"""The only module that imports ultralytics, which replaces functions of other packages when it is imported."""

import os

import cv2
import torch
from PIL import Image

# it writes settings, asks for updates and installs packages unless told not to before its import
os.environ.setdefault("YOLO_OFFLINE", "1")
os.environ.setdefault("YOLO_AUTOINSTALL", "0")

# (where, what) it replaces: with its Image.open, a text file named .jpg ends in a search for HEIF plugins
_REPLACED = [(torch, "save"), (Image, "open"), (cv2, "imread"), (cv2, "imwrite"), (cv2, "imshow")]
_OURS = [getattr(module, name) for module, name in _REPLACED]
_THREADS = cv2.getNumThreads()

from ultralytics.cfg import get_cfg  # noqa: E402
from ultralytics.nn.tasks import PoseModel, load_checkpoint, yaml_model_load  # noqa: E402
from ultralytics.utils.loss import v8PoseLoss  # noqa: E402

for (_module, _name), _ours in zip(_REPLACED, _OURS, strict=True):
    setattr(_module, _name, _ours)
cv2.setNumThreads(_THREADS)

__all__ = ["PoseModel", "get_cfg", "load_checkpoint", "v8PoseLoss", "yaml_model_load"]
