"""Exports both models, and to a Triton repository beside them: ``python -m src.export [HYDRA OVERRIDES]``."""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import logging
import sys
from functools import partial
from pathlib import Path

import hydra
import numpy as np
import numpy.typing as npt
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from src.core.card import CardError, ModelCard
from src.core.cli import run_command
from src.core.formats.registry import RegistryError, load_registry
from src.core.geometry import box_to_corners, crop_plate, letterbox
from src.core.image import ImageError, read_image
from src.data.annotations.manifest import ManifestError, read_manifest
from src.export.config import ExportConfig
from src.export.onnx import ParityError
from src.export.package import ExportError, export_detector, export_ocr
from src.export.triton import add_model
from src.training.hydra_command import hydra_command

ConfigStore.instance().store("export_schema", ExportConfig)
log = logging.getLogger(__name__)
Images = npt.NDArray[np.uint8]
MODELS = ("detector", "ocr")


def sample_scenes(manifest: Path, size: int) -> Images:
    """The rendered scenes, letterboxed: uint8 [N, size, size, 3]."""
    records = read_manifest(manifest)
    return np.stack([letterbox(read_image(manifest.parent / r.image), (size, size))[0] for r in records])


def sample_crops(manifest: Path, size: tuple[int, int]) -> Images:
    """Every plate of the rendered scenes as the reader sees it: uint8 [N, H, W, 3]."""
    crops = []
    for record in read_manifest(manifest):
        image = read_image(manifest.parent / record.image)
        boxes = np.array([p.box for p in record.plates or ()], np.float32)
        crops += [crop_plate(image, corners, size) for corners in box_to_corners(boxes)]
    return np.stack(crops)


def run(config: DictConfig) -> list[ModelCard]:
    """Exports what ``config.models`` names, each into its folder. Raises ExportError for any other name."""
    samples, cards = Path(config.samples), []
    for name in config.models:
        if name not in MODELS:
            raise ExportError(f"models: {name!r} is not one of {', '.join(MODELS)}")
        part = config[name]
        checkpoint, out = Path(part.checkpoint), Path(part.out)
        if name == "detector":
            images = sample_scenes(samples, part.size)
            cards.append(export_detector(checkpoint, out, part.size, part.confidence, images))
        else:
            registry = load_registry(*map(Path, part.registry))
            cards.append(export_ocr(checkpoint, out, partial(sample_crops, samples), registry))
        log.info("%s: %s, %.1f MB", out, cards[-1].metrics, (out / "model.onnx").stat().st_size / 1e6)
        log.info("served by Triton: %s", add_model(out, out.parent / "triton"))
    return cards


@hydra.main(version_base="1.3", config_path="../../configs", config_name="export")
def main(config: DictConfig) -> None:
    try:
        run(config)
    except (CardError, ExportError, ImageError, ManifestError, ParityError, RegistryError) as error:
        sys.exit(f"export: {error}")


if __name__ == "__main__":
    run_command(hydra_command(main, "export"))
