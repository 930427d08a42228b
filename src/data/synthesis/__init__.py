"""Synthetic plates: crops for the reader, and drawn scenes for the examples."""

from src.data.synthesis.fonts import FontError, find_fonts, held_out_fonts
from src.data.synthesis.synthesiser import DEFAULT_WEIGHTS, CropSynthesiser, SyntheticCrop

__all__ = ["DEFAULT_WEIGHTS", "CropSynthesiser", "FontError", "SyntheticCrop", "find_fonts", "held_out_fonts"]
