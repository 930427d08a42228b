"""Drawn plates as a set like any other, kept where a person can look at them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image as Picture

from src.core.formats.registry import REGISTRY
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.datasets.synthetic import synthetic_set


def drawn_set(
    folder: Path,
    fonts: Path,
    count: int,
    weights: Mapping[str, float] | None = None,
    registry: Sequence[Path] = (REGISTRY,),
) -> EvaluationSet:
    """``synthetic_set`` written into ``folder``, whose name is the set's, as PNG: without loss.

    Raises FontError, RegistryError, SynthesisError and OSError.
    """
    return kept(folder, folder.name, synthetic_set(fonts, count, weights, registry))


def kept(folder: Path, name: str, drawn: Sequence[tuple[Record, Image]]) -> EvaluationSet:
    """``drawn`` pictures written into ``folder`` as PNG, as the set ``name``. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for record, image in drawn:
        named = record.model_copy(update={"image": f"{record.image}.png"})
        Picture.fromarray(image).save(folder / named.image)
        records.append(named)
    return EvaluationSet(name, "plates", folder, tuple(records))
