"""Plates in ten further typefaces that no training sees: a row of its own, so that the other keeps its meaning."""

from pathlib import Path

from src.data.synthesis import more_held_out_fonts
from src.evaluation.datasets.drawn import kept
from src.evaluation.datasets.sets import HARD, EvaluationSet
from src.evaluation.datasets.synthetic import synthetic_set

NAME = f"{HARD}typefaces"


def typeface_set(folder: Path, fonts: Path, count: int) -> EvaluationSet:
    """``count`` plates in the further held-out faces of ``fonts``, written into ``folder`` as PNG.

    Raises FontError, RegistryError, SynthesisError and OSError.
    """
    return kept(folder, NAME, synthetic_set(fonts, count, faces=more_held_out_fonts(fonts)))
