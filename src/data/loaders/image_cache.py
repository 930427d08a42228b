"""Keeps decoded images in one memory-mapped file, so that training never waits for a JPEG."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from src.core.image import ImageError, read_named
from src.core.types import Image


class ImageCache:
    """``cache[i]`` is image ``i`` of ``paths`` as RGB ``uint8 [H, W, 3]``, a view of the mapped file.

    The file is written once (about 0.7 MB per 544-pixel scene) and reused while the same paths have the same sizes
    and times. Raises ImageError that names the first image that cannot be read.
    """

    def __init__(self, paths: Sequence[Path], folder: Path) -> None:
        key = hashlib.sha256()
        for path in paths:
            try:
                stat = path.stat()
            except OSError as error:
                raise ImageError(f"{path}: {error.strerror}") from None
            key.update(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        self._file = folder / f"{key.hexdigest()[:16]}.bin"
        index = self._file.with_suffix(".json")
        if not index.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            _write(paths, self._file, index)
        self._shapes = [tuple(shape) for shape in json.loads(index.read_text())]
        sizes = [h * w * 3 for h, w in self._shapes]
        self._offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._pixels = np.memmap(self._file, np.uint8, "r")

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, index: int) -> Image:
        start, end = self._offsets[index], self._offsets[index + 1]
        return np.asarray(self._pixels[start:end]).reshape(*self._shapes[index], 3)


def _write(paths: Sequence[Path], file: Path, index: Path) -> None:
    """Writes the index last, by renaming it: an interrupted build is never taken for a complete one."""
    shapes = []
    partial = file.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as out:
        for path in paths:
            try:
                image = read_named(path)
            except ImageError:
                partial.unlink()
                raise
            out.write(image.tobytes())
            shapes.append(image.shape[:2])
    partial.replace(file)
    part_of_index = index.with_suffix(f".{os.getpid()}.part")
    part_of_index.write_text(json.dumps(shapes))
    part_of_index.replace(index)
