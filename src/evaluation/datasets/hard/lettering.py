"""What is written where no plate is: overlays of recorders, signs and vans, printed pages, plates without a number.

Photographs of ``val`` are the ground, cut until no labelled and no ignored plate is in view. All letters are those of
the DejaVu typefaces that come with matplotlib, which no training draws.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from src.core.types import Corners, Image
from src.data.annotations.manifest import Box, Record
from src.evaluation.datasets.hard.photographs import Made, SourcePhotograph, outline, plates_of

OVERLAY, SIGN, PAGE, DEALER = "no-plate-overlay", "no-plate-sign", "no-plate-page", "no-plate-dealer"
COUNT = 60
"""Pictures of each kind."""
Choice = TypeVar("Choice")
LEAST = 120
"""Pixels of the shorter side of a ground."""
FACES = ("DejaVu Sans", "DejaVu Sans:bold", "DejaVu Serif:bold", "DejaVu Sans Mono", "DejaVu Sans Mono:bold")
BLACK, WHITE, RED, BLUE, GREEN, YELLOW = (
    *((24, 24, 24), (248, 248, 246), (170, 30, 30)),
    *((30, 60, 140), (20, 110, 60), (244, 204, 60)),
)
INKS = ((BLACK, WHITE), (WHITE, BLUE), (BLACK, YELLOW), (WHITE, RED), (WHITE, GREEN), (RED, WHITE))
"""Colours of letters and of their ground."""
CAMERAS = ("CAM 01", "CAMERA 2 GATE", "FRONT DOOR", "Channel 4", "LOT B EAST", "IPC-312", "ENTRANCE NORTH", "REAR")
BRANDS = ("ROADEYE 4K", "DashPro X2", "AUTOVISOR", "RX-70 GPS", "NIGHTCAM HD", "DRIVE REC")
SHOPS = (
    *("BAKERY", "FLOWERS 24", "CAR WASH", "APTEKA", "MINI MARKET", "HOTEL LUX", "TYRES & OIL", "BUTCHER", "OPTIKA"),
    *("MOBILE CENTRE", "REAL ESTATE", "CAFE ROMA", "SALON EVA", "NO ENTRY", "LOADING BAY 3", "RENT A CAR", "TO LET"),
)
DEALERS = (
    *("AUTO HAUS KLEIN", "MOTOR CITY", "Nordic Cars", "BEST CARS", "Prime Motors", "CALIFORNIA", "TEXAS", "Florida"),
    *("www.bigcars.example", "JUST MARRIED", "NEW CAR", "FOR SALE", "SPORT LINE", "ISTANBUL", "SARDEGNA", ""),
)
WORDS = (
    *(
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "that",
        "for",
        "with",
        "as",
        "was",
        "on",
        "are",
        "by",
        "this",
        "be",
        "from",
    ),
    *("vehicle", "road", "number", "report", "owner", "service", "date", "order", "amount", "total", "page", "section"),
    *(
        "insurance",
        "policy",
        "parking",
        "permit",
        "invoice",
        "received",
        "signed",
        "office",
        "street",
        "annual",
        "article",
    ),
)


def overlays(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """Date, time, camera, speed, place and brand as recorders write them into the picture."""
    return _on_grounds(photographs, OVERLAY, _overlay)


def signs(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """Shop signs and telephone numbers on boards and vans."""
    return _on_grounds(photographs, SIGN, _sign)


def pages(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """Printed pages of words, seen from nearly above."""
    for photograph in photographs[:COUNT]:
        yield _made(photograph, 0, _page(photograph.rng(PAGE)))


def dealer_plates(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """Plates that carry a dealer's name, a state's, a sticker or nothing, in the place of real ones."""
    made = 0
    for photograph, number, plate in plates_of(photographs):
        if made == COUNT:
            return
        if plate.corners is None or plate.box[2] - plate.box[0] < LEAST / 2:
            continue
        made += 1
        rng, corners = photograph.rng(DEALER, number), outline(plate)
        across, down = (float(np.linalg.norm(corners[to] - corners[0])) for to in (1, 3))
        face = _dealer(rng, across / max(down, 1.0))
        grown = corners.mean(0) + (corners - corners.mean(0)) * 1.08  # nothing of the real plate shows
        changed = _pasted(photograph.read(), face, grown.astype(np.float32), rng)
        others = tuple(p.box for n, p in enumerate(photograph.record.plates or ()) if n != number)
        yield _made(photograph, number, changed, (*others, *photograph.record.ignore))


def _on_grounds(
    photographs: Sequence[SourcePhotograph], group: str, draw: Callable[[Image, np.random.Generator], Image]
) -> Iterator[Made]:
    """COUNT photographs, in an order of the group's own."""
    made = 0
    for photograph in sorted(photographs, key=lambda p: p.rng(group, 1).random()):
        ground = _ground(photograph)
        if ground is not None and made < COUNT:
            made += 1
            yield _made(photograph, 0, draw(ground, photograph.rng(group)))


def _made(photograph: SourcePhotograph, number: int, image: Image, ignore: tuple[Box, ...] = ()) -> Made:
    record = Record(
        image=photograph.name(number), split="val", source=photograph.record.source, plates=(), ignore=ignore
    )
    return Made(record, image)


def _ground(photograph: SourcePhotograph) -> Image | None:
    """The largest part beside, above or below all plates; None where it is small."""
    image = photograph.read()
    boxes = [*(plate.box for plate in photograph.record.plates or ()), *photograph.record.ignore]
    if not boxes:
        return image
    x1, y1, x2, y2 = (round(side) for side in (*np.min(boxes, 0)[:2] - 10, *np.max(boxes, 0)[2:] + 10))
    parts = [image[: max(y1, 0)], image[y2:], image[:, : max(x1, 0)], image[:, x2:]]
    largest = max(parts, key=lambda part: part.shape[0] * part.shape[1])
    return largest.copy() if min(largest.shape[:2]) >= LEAST else None


def _overlay(ground: Image, rng: np.random.Generator) -> Image:
    """Lines at the upper or the lower edge, plain, outlined or on a strip."""
    scale = float(rng.uniform(1.3, 2.2))
    image = _scaled(ground, scale, cv2.INTER_CUBIC)
    day = f"{rng.integers(1, 29):02d}", f"{rng.integers(1, 13):02d}", f"{rng.integers(2014, 2027)}"
    clock = f"{rng.integers(24):02d}:{rng.integers(60):02d}:{rng.integers(60):02d}"
    dates = ("-".join(day[::-1]), "/".join(day), ".".join(day), f"{day[1]}/{day[0]}/{day[2]}")
    place = f"N{rng.uniform(35, 60):.4f} E{rng.uniform(5, 70):.4f}"
    parts = [f"{_pick(rng, dates)} {clock}", _pick(rng, CAMERAS), f"{rng.integers(4, 130)} KM/H", place]
    parts += [_pick(rng, BRANDS), f"{_pick(rng, dates)} {clock} {rng.integers(4, 90)}km/h"]
    ink = _pick(rng, ((255, 255, 255), (250, 220, 40), (240, 240, 240), (120, 255, 120), (255, 160, 40)))
    size = int(np.clip(image.shape[0] * rng.uniform(0.045, 0.09), 12, 44))
    face = _pick(rng, FACES)
    style = int(rng.integers(3))
    for edge in rng.permutation(4)[: int(rng.integers(1, 4))]:  # the picture's corners
        text = parts[int(rng.integers(len(parts)))]
        mask = _written(text, face, size)
        mask = mask[:, : image.shape[1] - 8]
        pad = size // 3
        y = pad if edge < 2 else image.shape[0] - mask.shape[0] - pad
        x = pad if edge % 2 == 0 else max(image.shape[1] - mask.shape[1] - pad, 0)
        there = image[y : y + mask.shape[0], x : x + mask.shape[1]]
        alpha = mask[: there.shape[0], : there.shape[1], None] / 255
        if style == 1:
            around = cv2.dilate(mask, np.ones((3, 3), np.uint8))[: there.shape[0], : there.shape[1], None] / 255
            there[:] = there * (1 - around)
        elif style == 2:
            there[:] = there * 0.25
        there[:] = there * (1 - alpha) + np.array(ink) * alpha
    return image


def _sign(ground: Image, rng: np.random.Generator) -> Image:
    """A board with a name, a number to call, or both, hung into the photograph at an angle."""
    ink, paint = _pick(rng, INKS)
    lines = [_pick(rng, SHOPS), _phone(rng)]
    lines = [lines[:1], lines[1:], lines, lines][int(rng.integers(4))]
    face = _pick(rng, FACES)
    board = _board([_written(line, face, 48) for line in lines], ink, paint, int(rng.integers(10, 40)))
    height, width = ground.shape[:2]
    across = width * float(rng.uniform(0.3, 0.7))
    down = min(across * board.shape[0] / board.shape[1], 0.7 * height)
    x, y = rng.uniform(0.05 * width, 0.95 * width - across), rng.uniform(0.1 * height, 0.9 * height - down)
    corners = np.array([[x, y], [x + across, y], [x + across, y + down], [x, y + down]], np.float32)
    corners += rng.uniform(-0.1, 0.1, (4, 2)).astype(np.float32) * down
    return _pasted(ground, board, corners, rng)


def _page(rng: np.random.Generator) -> Image:
    """A sheet of paper that fills the picture, or nearly."""
    size = int(rng.integers(13, 26))
    sheet = np.full((int(rng.integers(360, 900)), 640, 3), 255, np.uint8)
    face = _pick(rng, FACES)
    y = size
    while y < sheet.shape[0] - 2 * size:
        words = " ".join(WORDS[int(rng.integers(len(WORDS)))] for _ in range(14))
        large = rng.random() < 0.15
        text = words.upper()[:26] if large else words
        if rng.random() < 0.12:
            text = f"No. {rng.integers(1000, 99999)}/{rng.integers(10, 99)}  {text}"
        mask = _written(text, face, round(size * 1.5) if large else size)[:, : 600 - int(rng.integers(120))]
        part = sheet[y : y + mask.shape[0], 20 : 20 + mask.shape[1]]
        part[:] = 255 - (mask[: part.shape[0], :, None] * 0.88).astype(np.uint8)
        y += mask.shape[0] + int(size * rng.uniform(0.2, 0.5)) + (size if rng.random() < 0.15 else 0)
    height, width = sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    corners += rng.uniform(-0.06, 0.06, (4, 2)).astype(np.float32) * width
    desk = np.full_like(sheet, rng.integers(60, 160, 3))
    return _pasted(desk, sheet, corners, rng)


def _dealer(rng: np.random.Generator, aspect: float) -> Image:
    """The face of a plate of that aspect without any number."""
    height = 96
    ink, paint = _pick(rng, INKS)
    face = np.full((height, max(height, round(height * aspect)), 3), paint, np.uint8)
    name = _pick(rng, DEALERS)
    if name:
        mask = _written(name, _pick(rng, FACES), 60)
        share = float(rng.uniform(0.35, 0.75))
        scale = min(share * height / mask.shape[0], 0.86 * face.shape[1] / mask.shape[1])
        mask = _scaled(mask, scale)
        y = int((height - mask.shape[0]) * rng.uniform(0.1, 0.9))
        x = (face.shape[1] - mask.shape[1]) // 2
        part = face[y : y + mask.shape[0], x : x + mask.shape[1]]
        part[:] = part * (1 - mask[..., None] / 255) + np.array(ink) * (mask[..., None] / 255)
    if rng.random() < 0.4:  # a sticker that says until when
        mask = _written(f"{rng.integers(1, 13):02d}/{rng.integers(18, 30)}", FACES[1], 16)
        sticker = _board([mask], (255, 255, 255), _pick(rng, ((200, 40, 40), (40, 90, 190), (30, 130, 70))), 4)
        y, x = 6, int(rng.choice([8, max(face.shape[1] - sticker.shape[1] - 8, 8)]))
        part = face[y : y + sticker.shape[0], x : x + sticker.shape[1]]
        part[:] = sticker[: part.shape[0], : part.shape[1]]
    cv2.rectangle(face, (2, 2), (face.shape[1] - 3, height - 3), ink, 2)
    return face


def _phone(rng: np.random.Generator) -> str:
    digits = "".join(map(str, rng.integers(10, size=10)))
    shapes = (
        "0{0} {1} {2}{3}",
        "8 ({0}) {1}-{2}-{3}",
        "+998 {0} {1} {2} {3}",
        "TEL. {0}-{1}{2}{3}",
        "({0}) {1}-{2}{3}",
    )
    return _pick(rng, shapes).format(digits[:3], digits[3:6], digits[6:8], digits[8:])


def _board(lines: Sequence[Image], ink: Sequence[int], paint: Sequence[int], margin: int) -> Image:
    """Written lines one below the other, centred on a board."""
    width = max(mask.shape[1] for mask in lines) + 2 * margin
    rows = []
    for line in lines:
        free = width - line.shape[1]
        rows.append(np.pad(line, ((margin, 0), (free // 2, free - free // 2))))
    alpha = np.pad(np.vstack(rows), ((0, margin), (0, 0)))[..., None] / 255
    return np.asarray(np.array(paint) * (1 - alpha) + np.array(ink) * alpha, np.uint8)


def _scaled(image: Image, scale: float, how: int = cv2.INTER_AREA) -> Image:
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _pasted(image: Image, face: Image, corners: Corners, rng: np.random.Generator) -> Image:
    """``face`` laid into ``corners`` of a photograph, with its light, its sharpness and its grain."""
    height, width = image.shape[:2]
    span = max(float(np.linalg.norm(corners[1] - corners[0])), 8.0)
    while face.shape[1] > 2 * span:  # that fine letters do not alias
        face = _scaled(face, 0.5)
    source = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * face.shape[1::-1]
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), corners.astype(np.float32))
    laid = cv2.warpPerspective(face, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(np.ones(face.shape[:2], np.float32), matrix, (width, height))
    mask = cv2.GaussianBlur(alpha, (0, 0), 0.6)[..., None]
    around = cv2.blur(image, (round(span / 3) + 1,) * 2)
    light = np.clip(around.mean(-1, keepdims=True) / 150, 0.45, 1.1)
    sharpness = float(rng.uniform(0.4, 1.0))
    shown = cv2.GaussianBlur(laid, (0, 0), sharpness) * light + rng.normal(0, 3, (height, width, 1))
    return np.clip(image * (1 - mask) + shown * mask, 0, 255).astype(np.uint8)


def _written(text: str, face: str, size: int) -> Image:
    """The mask of a line of text, 0 to 255, as high as the face's line."""
    font = _font(face, size)
    left, _, right, _ = font.getbbox(text)
    ascent, descent = font.getmetrics()
    page = PillowImage.new("L", (max(1, int(right - left) + 2), ascent + descent))
    ImageDraw.Draw(page).text((1 - left, 0), text, 255, font)
    return np.asarray(page)


@lru_cache
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        findfont(FontProperties(family=face.split(":")[0], weight="bold" if ":" in face else "normal")), size
    )


def _pick(rng: np.random.Generator, choices: Sequence[Choice]) -> Choice:
    return choices[int(rng.integers(len(choices)))]
