"""Typefaces of plates that no package has, drawn from published geometry or traced from photographs."""

from src.data.synthesis.typefaces.outlines import FontError, Typeface, load_typeface
from src.data.synthesis.typefaces.table import OWN, PHOTOGRAPHED, RESEMBLES, SCRIPT_FACES

__all__ = ["OWN", "PHOTOGRAPHED", "RESEMBLES", "SCRIPT_FACES", "FontError", "Typeface", "load_typeface"]
