"""Copy-paste: pastes synthetic plates, and as often distractors, into scenes so that they look photographed."""

from src.data.copy_paste.copy_paste import CopyPaste
from src.data.copy_paste.paste import clear
from src.data.copy_paste.plates import PastedPlate, PastedPlates, patches

__all__ = ["CopyPaste", "PastedPlate", "PastedPlates", "clear", "patches"]
