"""Plates drawn in typefaces that no training sees: readings of a kind of plate that is new to the reader."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from src.core.formats.registry import REGISTRY
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.data.synthesis import CropSynthesiser, SynthesisError, SyntheticCrop, held_out_fonts
from src.data.synthesis.layout.plate import Plate, Run
from src.data.synthesis.synthesiser import GENERIC

SYNTHETIC = "synthetic"
"""The source of the records."""
SIZE = (32, 128)
"""Height and width of the crops; the same for every reader, so that readers can be compared."""
_SEED = 2**32
"""Trainings seed their crops with numbers below this."""
_TRIES = 1000


def synthetic_set(
    fonts: Path,
    count: int,
    weights: Mapping[str, float] | None = None,
    registry: Sequence[Path] = (REGISTRY,),
    faces: Sequence[Path] | None = None,
) -> list[tuple[Record, Image]]:
    """The first ``count`` crops of a fixed sequence, with their records; equal for equal faces.

    ``weights`` and ``registry`` are the ``CropSynthesiser``'s; with weights, there are no plates of no country.
    Every character is set in one of ``faces``, without them in one of ``fonts``' held-out faces, and none is bent. The
    faces that the synthesis draws itself are left out, and with them the plates with a character of another script,
    such as Chinese provinces, Arabic words and the Russian letter that is read Y. Raises FontError where the faces are
    missing, SynthesisError where they can set none of these countries' plates, RegistryError.
    """
    generic = GENERIC if weights is None else 0.0
    faces = held_out_fonts(fonts) if faces is None else faces
    synthesise = CropSynthesiser(faces, SIZE, weights, generic, registry=registry, pens=(), elastic=0.0)
    return [_drawn(synthesise, number) for number in range(count)]


def _drawn(synthesise: CropSynthesiser, number: int) -> tuple[Record, Image]:
    rng = np.random.default_rng(_SEED + number)
    tried = (synthesise.plate(rng) for _ in range(_TRIES))
    plate = next((plate for plate in tried if is_set_in_type(plate)), None)
    if plate is None:
        raise SynthesisError("no plate of these countries can be set in the held-out faces: they write Latin alone")
    crop = synthesise.draw(plate, rng)
    return record_of(crop, f"{SYNTHETIC}-{number:05d}", SYNTHETIC), crop.image


def record_of(crop: SyntheticCrop, image: str, source: str) -> Record:
    """What a drawn crop says, in the order of registration, as a record of ``val``."""
    return Record(
        image=image,
        split="val",
        source=source,
        text=crop.registration,
        region=crop.region or None,
        lines=crop.lines,
    )


def is_set_in_type(plate: Plate) -> bool:
    return all(item.script is None for field in plate.fields for item in field.items if isinstance(item, Run))
