"""What tests of videos share."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from src.evaluation.video.vehicles import Half, Stock, stocks
from tests.evaluation.video.stage import photographs
from tests.fonts import FONTS


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with held-out faces."""
    folder = tmp_path_factory.mktemp("fonts") / "held-out"
    folder.mkdir()
    for name in ("DejaVuSans-Bold", "DejaVuSansMono-Bold"):
        shutil.copy(FONTS / f"{name}.ttf", folder)
    return folder.parent


@pytest.fixture(scope="session")
def stock(fonts: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[Half, Stock]:
    """Eight photographs and eight crops in two halves."""
    return stocks(photographs(tmp_path_factory.mktemp("data") / "data"), fonts)
