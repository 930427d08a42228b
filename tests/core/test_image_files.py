"""Files that change, vanish or cannot be read end in an error that names the fault."""

import errno
import os
from pathlib import Path

import pytest
from PIL import Image

from src.core import image
from src.core.image import ImageError, read_image
from tests.core.test_image import RED, save


class TestFilesThatChange:
    def test_one_that_is_cut_off_while_it_is_decoded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A bitmap is what Pillow would map into memory: the process would die of it."""
        path = save(tmp_path / "a.bmp", "RGB", RED, (600, 400))
        opened = Image.open

        def cut_off(*args: object, **kwargs: object) -> Image.Image:
            picture = opened(*args, **kwargs)
            os.truncate(path, 10)
            return picture

        monkeypatch.setattr(Image, "open", cut_off)
        assert (read_image(path) == RED).all()

    def test_one_that_is_gone(self, tmp_path: Path) -> None:
        (tmp_path / "link.jpg").symlink_to(tmp_path / "gone.jpg")
        with pytest.raises(ImageError, match="no such file"):
            read_image(tmp_path / "link.jpg")

    def test_a_disk_that_cannot_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = save(tmp_path / "a.png", "RGB", RED)

        def fail(*_: object) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

        monkeypatch.setattr("builtins.open", fail)
        with pytest.raises(ImageError, match=r"cannot be read \(Input/output error\)"):
            read_image(path)

    def test_a_pipe_that_nobody_writes_to(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.jpg")
        with pytest.raises(ImageError, match="neither a file nor a folder"):
            read_image(tmp_path / "a.jpg")

    def test_a_name_that_no_system_has(self) -> None:
        with pytest.raises(ImageError, match="zero byte"):
            read_image("a\0.jpg")


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(image, "_pixels", fail)
    with pytest.raises(ImageError, match="too little memory"):
        read_image(save(tmp_path / "a.png", "RGB", RED))
