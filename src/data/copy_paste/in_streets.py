"""Distractors in streets: shop signs, printed pages, railings and balconies, windows, price boards, house numbers."""

import cv2
import numpy as np

from src.core.types import Image
from src.data.copy_paste import words
from src.data.copy_paste.boards import board, colours, edge, flat, shaped, write
from src.data.synthesis.drawing.draw import Flat, blend
from src.data.synthesis.drawing.lettering import BRAZILIAN_TOWNS, MONTHS, PLACES, SLOGANS, STATES
from src.data.synthesis.layout.plate import BLACK, BLUE, GREEN, RED, WHITE, YELLOW, Colour, colour, pick, shade
from src.data.synthesis.typefaces.fonts import Faces, note_mask

PAGE = 3
"""A page is drawn this many times as high as other distractors, because it has many more lines."""
_PRINT = (
    "the", "of the", "and", "report", "in", "delivery", "is not", "for", "with", "price", "which", "number",
    "to be", "invoice", "on", "Vertrag", "und", "die", "nicht", "que", "para", "los", "при", "и", "не", "договор",
    "который", "的", "说明", "第一", "est", "dans", "PAGE", "Total", "24.10", "1 450", "No. 7", "w tym", "oraz",
    "ile", "bir", "icin",
)  # fmt: skip
_STREETS = (
    "MAIN STREET", "HIGH ST", "RUE DE LA PAIX", "Bahnhofstrasse", "VIA ROMA", "AV. PAULISTA", "Calle Mayor",
    "ул. Ленина", "пр. Мира", "вул. Шевченка", "ul. Polna", "Hlavní", "Atatürk Cad.", "5th AVE", "ONE WAY",
    "NO ENTRY", "EXIT 24", "中山路", "人民路", "شارع الملك", "רחוב הרצל", "Οδός Ερμού",
)  # fmt: skip
_ROUTES = (
    "A7",
    "E45",
    "M4",
    "I-95",
    "US 66",
    "B12",
    "D1",
    "BR-116",
    "N2",
    "A 100",
    "M-10",
    "S8",
    "12",
    "7A",
    "105",
    "33",
    "1",
    "24 A",
)


def shop_sign(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws the name of a shop in any script, sometimes over a telephone number or an address, lit unevenly."""
    ground, ink = colours(rng)
    image = board(height, float(rng.uniform(1.8, 7.0)), ground)
    split = height if rng.random() < 0.5 else round(height * float(rng.uniform(0.6, 0.75)))
    write(image[:split], [words.shop(rng)], ink, faces, rng)
    if split < height:
        write(image[split:], [words.trade(rng)], ink, faces, rng)
    edge(image, ink, rng)
    down = np.linspace(1, float(rng.uniform(0.7, 1.1)), height, dtype=np.float32)[:, None, None]
    return flat((image * down).clip(0, 255), rng)


def page(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a printed page or a notice: a headline and many lines of words, in one or two columns."""
    tall = height * PAGE
    paper, ink = (pick(rng, (WHITE, WHITE, (228, 222, 205), (245, 240, 160))), pick(rng, (BLACK, BLACK, (40, 40, 70))))
    image = board(tall, pick(rng, (0.71, 0.71, 1.0, 1.41)), paper)
    width, margin = image.shape[1], round(tall * float(rng.uniform(0.04, 0.09)))
    top = margin
    if rng.random() < 0.7:
        head = round(tall * float(rng.uniform(0.05, 0.12)))
        write(image[top : top + head, margin:-margin], [pick(rng, (words.shop, words.trade))(rng)], ink, faces, rng)
        top += round(head * 1.3)
    columns, step = (2 if rng.random() < 0.4 else 1), tall * float(rng.uniform(0.025, 0.06))
    room = (width - 2 * margin) // columns
    for column in range(columns):
        left = margin + column * room
        _print(image[top : tall - margin, left : left + round(room * 0.94)], step, ink, faces, rng)
    return flat(image, rng)


def _print(image: Image, step: float, ink: Colour, faces: Faces, rng: np.random.Generator) -> None:
    """Prints lines of words ``step`` pixels apart; the last line of a paragraph is shorter."""
    high, wide = image.shape[:2]
    script = rng.integers(len(_PRINT), size=6)  # few words in few faces, as in any text
    masks = [note_mask(face, text) for text in (_PRINT[int(i)] for i in script) if (face := faces.for_note(rng, text))]
    if not masks:
        return
    for top in np.arange(0, high - step, step):
        x, end = 0.0, wide * (float(rng.uniform(0.3, 0.9)) if rng.random() < 0.2 else 1.0)
        while True:
            mask = pick(rng, masks)
            long = mask.shape[1] / mask.shape[0] * step * 0.6
            if x + long > end:
                break
            blend(image, mask, (x, float(top), x + long, float(top) + step * 0.6), ink)
            x += long + step * 0.35


def railing(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws upright bars between two rails; the background shows between them."""
    width = round(height * float(rng.uniform(1.5, 6.0)))
    alpha = np.zeros((height, width), np.uint8)
    ink = pick(rng, (colour(rng, 5, 60), colour(rng, 160, 245), colour(rng, 60, 150)))
    thick = max(1, round(height * float(rng.uniform(0.02, 0.07))))
    step = height * float(rng.uniform(0.1, 0.35))
    for x in np.arange(thick, width, step):
        cv2.line(alpha, (round(float(x)), 0), (round(float(x)), height), 255, thick, cv2.LINE_AA)
    for y in (thick, height - thick, *((round(height * float(rng.uniform(0.2, 0.8))),) if rng.random() < 0.4 else ())):
        cv2.line(alpha, (0, y), (width, y), 255, round(thick * 1.6), cv2.LINE_AA)
    if rng.random() < 0.25:  # draws rings or crosses between the bars
        for x in np.arange(thick + step / 2, width, step):
            cv2.circle(alpha, (round(float(x)), height // 2), max(2, round(step / 2)), 255, thick, cv2.LINE_AA)
    return shaped(np.full((height, width, 3), ink, np.uint8), alpha)


def balcony(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a railing in front of a door and a wall, on a slab."""
    fence = railing(faces, rng, height)
    wide = fence.alpha.shape[1]
    image = np.full((height, wide, 3), colour(rng, 90, 220), np.uint8)
    left, door = round(wide * float(rng.uniform(0, 0.6))), round(wide * float(rng.uniform(0.2, 0.4)))
    image[:, left : left + door] = colour(rng, 15, 80)
    share = fence.alpha[..., None] / np.float32(255)
    image = (image + (fence.image - image.astype(np.float32)) * share).astype(np.uint8)
    slab = max(2, round(height * float(rng.uniform(0.08, 0.2))))
    image[-slab:] = colour(rng, 120, 235)
    return shaped(image, np.full(image.shape[:2], 255))


def windows(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws rows of panes: of a house, a bus, a shutter, bricks or a ventilator."""
    wall = colour(rng, 40, 235)
    image = board(height, float(rng.uniform(0.8, 6.0)), wall)
    width = image.shape[1]
    rows = 1 + int(rng.random() * 5)
    tall, wide = height / rows, height / rows * float(rng.uniform(0.5, 3.0))
    inset = float(rng.uniform(0.06, 0.25)) * tall
    pane = pick(rng, (colour(rng, 10, 90), shade(wall, float(rng.uniform(0.5, 0.8))), colour(rng, 150, 250)))
    for row in range(rows):
        for x in np.arange(0, width, wide):
            other = shade(pane, float(rng.uniform(0.75, 1.25)))
            low, high = (round(float(x) + inset), round(row * tall + inset)), (round(float(x) + wide - inset), 0)
            cv2.rectangle(image, low, (high[0], round((row + 1) * tall - inset)), other, -1)
    return flat(image, rng)


def prices(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a board of prices: names at the left, digits at the right, line by line."""
    ground, ink = colours(rng)
    rows = 2 + int(rng.random() * 3)
    image = board(height, float(rng.uniform(0.7, 2.2)), ground)
    split = round(image.shape[1] * float(rng.uniform(0.35, 0.55)))
    names = [
        pick(rng, ("95", "98", "DIESEL", "92", "LPG", "E10", "SUPER", "ДТ", "АИ-95", "Regular", "Etanol"))
        for _ in range(rows)
    ]
    write(image[:, :split], names, ink, faces, rng)
    patterns = ("d.dd", "dd.dd", "d,ddd", "ddd.d", "dd-dd", "Rdd,dd")
    write(image[:, split:], [words.filled(pick(rng, patterns), rng) for _ in range(rows)], ink, faces, rng)
    edge(image, ink, rng)
    return flat(image, rng)


def street_sign(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws the name of a street or a town, or the number of a road or, never in the colours of plates, of a house."""
    short = rng.random() < 0.45
    grounds = (BLUE, BLUE, GREEN, RED) if short else (BLUE, BLUE, GREEN, RED, WHITE, YELLOW)
    ground = pick(rng, grounds)
    ink = BLACK if ground in (WHITE, YELLOW) else WHITE
    text = pick(rng, _ROUTES) if short else pick(rng, (*_STREETS, *_STREETS, *PLACES, *BRAZILIAN_TOWNS))
    image = board(height, float(rng.uniform(1.0, 2.4) if short else rng.uniform(2.5, 6.5)), ground)
    write(image, [text], ink, faces, rng)
    if rng.random() < 0.6:
        inset = max(1, height // 16)
        corner = (image.shape[1] - 1 - inset, height - 1 - inset)
        cv2.rectangle(image, (inset, inset), corner, ink, max(1, height // 24))
    return flat(image, rng)


def poster(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a poster: a coloured picture of shapes with a headline and small print."""
    image = board(height, float(rng.uniform(0.7, 3.0)), colour(rng, 20, 240))
    width = image.shape[1]
    for _ in range(2 + int(rng.random() * 4)):
        middle = (int(rng.random() * width), int(rng.random() * height))
        axes = tuple(int(v) for v in rng.uniform(0.1, 0.5, 2) * height)
        cv2.ellipse(image, middle, axes, float(rng.uniform(0, 180)), 0, 360, colour(rng, 10, 250), -1, cv2.LINE_AA)
    ink = pick(rng, (WHITE, BLACK, YELLOW, RED))
    half = height // 2
    write(image[:half], [words.shop(rng)], ink, faces, rng)
    write(image[half:], [pick(rng, (*SLOGANS, *STATES, *MONTHS)), words.trade(rng)], ink, faces, rng)
    return flat(image, rng)


IN_STREETS = (
    shop_sign, shop_sign, shop_sign, page, page, railing, railing, balcony, windows, windows, prices, street_sign,
    street_sign, poster,
)  # fmt: skip
