"""``python -m src.service.export_training``: pictures that operators corrected, as a manifest to train the reader on.

Exit status: 0 done, 1 some picture could not be written (named; the others are) or the database cannot be used, 2
wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from src.core.cli import FAILED, Parser, counted, refused, run_command
from src.core.files import make_folder
from src.core.folders import put_in_place
from src.core.image import ImageError, read_named
from src.core.result import PlateRecord
from src.core.schema import first_fault
from src.core.types import Image
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.data.annotations.splits import split_by_plate
from src.service.database import DatabaseError, open_database, unusable
from src.service.settings import Settings, SettingsError
from src.service.store import open_pictures
from src.service.store.corrected import CorrectedPicture, CorrectedPlate, corrected_pictures

PROG = "python -m src.service.export_training"
EPILOG = """\
examples:
  python -m src.service.export_training runs/corrections
  python -m src.service.export_training runs/corrections --accepted --held-out 0.3
  python -m src.data.check runs/corrections

OUT gets a manifest and, of each corrected plate, what is around it: half its height on each side, as the training cuts
plates out. With --scenes it gets the whole pictures. Other plates in view are marked as such that count neither way.
About a share --held-out of the plates is of split test, which no training looks at, and the others of split train: a
plate is in one of them alone and, cut out, always in the same one.
OUT is made anew: an earlier export there is replaced once the new one is complete.

The database is that of the settings (NUMBER_PLATE_DATABASE_URL, NUMBER_PLATE_DATA_DIR).
Exit status: 0 done, 1 some picture could not be written (named; the others are), 2 wrong usage."""

CORRECTED, CONFIRMED = "corrections", "confirmations"
"""The sources that the records name."""
TRAIN, HELD_OUT = "train", "test"
MANIFEST = "manifest.jsonl"


class ExportError(ValueError):
    """The error of a folder that no export may be written to."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    try:
        settings = Settings.load()
        building = _begun(args.out)
        database = open_database(settings.database_url)
        try:
            found = corrected_pictures(database, open_pictures(database, settings.data_dir / "pictures"), args.accepted)
            records, faults = _written(found, building, args.scenes)
        finally:
            database.close()
        write_manifest(building / MANIFEST, _split(records, args.held_out))
        put_in_place(building, args.out)
    except (SettingsError, ExportError, OSError) as error:
        return refused(PROG, error)
    except (DatabaseError, SQLAlchemyError) as error:
        return unusable(PROG, error)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{args.out / MANIFEST}: {counted(len(records), 'picture')}", file=sys.stderr)
    return FAILED if faults else 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Writes the pictures of corrected sightings, to train the reader on.", EPILOG)
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder that is made")
    parser.add_argument(
        "--accepted", action="store_true", help="also what operators confirmed, so that the reader does not forget it"
    )
    parser.add_argument("--scenes", action="store_true", help="whole pictures instead of what is around each plate")
    parser.add_argument(
        "--held-out", type=_share, default=0.3, metavar="SHARE", help="of the plates, to judge by (default: 0.3)"
    )
    return parser.parse_args(argv)


def _share(word: str) -> float:
    try:
        share = float(word)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{word!r} is no share from 0 to 1")
    return share


def _begun(out: Path) -> Path:
    """Makes the empty folder that becomes ``out``. Raises ExportError where ``out`` is something else than an export.

    What a kill has left of an earlier one is removed.
    """
    if out.exists() and not (out.is_dir() and ((out / MANIFEST).is_file() or not any(out.iterdir()))):
        raise ExportError(f"{out}: is there, and no export of corrections")
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    make_folder(building / "images")
    return building


def _written(found: Iterator[CorrectedPicture], folder: Path, scenes: bool) -> tuple[list[Record], list[str]]:
    """Writes the pictures below ``folder``; returns their records, and why some could not be written."""
    records, faults = [], []
    for picture in found:
        named = ", ".join(plate.sighting for plate in picture.plates)
        try:
            if picture.path is None:
                raise ImageError("its picture was not kept")
            image = read_named(picture.path)
            if scenes:
                records.append(_scene(picture, image, folder))
            else:
                records += [_cut_out(picture, plate, image, folder) for plate in picture.plates]
        except ImageError as error:
            faults.append(f"sighting {named}: {error}")
        except ValidationError as error:
            faults.append(f"sighting {named}: {first_fault(error, 'plate')}")
    return records, faults


def _scene(picture: CorrectedPicture, image: Image, folder: Path) -> Record:
    """Writes the whole picture."""
    source = CONFIRMED if all(plate.is_confirmed for plate in picture.plates) else CORRECTED
    labels = tuple(_label(plate.plate) for plate in picture.plates)
    return _record(folder, picture.image_id, image, labels, [other.box for other in picture.others], source)


def _cut_out(picture: CorrectedPicture, chosen: CorrectedPlate, image: Image, folder: Path) -> Record:
    """Writes what is around one plate."""
    x1, y1, x2, y2 = chosen.plate.box
    pad, (height, width) = (y2 - y1) / 2 + 1, image.shape[:2]
    left, top = max(int(x1 - pad), 0), max(int(y1 - pad), 0)
    right, bottom = min(int(np.ceil(x2 + pad)), width), min(int(np.ceil(y2 + pad)), height)
    if left >= right or top >= bottom:
        raise ImageError(f"its box {chosen.plate.box} lies outside of the picture")
    others = [each.plate.box for each in picture.plates if each is not chosen] + [each.box for each in picture.others]
    moved = [(a - left, b - top, c - left, d - top) for a, b, c, d in others]
    seen = [box for box in moved if box[0] < right - left and box[1] < bottom - top and box[2] > 0 and box[3] > 0]
    around = image[top:bottom, left:right]
    source = CONFIRMED if chosen.is_confirmed else CORRECTED
    return _record(folder, chosen.sighting, around, (_label(chosen.plate, left, top),), seen, source)


def _label(plate: PlateRecord, left: int = 0, top: int = 0) -> PlateLabel:
    """Returns the label of a plate in a part of the picture that begins at ``left``, ``top``."""
    x1, y1, x2, y2 = plate.box
    corners = None if plate.corners is None else [(x - left, y - top) for x, y in plate.corners]
    said = {"box": (x1 - left, y1 - top, x2 - left, y2 - top), "corners": corners}
    return PlateLabel.model_validate({**said, "text": plate.text, "region": plate.region})


def _record(
    folder: Path,
    name: str,
    image: Image,
    labels: tuple[PlateLabel, ...],
    ignored: Sequence[tuple[float, ...]],
    source: str,
) -> Record:
    """Writes ``image`` as PNG, without loss, and returns its record."""
    height, width = image.shape[:2]
    said = {"image": f"images/{name}.png", "width": width, "height": height, "source": source}
    record = Record.model_validate({**said, "plates": labels, "ignore": tuple(ignored)})
    PillowImage.fromarray(image).save(folder / record.image)
    return record


def _split(records: list[Record], held_out: float) -> list[Record]:
    splits = {"train": TRAIN, "val": HELD_OUT}
    return [r.model_copy(update={"split": splits[r.split]}) for r in split_by_plate(records, held_out)]


if __name__ == "__main__":
    run_command(main)
