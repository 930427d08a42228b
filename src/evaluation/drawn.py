"""Drawn plates as a set like any other, kept where a person can look at them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from src.core.plates import REGISTRY
from src.evaluation.sets import EvaluationSet
from src.evaluation.synthetic_set import synthetic_set


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
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for record, image in synthetic_set(fonts, count, weights, registry):
        named = record.model_copy(update={"image": f"{record.image}.png"})
        Image.fromarray(image).save(folder / named.image)
        records.append(named)
    return EvaluationSet(folder.name, "plates", folder, tuple(records))
