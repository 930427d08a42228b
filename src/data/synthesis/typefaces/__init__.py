"""Faces of plates that no package holds, drawn from their published geometry; and which face writes what."""

from src.data.synthesis.typefaces.outlines import FontError, Typeface, load_typeface
from src.data.synthesis.typefaces.table import OWN, RESEMBLES, SCRIPT_FACES

__all__ = ["OWN", "RESEMBLES", "SCRIPT_FACES", "FontError", "Typeface", "load_typeface"]
