"""The housekeeping of the service at work."""

import asyncio
import os
from pathlib import Path
from unittest.mock import Mock

import cv2
import pytest

from src.runtime.reader import Reader
from src.service.database import open_database
from src.service.lifespan import Resources, opened, serving
from src.service.settings import Settings
from src.service.store import open_pictures
from tests.conftest import widen_canvases

PATIENCE_S = 20


async def gone(path: Path) -> None:
    """Returns when there is no such file."""
    async with asyncio.timeout(PATIENCE_S):
        while path.exists():
            await asyncio.sleep(0.01)


def test_the_reader_is_as_the_settings_say(models: Path, tmp_path: Path) -> None:
    widen_canvases(models)
    with opened(Settings(data_dir=tmp_path, models=models, min_confidence=0.25, canvas=192)) as resources:
        assert resources.reader.detector.largest == (192, 192)
        assert resources.reader.detector.min_confidence == 0.25


def test_opencv_has_as_many_threads_as_usable_cores(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.service.lifespan.usable_cores", lambda: 3)
    with opened(Settings(data_dir=tmp_path, models=models, threads=0)):
        assert cv2.getNumThreads() == 3


def test_files_without_a_row_go_again_and_again_without_a_retention_period(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, retention_every_s=0.01, retention_days=None, min_reading=0)
    database = open_database(settings.database_url)
    pictures = open_pictures(database, tmp_path / "pictures")

    async def keep_house() -> None:
        async with serving(Resources(settings, Mock(Reader), database, pictures)):
            for digit in "ab":
                orphan = pictures.path(pictures.put(digit * 32, b"x"))
                os.utime(orphan, (0, 0))
                await gone(orphan)

    asyncio.run(keep_house())
    database.close()
