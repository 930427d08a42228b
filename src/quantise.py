"""``python -m src.quantise FOLDER OUT``: an exported model in fewer bits, proven on ``val`` to answer as the float one.

Exit status: 0 done, 1 it answers otherwise, or a picture cannot be read (nothing is written), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import logging
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from src.core.card import CardError, ModelCard, load_card, sha256_of, write_card
from src.core.cli import FAILED, Parser, refused, run_command
from src.core.geometry import box_to_corners, iou_matrix
from src.core.image import ImageError, read_named
from src.core.types import Image
from src.data.annotations.manifest import ManifestError, read_manifest
from src.evaluation.datasets.sets import SetError, data_folder
from src.export.onnx import onnx_outputs
from src.export.quantise import Batch, QuantisationError, halve, quantise
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader, whole

PROG = "python -m src.quantise"
MANIFESTS = {"detector": "scenes/manifest.jsonl", "ocr": "ocr/manifest.jsonl"}
AGREEMENT = "val/{}_bits_as_float"
"""A metric of the card: the share of pictures on which the model with so many bits answers as the float one."""
SAME_PLATE = 0.5
LEAST_AGREEMENT = 0.9
"""Share of pictures with the same answer. Those that change are hard ones, of which about as many get better."""
EPILOG = """\
8 bits are for CPUs. The ranges of the values inside are those on pictures of split train below the data folder
(scenes, or ocr for a reader). 16 bits are for GPUs and take half the memory anywhere. OUT gets no model where more
than a tenth of the answers on split val change; `make evaluate` says what the rest costs.
Exit status: 0 done, 1 it answers otherwise, or a picture cannot be read (nothing is written), 2 wrong usage."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    logging.disable(logging.WARNING)  # onnxruntime's tools warn on the root logger of what is done here
    try:
        card = quantise_folder(args.folder, args.out, data_folder(args.data), args.images, args.bits)
    except (QuantisationError, ImageError) as error:
        return refused(PROG, error, FAILED)
    except (CardError, ManifestError, SetError) as error:
        return refused(PROG, error)
    same = card.metrics[AGREEMENT.format(args.bits)]
    print(f"{args.out}: answers as {args.folder} on {same:.1%} of the pictures of val")
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Writes an exported model in 8 or 16 bits.", EPILOG)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="an exported model, such as exports/detector")
    parser.add_argument("out", type=Path, metavar="OUT", help="where the new one goes; a folder that is not there yet")
    parser.add_argument("--bits", type=int, choices=(8, 16), default=8, help="of its values (default: 8)")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument(
        "--images", type=int, default=256, metavar="N", help="most pictures of train, and of val (default: 256)"
    )
    args = parser.parse_args(argv)
    if args.images < 1:
        parser.error(f"--images: {args.images} is not a number of pictures")
    if args.out.exists():
        parser.error(f"OUT: {args.out} is there already")
    return args


def quantise_folder(folder: Path, out: Path, data: Path, count: int, bits: int = 8) -> ModelCard:
    """Ships the float model of ``folder`` to ``out`` in 8 or 16 ``bits``.

    8 bits are calibrated on ``count`` pictures that it learnt from. Raises QuantisationError where on as many of
    ``val`` too few answers stay the same; nothing is written then. Also CardError, ManifestError and ImageError.
    """
    card = load_card(folder)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent) as temporary:
        building = Path(shutil.copytree(folder, Path(temporary) / out.name))
        model, smaller = folder / "model.onnx", building / "model.onnx"
        if bits == 8:
            quantise(model, smaller, _inputs(folder, _pictures(data, card, "train", count)))
        else:
            halve(model, smaller)
        card = card.model_copy(update={"sha256": sha256_of(smaller)})
        write_card(card, building)
        same = agreement(folder, building, _pictures(data, card, "val", count))
        if not same >= LEAST_AGREEMENT:
            raise QuantisationError(
                f"{folder}: in {bits} bits the answer is the same on {same:.1%} of the pictures of val"
            )
        card = card.model_copy(update={"metrics": card.metrics | {AGREEMENT.format(bits): round(same, 4)}})
        write_card(card, building)
        _write_golden(building)
        building.rename(out)
    return card


def _pictures(data: Path, card: ModelCard, split: str, count: int) -> Iterator[Image]:
    """Yields at most ``count`` pictures of a split, evenly spaced over the manifest that the model's task has."""
    manifest = data / MANIFESTS[card.task]
    records = [record for record in read_manifest(manifest) if record.split == split]
    if not records:
        raise QuantisationError(f"{manifest}: has no picture of split {split!r}")
    for i in np.linspace(0, len(records) - 1, min(count, len(records))).round().astype(int):
        yield read_named(manifest.parent / records[i].image)


def _inputs(folder: Path, pictures: Iterable[Image]) -> Iterator[Batch]:
    """Yields the pictures as the network of ``folder`` sees them, one in a batch."""
    if load_card(folder).task == "detector":
        detector = Detector(folder, threads=1)
        yield from (detector.prepare(picture)[0][None] for picture in pictures)
    else:
        reader = PlateReader(folder, threads=1)
        yield from (reader.crop(picture, box_to_corners(whole(picture)), margin=0)[None] for picture in pictures)


def agreement(folder: Path, other: Path, pictures: Iterable[Image]) -> float:
    """Returns the share of ``pictures`` on which both models find the same plates, or read the same text."""
    if load_card(folder).task == "detector":
        detectors = [Detector(path, threads=1) for path in (folder, other)]
        same = [_same_boxes(*(_boxes(detector, picture) for detector in detectors)) for picture in pictures]
    else:
        readers = [PlateReader(path, threads=1, countries=None) for path in (folder, other)]
        same = [len({reader.read_whole(picture).text for reader in readers}) == 1 for picture in pictures]
    return float(np.mean(same))


def _boxes(detector: Detector, picture: Image) -> npt.NDArray[np.float32]:
    return np.array([found.box for found in detector.detect(picture)], np.float32).reshape(-1, 4)


def _same_boxes(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32]) -> bool:
    overlaps = iou_matrix(ours, theirs) > SAME_PLATE
    return len(ours) == len(theirs) and bool(overlaps.any(0).all() and overlaps.any(1).all())


def _write_golden(folder: Path) -> None:
    """Writes the inputs of ``golden.npz`` with the outputs of the model that lies beside it."""
    images = np.load(folder / "golden.npz")["images"]
    arrays: dict[str, Any] = {"images": images} | onnx_outputs(folder / "model.onnx", images)
    np.savez_compressed(folder / "golden.npz", **arrays)


if __name__ == "__main__":
    run_command(main)
