"""Plate swap: synthetic plates, and as often what is no plate, pasted into scenes so that they look photographed."""

from src.data.copy_paste.copy_paste import PlateSwap
from src.data.copy_paste.paste import clear
from src.data.copy_paste.plates import SwappedPlate, SwappedPlates, patches

__all__ = ["PlateSwap", "SwappedPlate", "SwappedPlates", "clear", "patches"]
