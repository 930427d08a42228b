"""Plate swap: synthetic plates, and as often what is no plate, pasted into scenes so that they look photographed."""

from src.data.swap.paste import clear
from src.data.swap.plates import SwappedPlate, SwappedPlates, patches
from src.data.swap.swap import PlateSwap

__all__ = ["PlateSwap", "SwappedPlate", "SwappedPlates", "clear", "patches"]
