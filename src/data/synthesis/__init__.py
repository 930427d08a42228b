"""Synthetic plates: crops for the reader, and drawn scenes for the examples."""

from src.data.synthesis.capture.effects import GROUPS
from src.data.synthesis.synthesiser import CropSynthesiser, SynthesisError, SyntheticCrop
from src.data.synthesis.typefaces.fonts import (
    FontError,
    find_fonts,
    held_out_chinese_fonts,
    held_out_fonts,
    more_held_out_fonts,
)

__all__ = [
    "GROUPS", "CropSynthesiser", "FontError", "SynthesisError", "SyntheticCrop", "find_fonts",
    "held_out_chinese_fonts", "held_out_fonts", "more_held_out_fonts",
]  # fmt: skip
