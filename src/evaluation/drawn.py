"""Drawn plates as a set like any other, kept where a person can look at them."""

from pathlib import Path

from PIL import Image

from src.evaluation.sets import EvaluationSet
from src.evaluation.synthetic_set import SYNTHETIC, synthetic_set


def drawn_set(folder: Path, fonts: Path, count: int) -> EvaluationSet:
    """``synthetic_set`` written into ``folder`` as PNG, without loss. Raises FontError and OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for record, image in synthetic_set(fonts, count):
        named = record.model_copy(update={"image": f"{record.image}.png"})
        Image.fromarray(image).save(folder / named.image)
        records.append(named)
    return EvaluationSet(SYNTHETIC, "plates", folder, tuple(records))
