"""Photographs of several sizes and formats, made from a few."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

PIXELS = {0.3: (640, 480), 2: (1632, 1224), 12: (4000, 3000)}
"""Width and height by megapixels."""

SHARES = {0.3: 6, 2: 3, 12: 1}
"""How often each size comes."""

FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""Media types by Pillow's names; at 12 megapixels there are JPEGs alone, as of a camera."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file, and what it is."""

    megapixels: float
    media_type: str
    data: bytes

    def named(self, name: str) -> bytes:
        """The file with ``name`` behind its end, where decoders do not look: no two uploads have the same bytes."""
        return self.data + name.encode()


def make_pictures(samples: Sequence[Path]) -> list[Picture]:
    """Every sample in every size, the formats in turn."""
    made = []
    for number, path in enumerate(samples):
        with Image.open(path) as opened:
            sample = opened.convert("RGB")
        for megapixels, size in PIXELS.items():
            kind = "JPEG" if megapixels == 12 else list(FORMATS)[number % len(FORMATS)]
            made.append(
                Picture(megapixels, FORMATS[kind], _encode(sample.resize(size, Image.Resampling.BICUBIC), kind))
            )
    return made


def _encode(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, quality=85, **({"compress_level": 1} if kind == "PNG" else {}))
    return target.getvalue()
