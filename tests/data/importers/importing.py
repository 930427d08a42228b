"""What the tests of the importers share: small sources on disk, and the look at what is refused."""

from pathlib import Path

import pytest
from PIL import ExifTags, Image

from src.data.importers.__main__ import main


def make_image(path: str, size: tuple[int, int] = (200, 100), orientation: int | None = None) -> None:
    """A grey picture of ``size`` (width, height) as stored, with that EXIF orientation."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
    Image.new("RGB", size, "gray").save(path, exif=exif)


def make_text(path: str, text: str) -> None:
    """A UTF-8 text file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that wrong usage prints; it may not write ``out/m.jsonl``."""
    try:
        status = main(arguments)
    except SystemExit as stop:  # a wrong option
        status = int(str(stop.code))
    assert status == 2
    assert not Path("out/m.jsonl").exists()
    said = capsys.readouterr().err
    assert said.startswith("python -m src.data.importers: ")
    assert said.count("\n") == 1
    return said
