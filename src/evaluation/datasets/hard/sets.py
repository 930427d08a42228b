"""The groups of hard pictures as sets like any other, kept where a person can look at them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from src.data.annotations.manifest import write_manifest
from src.evaluation.datasets.hard.close import CLOSE, close_ups
from src.evaluation.datasets.hard.cut import CUT, cut_off
from src.evaluation.datasets.hard.empty import EMPTY, empty_regions
from src.evaluation.datasets.hard.hidden import HIDDEN, half_hidden
from src.evaluation.datasets.hard.lettering import DEALER, OVERLAY, PAGE, SIGN, dealer_plates, overlays, pages, signs
from src.evaluation.datasets.hard.photographs import Made, photographs
from src.evaluation.datasets.hard.turned import TURNED, turned
from src.evaluation.datasets.sets import HARD, EvaluationSet, SetError, named_sets

SCENES = ("scenes", "more/scenes")
QUALITY = 92
"""Of the JPEG files."""


def hard_sets(folder: Path, data: Path, split: str = "val") -> Iterator[EvaluationSet]:
    """The groups that the scenes of ``split`` below ``data`` make, each written into a folder of its own in ``folder``.

    Raises SetError, ManifestError, CorrectionError and OSError.
    """
    found = photographs(_scenes(data, split))
    groups = {
        CLOSE: close_ups(found),
        TURNED: turned(found),
        HIDDEN: half_hidden(found),
        CUT: cut_off(found),
        EMPTY: empty_regions(data),
        OVERLAY: overlays(found),
        SIGN: signs(found),
        PAGE: pages(found),
        DEALER: dealer_plates(found),
    }
    for group, pictures in groups.items():
        yield from _written(folder, group, pictures)


def not_whole(data: Path, split: str = "val") -> dict[str, Iterator[Made]]:
    """By group, the pictures whose plates are not ``whole``, and those that are no plate themselves.

    Raises SetError, ManifestError and CorrectionError.
    """
    found = photographs(_scenes(data, split))
    return {HIDDEN: half_hidden(found), CUT: cut_off(found), EMPTY: empty_regions(data)}


def _scenes(data: Path, split: str) -> list[EvaluationSet]:
    """The scenes of those sets that are there."""
    there = [name for name in SCENES if (data / name / "manifest.jsonl").is_file()]
    sets = []
    for name in there:
        try:
            sets += named_sets([name], data, split)
        except SetError:  # none of this split
            continue
    return [s for s in sets if s.kind == "scenes"]


def _written(folder: Path, group: str, pictures: Iterable[Made]) -> Iterator[EvaluationSet]:
    """The pictures as JPEG files with a manifest; no set where there are none."""
    root = folder / group
    root.mkdir(parents=True, exist_ok=True)
    records = []
    for made in pictures:
        record = made.record.model_copy(update={"image": f"{made.record.image}.jpg"})
        Image.fromarray(made.image).save(root / record.image, quality=QUALITY)
        records.append(record)
    write_manifest(root / "manifest.jsonl", records)
    if records:
        yield EvaluationSet(HARD + group, "scenes", root, tuple(records))
