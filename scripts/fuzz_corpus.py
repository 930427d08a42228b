"""Small pictures of every format and kind of pixels, and what becomes of their bytes on a bad day."""

import io
import struct
import zlib
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw

SAMPLE = Path(__file__).parents[1] / "data/samples/00-ru.jpg"
SIZE = (60, 44)
EDGES = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)
"""Numbers at which lengths and sizes go wrong."""
HEADER = 400
"""Most damage is done to so many bytes at the start: behind it are mostly pixels."""


def corpus() -> dict[str, bytes]:
    """Name -> file."""
    rgb = _picture()
    exif = Image.Exif()
    exif[0x0112] = 6
    grey, palette, clear = rgb.convert("L"), rgb.quantize(16), rgb.convert("RGBA")
    clear.putalpha(grey)
    deep = Image.frombytes("I;16", SIZE, bytes(b for value in grey.tobytes() for b in (value, value)))
    frames = {"save_all": True, "append_images": [rgb.rotate(90), rgb.rotate(180)], "duration": 50}
    photograph = Image.open(SAMPLE).resize((320, 240))
    made = {
        "photograph": _file(photograph, "JPEG"),
        "photograph progressive": _file(photograph, "JPEG", progressive=True),
        "jpeg": _file(rgb, "JPEG"),
        "jpeg progressive": _file(rgb, "JPEG", progressive=True, exif=exif),
        "jpeg grey": _file(grey, "JPEG"),
        "jpeg cmyk": _file(rgb.convert("CMYK"), "JPEG"),
        "jpeg ycck": as_ycck(_file(rgb.convert("CMYK"), "JPEG")),
        "jpeg wide": _file(rgb.resize((4000, 16)), "JPEG"),
        "mpo": _file(rgb, "MPO", **frames),
        "png": _file(rgb, "PNG", exif=exif),
        "png alpha": _file(clear, "PNG"),
        "png palette": _file(palette, "PNG", transparency=3),
        "png 1": _file(rgb.convert("1"), "PNG"),
        "png 16": _file(deep, "PNG"),
        "apng": _file(rgb, "PNG", **frames),
        "gif": _file(palette, "GIF", transparency=0),
        "gif animated": _file(rgb, "GIF", **frames),
        "webp": _file(rgb, "WEBP", exif=exif),
        "webp lossless": _file(clear, "WEBP", lossless=True),
        "webp animated": _file(rgb, "WEBP", **frames),
        "avif": _file(rgb, "AVIF"),
        "avif animated": _file(rgb, "AVIF", **frames),
        "jpeg2000": _file(rgb, "JPEG2000"),
        "bmp": _file(rgb, "BMP"),
        "bmp palette": _file(palette, "BMP"),
        "ppm": _file(rgb, "PPM"),
        "pgm": _file(grey, "PPM"),
        "tiff": _file(rgb, "TIFF", exif=exif),
        "tiff 16": _file(deep, "TIFF"),
        "tiff float": _file(grey.convert("F"), "TIFF"),
        "tiff fax": _file(rgb.convert("1"), "TIFF", compression="group4"),
    }
    return made | {
        f"tiff {name}": _file(rgb, "TIFF", compression=name) for name in ("tiff_lzw", "tiff_adobe_deflate", "jpeg")
    }


def as_ycck(cmyk: bytes) -> bytes:
    """A CMYK JPEG whose Adobe marker says that its channels are Y, Cb, Cr and black."""
    flag = cmyk.index(b"Adobe") + 11
    return cmyk[:flag] + b"\2" + cmyk[flag + 1 :]


def damaged(files: dict[str, bytes], number: int) -> bytes:
    """Input ``number``: one file with one to four faults."""
    random = Random(number)
    data = bytearray(files[random.choice(sorted(files))])
    for _ in range(random.randint(1, 4)):
        random.choice(_FAULTS)(random, data, files)
    if random.random() < 0.7:  # or every fault would end at the checksum
        _mend_png(data)
    return bytes(data)


def _picture() -> Image.Image:
    picture = Image.frombytes("RGB", SIZE, Random(0).randbytes(3 * SIZE[0] * SIZE[1]))
    ImageDraw.Draw(picture).rectangle((10, 20, 50, 30), fill=(255, 0, 0))
    return picture


def _file(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _place(random: Random, data: bytearray) -> int:
    span = len(data) if random.random() < 0.3 else min(HEADER, len(data))
    return random.randrange(max(1, span))


def _flip(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    place = _place(random, data)
    data[place : place + 1] = bytes([(data[place] if data else 0) ^ 1 << random.randrange(8)])


def _edge(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    place, value, kind = _place(random, data), random.choice(EDGES), random.choice(("<I", ">I", "<H", ">H", "B"))
    number = struct.pack(kind, value % 256 ** struct.calcsize(kind))
    data[place : place + len(number)] = number


def _cut(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    del data[random.randrange(len(data) + 1) :]


def _shorten(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    """As a transfer that ends just before its end."""
    del data[len(data) - random.randrange(len(data) // 10 + 1) :]


def _drop(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    place = _place(random, data)
    del data[place : place + random.choice((1, 2, 4, 30))]


def _repeat(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    place, length = _place(random, data), random.choice((1, 4, 30, 200))
    data[place:place] = data[place : place + length]


def _splice(random: Random, data: bytearray, files: dict[str, bytes]) -> None:
    other = files[random.choice(sorted(files))]
    start = random.randrange(len(other))
    data[_place(random, data) :] = other[start : start + 2000]


def _noise(random: Random, data: bytearray, _: dict[str, bytes]) -> None:
    place, length = _place(random, data), random.choice((2, 8, 40))
    data[place : place + length] = random.randbytes(length)


_FAULTS = (_flip, _flip, _edge, _edge, _edge, _cut, _shorten, _drop, _repeat, _splice, _noise)


def _mend_png(data: bytearray) -> None:
    """Gives every chunk of a PNG the checksum that its bytes ask for."""
    start = 8
    while data[:4] == b"\x89PNG" and start + 12 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 4])
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[start + 4 : end]))
        start = end + 4
