"""Annotated pictures: boxes with a filled label that holds text and confidence."""

import contextlib
import functools
import math
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from src.core.files import replacing
from src.core.result import PlateRecord
from src.core.types import Image

ACCEPTED, REJECTED, INK = (64, 220, 96), (255, 150, 60), (0, 0, 0)
JPEG_QUALITY = 92
_CJK_FONTS = ("NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "PingFang.ttc", "msyh.ttc", "simhei.ttf")
"""The names of fonts that are tried for Chinese province characters, which Pillow's own font lacks."""

Rectangle = tuple[float, float, float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def annotate(
    image: Image, plates: Sequence[PlateRecord], accepted: Sequence[bool], factor: int = 1
) -> PillowImage.Image:
    """A copy of ``image`` (RGB) with every plate outlined and labelled; rejected readings are orange.

    Each pixel of it stands for ``factor`` x ``factor`` of those that the plates are given in.
    """
    picture = PillowImage.fromarray(image)
    draw = ImageDraw.Draw(picture)
    outlines = [_outline(plate, factor) for plate in plates]
    taken = [_around(outline) for outline in outlines]
    stroke = max(2, round(max(picture.size) / 400))
    for outline, sure in zip(outlines, accepted, strict=True):
        draw.line([*outline, *outline[:4]], _colour(sure), stroke, joint="curve")
    for plate, outline, sure in zip(plates, outlines, accepted, strict=True):
        label = _Label.fitted(caption(plate), picture.width, max(14, round(max(picture.size) / 40)))
        place = _place(_around(outline), label.size, picture.size, taken, stroke)
        taken.append(place)
        label.write(draw, place, _colour(sure))
    return picture


def annotate_crop(image: Image, plate: PlateRecord, accepted: bool) -> PillowImage.Image:
    """A plate already cut out, enlarged where it is tiny, with its label on a strip below it."""
    picture = PillowImage.fromarray(image)
    if picture.width < 240:
        scale = 240 / max(picture.width, 1)
        picture = picture.resize((240, max(1, round(picture.height * scale))))
    label = _Label.fitted(caption(plate), picture.width, max(14, round(picture.width / 12)))
    page = PillowImage.new("RGB", (picture.width, picture.height + math.ceil(label.size[1])))
    page.paste(picture)
    label.write(ImageDraw.Draw(page), (0, picture.height, page.width, page.height), _colour(accepted))
    return page


def caption(plate: PlateRecord) -> str:
    """Returns a label such as ``RK884AL 98% SK``, or one that says so where the plate has no text.

    The confidence is rounded down, as 100% would be certainty. The country is named where it is more likely than all
    others in sum.
    """
    country = f" {plate.region}" if (plate.region_confidence or 0) > 0.5 else ""
    return f"{plate.text or '(no text)'} {int(plate.confidence * 100)}%{country}"


class PictureFolder:
    """Saves pictures as ``stem.jpg``, each in the folders that its input has below ``top``.

    Equal names get ``-2``, ``-3``, ... in the order of ``inputs``, which are never overwritten, not even when the
    folder is the one that they came from.
    """

    def __init__(self, folder: Path, inputs: Sequence[str], top: Path) -> None:
        """Creates ``folder``; ``top`` is an absolute path, below which all ``inputs`` lie. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._targets: dict[str, Path] = {}
        taken, last = {Path(path).resolve() for path in inputs}, Counter[Path]()
        for source in inputs:
            stem, target = Path(os.path.abspath(source)).relative_to(top).with_suffix(""), None
            while target is None or target in taken:
                last[stem] += 1
                number = "" if last[stem] == 1 else f"-{last[stem]}"
                target = folder.resolve() / stem.with_name(f"{stem.name}{number}.jpg")
            taken.add(target)
            self._targets[source] = target

    def save(self, source: str, picture: PillowImage.Image) -> Path:
        """Writes the picture made of ``source``, one of the inputs, whole or not at all. Raises OSError."""
        target = self._targets[source]
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target, hidden=True) as unfinished:  # a folder of pictures is searched without hidden files
            picture.save(unfinished, "JPEG", quality=JPEG_QUALITY)
        return target


def _outline(plate: PlateRecord, factor: int) -> list[float]:
    return [float(value) / factor for value in plate.outline.reshape(-1)]


def _around(outline: list[float]) -> Rectangle:
    return min(outline[::2]), min(outline[1::2]), max(outline[::2]), max(outline[1::2])


def _colour(accepted: bool) -> tuple[int, int, int]:
    return ACCEPTED if accepted else REJECTED


@dataclass(frozen=True, slots=True)
class _Label:
    """A line of text in the font that it will be written in."""

    text: str
    font: Font

    @classmethod
    def fitted(cls, text: str, width: int, size: int) -> "_Label":
        """Returns the label in ``size`` pixels, or smaller so that it is at most ``width`` pixels wide."""
        label = cls(*_with_font(text, size))
        span = label.size[0]
        return label if span <= width else cls(*_with_font(text, max(6, int(size * width / span))))

    @property
    def size(self) -> tuple[float, float]:
        """The width and the height, with the padding around the letters."""
        left, top, right, bottom = self.font.getbbox(self.text)
        pad = (bottom - top) * 0.35
        return right - left + 2 * pad, bottom - top + 2 * pad

    def write(self, draw: ImageDraw.ImageDraw, place: Rectangle, colour: tuple[int, int, int]) -> None:
        """Fills ``place`` and writes the text in its middle."""
        draw.rectangle(place, fill=colour)
        left, top, right, bottom = self.font.getbbox(self.text)
        x = (place[0] + place[2] - right - left) / 2
        y = (place[1] + place[3] - bottom - top) / 2
        draw.text((x, y), self.text, INK, self.font)


@functools.lru_cache(maxsize=64)
def _with_font(text: str, size: int) -> tuple[str, Font]:
    """Returns the text and a font that can write it; without a Chinese font on the machine its letters become ``?``."""
    for name in () if text.isascii() else _CJK_FONTS:
        with contextlib.suppress(OSError):  # Pillow's way of saying that no such font is installed
            return text, ImageFont.truetype(name, size)
    return text.encode("ascii", "replace").decode(), ImageFont.load_default(size)


def _place(
    plate: Rectangle, size: tuple[float, float], picture: tuple[int, int], taken: list[Rectangle], gap: float
) -> Rectangle:
    """Returns where a label goes: above its plate, else below, else beside it, but always inside the picture."""
    x1, y1, x2, y2 = plate
    wishes = [(x1, y1 - gap - size[1]), (x1, y2 + gap), (x2 + gap, y1), (x1 - gap - size[0], y1)]
    inside = [_clamp(x, y, size, picture) for x, y in wishes]
    free = [place for place in inside if not any(_overlap(place, other) for other in taken)]
    return free[0] if free else inside[0]


def _clamp(x: float, y: float, size: tuple[float, float], picture: tuple[int, int]) -> Rectangle:
    left = max(0.0, min(x, picture[0] - size[0]))
    top = max(0.0, min(y, picture[1] - size[1]))
    return left, top, left + size[0], top + size[1]


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
