"""Distractors are no plates and look a little like one: blanks, signs, lettering, grilles, empty frames."""

from collections.abc import Callable

import cv2
import numpy as np

from src.data.copy_paste import words
from src.data.copy_paste.boards import board, colours, edge, flat, shaped, write
from src.data.copy_paste.in_streets import IN_STREETS
from src.data.copy_paste.on_vehicles import ON_VEHICLES
from src.data.synthesis.drawing.draw import Flat
from src.data.synthesis.drawing.holder import hold
from src.data.synthesis.drawing.lettering import BRAZILIAN_TOWNS, DEALERS, MONTHS, PLACES, SLOGANS, STATES
from src.data.synthesis.layout.plate import BLACK, BLUE, GREEN, RED, WHITE, YELLOW, colour, pick
from src.data.synthesis.typefaces.fonts import Faces, sign_mask

WORDS = (
    "TAXI", "STOP", "AMBULANCE", "POLICE", "SALE", "PIZZA", "BABY ON BOARD", "FOR SALE", "TDI", "TURBO", "4x4",
    "HYBRID", "DIESEL", "QUATTRO", "GTI", "V6", "EXIT", "PARKING", "NO PARKING", "KEEP CLEAR", "SCHOOL BUS",
    "EXPRESS", "DELIVERY", "CAUTION", "WIDE LOAD", "AUTO", "SPORT", "LIMITED", "CORSA", "GOLF", "POLO", "CLIO",
    "COROLLA", "CIVIC", "TRANSIT", "SPRINTER", "ACTROS", "VOLVO", "HOW AM I DRIVING?", "BUS LANE", "HOTEL", "CAFE",
    "OPEN", "BANK", "MARKET",
)  # fmt: skip
TEXTS = (*WORDS, *WORDS, *DEALERS, *PLACES, *SLOGANS, *STATES, *BRAZILIAN_TOWNS, *MONTHS)

_Maker = Callable[[Faces, np.random.Generator, int], Flat]


def distractor(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a random distractor seen straight on, ``height`` pixels high."""
    return pick(rng, MAKERS)(faces, rng, height)


def _blank(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a rectangle of one colour, sometimes with an edge, bolts, or the coloured end of a plate."""
    ground, ink = colours(rng)
    image = board(height, float(rng.uniform(1.0, 5.5)), ground)
    if rng.random() < 0.3:
        image[:, : round(height * float(rng.uniform(0.2, 0.5)))] = pick(rng, (BLUE, BLUE, RED, GREEN))
    edge(image, ink, rng)
    if rng.random() < 0.3:
        for x in (0.2, 0.8):
            cv2.circle(image, (round(image.shape[1] * x), height // 2), max(1, height // 20), (120, 120, 122), -1)
    return flat(image, rng)


def _sign(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws one to three lines of words on a board."""
    ground, ink = colours(rng)
    lines = 1 + int(rng.random() * 3)
    image = board(height, float(rng.uniform(0.8, 6.0 / lines + 1)), ground)
    write(image, [pick(rng, TEXTS) for _ in range(lines)], ink, faces, rng)
    edge(image, ink, rng)
    return flat(image, rng)


def _advert(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws many small lines: an advertisement, a notice, a parking ticket."""
    ground, ink = colours(rng)
    image = board(height, float(rng.uniform(0.7, 2.5)), ground)
    write(image, [pick(rng, TEXTS) for _ in range(3 + int(rng.random() * 4))], ink, faces, rng)
    return flat(image, rng)


def _phone(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a telephone number on a strip, sometimes under the name of a firm."""
    ground, ink = colours(rng)
    lines = [words.phone(rng)] if rng.random() < 0.6 else [pick(rng, (*DEALERS, *WORDS)), words.phone(rng)]
    image = board(height, float(rng.uniform(4.5, 9.0)) / len(lines), ground)
    write(image, lines, ink, faces, rng)
    return flat(image, rng)


def _lettering(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws separate letters without a board, as they are stuck to the body of a vehicle."""
    text = pick(rng, TEXTS) if rng.random() < 0.7 else words.phone(rng)
    mask = sign_mask(faces.choose(rng, "generic", stray=1.0), text)
    width = max(2, round(height * mask.shape[1] / mask.shape[0] * float(rng.uniform(0.8, 1.4))))
    alpha = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    ink = pick(rng, (WHITE, BLACK, (200, 200, 205), RED, BLUE, YELLOW))
    return shaped(np.full((height, width, 3), ink, np.uint8), alpha)


def _round(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws an oval or round sticker with a word or two digits: a country's letters, a speed limit, a badge."""
    ground, ink = colours(rng)
    image = board(height, float(rng.uniform(0.9, 1.7)), ground)
    width = image.shape[1]
    middle, axes = (width // 2, height // 2), (width // 2 - 1, height // 2 - 1)
    ring = pick(rng, (ink, RED))
    cv2.ellipse(
        image, middle, axes, 0, 0, 360, ring, max(1, round(height * float(rng.uniform(0.03, 0.12)))), cv2.LINE_AA
    )
    text = pick(rng, ("D", "GB", "PL", "F", "NL", "30", "50", "60", "80", "90", "100", "P", "H", "L", "!"))
    write(image[height // 4 : -height // 4 or None, width // 5 : -width // 5 or None], [text], ink, faces, rng)
    alpha = np.zeros((height, width), np.uint8)
    cv2.ellipse(alpha, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    return shaped(image, alpha)


def _grille(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws bars, slats or a mesh over something dark."""
    image = board(height, float(rng.uniform(1.2, 6.0)), colour(rng, 5, 45))
    bar = colour(rng, 40, 210)
    step, thick = height * float(rng.uniform(0.12, 0.4)), max(1, round(height * float(rng.uniform(0.02, 0.1))))
    way = int(rng.random() * 3)
    for at in np.arange(step / 2, sum(image.shape[:2]), step):
        x = round(float(at))
        if way != 1 and x < height:
            cv2.line(image, (0, x), (image.shape[1], x), bar, thick, cv2.LINE_AA)
        if way != 0:
            cv2.line(image, (x, 0), (x - (height if way == 2 else 0), height), bar, thick, cv2.LINE_AA)
    return flat(image, rng)


def _frame(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a holder without its plate: the body shows through it, or its own dark back does."""
    back = np.full((height, round(height * pick(rng, (4.6, 4.6, 2.0, 1.5))), 3), colour(rng, 10, 60), np.uint8)
    held = hold(shaped(back, np.full(back.shape[:2], 255, np.uint8)), faces, rng)
    alpha = held.alpha.copy()
    if rng.random() < 0.5:
        x1, y1, x2, y2 = held.plate.astype(int).tolist()
        rim = max(1, round(height * float(rng.uniform(0.03, 0.08))))
        alpha[y1 + rim : y2 - rim, x1 + rim : x2 - rim] = 0
    return shaped(held.image, alpha)


def _reflector(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a lamp or a reflector: red, amber or white glass with ribs and a bright patch."""
    glass = pick(rng, ((170, 20, 25), (200, 90, 20), (225, 228, 230), (130, 15, 20)))
    image = board(height, float(rng.uniform(0.8, 5.0)), glass)
    rib = tuple(int(c * 0.75) for c in glass)
    for x in range(0, image.shape[1], max(2, round(height * float(rng.uniform(0.06, 0.3))))):
        cv2.line(image, (x, 0), (x, height), rib, 1)
    patch = (round(image.shape[1] * float(rng.uniform(0.2, 0.8))), round(height * float(rng.uniform(0.2, 0.8))))
    bright = tuple(min(255, c + 70) for c in glass)
    cv2.ellipse(image, patch, (max(1, height // 4), max(1, height // 6)), 0, 0, 360, bright, -1, cv2.LINE_AA)
    return flat(cv2.GaussianBlur(image, (0, 0), height * 0.02 + 0.3), rng)


MAKERS: tuple[_Maker, ...] = (
    _blank, _blank, _sign, _sign, _advert, _phone, _phone, _lettering, _round, _grille, _frame, _frame, _reflector,
    *ON_VEHICLES, *IN_STREETS,
)  # fmt: skip
