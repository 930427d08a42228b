"""Draws a sheet of training canvases: ``python -m src.data.copy_paste OUT.png --count 40 [--marks]``."""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from src.core.cli import run_command
from src.core.formats.registry import RegistryError
from src.core.image import ImageError, read_image
from src.core.montage import enlarged, montage
from src.core.types import Image
from src.data.annotations.manifest import ManifestError, of_split, read_manifest
from src.data.copy_paste import CopyPaste, clear
from src.data.loaders.scenes import scene_labels
from src.data.synthesis import FontError
from src.data.transforms.augment import SceneAugment
from src.data.transforms.scene import Scene

COLUMNS = 5


def pasted(scene: Scene, augment: SceneAugment, copy_paste: CopyPaste, size: int, rng: np.random.Generator) -> Scene:
    """Makes of a scene what the detector is trained on."""
    scene = copy_paste(clear(augment.frame(scene, size, rng), rng), rng)
    return replace(scene, image=augment.reencode(scene.image, rng))


def marked(scene: Scene, zoom: int = 2) -> Image:
    """Enlarges the canvas and draws boxes green, corners red and the first corner yellow."""
    large = enlarged(scene.image, zoom)
    for x1, y1, x2, y2 in np.round(scene.boxes * zoom).astype(int).tolist():
        cv2.rectangle(large, (x1, y1), (x2, y2), (0, 255, 0), 1)
    for corners in scene.corners[scene.corners[..., 2].all(1)]:
        for i, (x, y) in enumerate(np.round(corners[:, :2] * zoom).astype(int).tolist()):
            cv2.circle(large, (x, y), 2, (255, 0, 0) if i else (255, 255, 0), -1)
    return large


def main() -> None:
    """Writes the sheet."""
    parser = argparse.ArgumentParser(prog="python -m src.data.copy_paste", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--manifest", type=Path, default=Path("data/samples/manifest.jsonl"))
    parser.add_argument("--split", default="test")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=320, help="canvas pixels")
    parser.add_argument("--fonts", default=".fonts")
    parser.add_argument("--marks", action="store_true", help="draw boxes and corners")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    try:
        records, copy_paste = of_split(read_manifest(args.manifest), args.split), CopyPaste(args.fonts)
        if not records:
            parser.error(f"{args.manifest}: no scene of split {args.split!r}")
        cells = []
        for record in (records[int(i)] for i in rng.integers(len(records), size=args.count)):
            labels = scene_labels(record)
            scene = Scene(read_image(args.manifest.parent / record.image), labels.boxes, labels.corners, labels.ignore)
            scene = pasted(scene, SceneAugment(), copy_paste, args.size, rng)
            cells.append(marked(scene) if args.marks else scene.image)
    except (ManifestError, FontError, RegistryError, ImageError) as error:
        parser.error(str(error))
    if not cv2.imwrite(str(args.out), montage(cells, COLUMNS)[..., ::-1]):
        parser.error(f"cannot write {args.out}")


if __name__ == "__main__":
    run_command(main)
