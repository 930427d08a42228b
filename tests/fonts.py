"""Typefaces that are there without ``make fonts``: those that matplotlib brings."""

from pathlib import Path

import matplotlib

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
