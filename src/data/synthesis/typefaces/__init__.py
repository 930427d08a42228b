"""Faces of plates that no package holds: drawn from their published geometry, or traced from photographs of plates."""

from src.data.synthesis.typefaces.outlines import FontError, Typeface, load_typeface
from src.data.synthesis.typefaces.table import OWN, PHOTOGRAPHED, RESEMBLES, SCRIPT_FACES

__all__ = ["OWN", "PHOTOGRAPHED", "RESEMBLES", "SCRIPT_FACES", "FontError", "Typeface", "load_typeface"]
