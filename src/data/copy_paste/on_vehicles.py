"""Distractors on vehicles: plates without a number, stickers, badges, radiator grilles, lettering of vans."""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Image
from src.data.copy_paste import words
from src.data.copy_paste.boards import board, colours, edge, flat, shaped, write
from src.data.synthesis.drawing.draw import Flat, draw_plate
from src.data.synthesis.drawing.holder import hold
from src.data.synthesis.drawing.lettering import BAND_TEXTS, BRAZILIAN_TOWNS, DEALERS, MONTHS, PLACES, SLOGANS, STATES
from src.data.synthesis.layout.plate import (
    BLACK,
    BLUE,
    GREEN,
    RED,
    WHITE,
    YELLOW,
    Colour,
    Note,
    Plate,
    Shape,
    colour,
    pick,
)
from src.data.synthesis.typefaces.fonts import Faces, sign_mask

_GROUNDS: tuple[tuple[Colour, ...], ...] = (
    (WHITE,), (WHITE,), (YELLOW,), (BLACK,), (BLUE,), ((150, 190, 225), WHITE), (WHITE, (240, 190, 120)),
    ((235, 236, 238), (170, 200, 230)), ((190, 192, 196),), (GREEN,), (RED,),
)  # fmt: skip
_STICKERS: tuple[Colour, ...] = (RED, BLUE, GREEN, YELLOW, (230, 120, 30), (120, 70, 140), WHITE, BLACK)
_METAL = np.array([[250], [235], [190], [110], [70], [150], [215], [160]], np.float32)
"""The grey values of chrome from top to bottom: sky, horizon, ground."""
_BADGES = (
    "TDI", "GTI", "V6", "V8", "4WD", "AWD", "XDRIVE", "QUATTRO", "TURBO", "HYBRID", "2.0", "1.6i", "320d", "C 200",
    "CRDi", "SPORT", "LIMITED", "GT", "RS", "S-LINE", "AMG", "COROLLA", "CIVIC", "LOGAN", "PRIORA", "NEXIA",
    "SWIFT", "FOCUS", "GOL", "ELANTRA", "OCTAVIA", "PASSAT", "DUSTER", "VESTA", "NIVA", "ACTROS", "KAMAZ", "BAJAJ",
    "HERO", "HONDA", "YAMAHA",
)  # fmt: skip


def empty_plate(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a plate without a number: a state's name, a band or nothing; sometimes with bolts, a border, a holder."""
    aspect = pick(rng, (4.6, 4.6, 2.0, 2.0, 1.4))
    ground = pick(rng, _GROUNDS)
    ink = pick(rng, (BLACK, BLUE, RED, GREEN)) if sum(ground[0]) > 330 else WHITE
    shapes, notes = _furniture(aspect, ink, rng)
    border = pick(rng, (None, None, ink, (150, 150, 150)))
    blank = draw_plate(Plate("", aspect, (), ground, ink, border, shapes, notes), faces, rng, height)
    return hold(blank, faces, rng) if rng.random() < 0.4 else blank


def _furniture(aspect: float, ink: Colour, rng: np.random.Generator) -> tuple[tuple[Shape, ...], tuple[Note, ...]]:
    """Draws everything that stands beside the number."""
    if aspect > 4 and rng.random() < 0.5:
        strip = Shape("rect", (0.0, 0.0, 0.08, 1.0), pick(rng, (BLUE, BLUE, RED)))
        return (strip,), (Note((0.012, 0.6, 0.068, 0.92), pick(rng, BAND_TEXTS), WHITE),)
    shapes: tuple[Shape, ...] = ()
    if rng.random() < 0.5:
        bolts = tuple((x, y) for x in (0.18, 0.82) for y in ((0.09, 0.91) if aspect < 4 else (0.5,)))
        shapes = tuple(Shape("ellipse", (x - 0.02, y - 0.04, x + 0.02, y + 0.04), (90, 90, 92)) for x, y in bolts)
    names = (*STATES, *BRAZILIAN_TOWNS, *PLACES)
    notes: tuple[Note, ...] = ()
    if rng.random() < 0.75:
        notes += (Note((0.2, 0.05, 0.8, float(rng.uniform(0.2, 0.3))), pick(rng, names), ink),)
    if rng.random() < 0.5:
        notes += (Note((0.22, 0.83, 0.78, 0.95), pick(rng, (*SLOGANS, *DEALERS)), ink),)
    return shapes, notes


def named_plate(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws what hangs in place of a plate: at a dealer's, on show, after a wedding, on a wall.

    The ground, the border, the holder and the bolts are those of a plate. The large text is the name of a firm, a state
    or a place, or a web address, sometimes over a telephone number; none of it is the number of a vehicle.
    """
    aspect = pick(rng, (4.6, 4.6, 4.6, 2.0, 2.0, 1.5)) * float(rng.uniform(0.9, 1.12))
    ground = pick(rng, _GROUNDS)[0]
    ink = pick(rng, (BLACK, BLACK, BLUE, RED, GREEN)) if sum(ground) > 330 else pick(rng, (WHITE, WHITE, YELLOW))
    image = board(height, aspect, ground)
    width, start = image.shape[1], 0
    if rng.random() < 0.25:
        start = round(0.45 * height)
        image[:, :start] = pick(rng, (BLUE, BLUE, RED))
    share, up = float(rng.uniform(0.35, 0.9)), float(rng.uniform(0.1, 0.9))
    top = round((1 - share) * up * height)
    names = (*DEALERS, *DEALERS, *STATES, *PLACES, *SLOGANS, *words.SHOPS, *words.TRADES, *words.CARDS, *words.CARDS)
    lines = [pick(rng, names) if rng.random() < 0.8 else words.web(rng)]
    if rng.random() < (0.2 if aspect > 3 else 0.5):
        lines.append(words.trade(rng))
    write(image[top : top + round(share * height), start:], lines, ink, faces, rng)
    edge(image, ink, rng)
    if rng.random() < 0.35:
        at = round(height * pick(rng, (0.08, 0.5)))
        for x in (0.12, 0.88):
            cv2.circle(image, (round(width * x), at), max(1, height // 24), (110, 110, 112), -1)
    if rng.random() < 0.25:
        mark = sticker(faces, rng, round(height * float(rng.uniform(0.2, 0.4))))
        _lay(image, mark, pick(rng, (height // 12, width - mark.alpha.shape[1] - height // 12)), height // 12)
    named = flat(image, rng)
    return hold(named, faces, rng) if rng.random() < 0.4 else named


def strip(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a strip above or below a plate: a state's name, a slogan, or the dealer's name on a frame."""
    ground, ink = ((15, 15, 16), WHITE) if rng.random() < 0.5 else colours(rng)
    text = pick(rng, (*STATES, *SLOGANS, *DEALERS, *DEALERS)) if rng.random() < 0.7 else words.web(rng)
    image = board(height, float(rng.uniform(5, 12)), ground)
    write(image, [text], ink, faces, rng)
    return flat(image, rng)


def sticker(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws an expiry or inspection sticker: a month, a year or a short number on a bright square or a disc."""
    ground = pick(rng, _STICKERS)
    ink = pick(rng, (BLACK, BLUE, RED)) if sum(ground) > 400 else WHITE
    image = board(height, float(rng.uniform(0.75, 1.7)), ground)
    year = f"{int(rng.integers(5, 30)):02d}"
    lines = pick(rng, ([pick(rng, MONTHS)], [year], [pick(rng, MONTHS), year], [year, words.filled("LdddddL", rng)]))
    write(image, lines, ink, faces, rng)
    if rng.random() < 0.3:
        alpha = np.zeros(image.shape[:2], np.uint8)
        middle = (image.shape[1] // 2, height // 2)
        cv2.ellipse(alpha, middle, (middle[0] - 1, middle[1] - 1), 0, 0, 360, 255, -1, cv2.LINE_AA)
        return shaped(image, alpha)
    edge(image, ink, rng)
    return flat(image, rng)


def permit(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a permit behind a windscreen or a code to scan: a grid of black and white with words beside it."""
    image = board(height, float(rng.uniform(1.0, 2.4)), WHITE)
    cells = int(rng.integers(12, 26))
    bars = rng.random() < 0.4
    grid = (rng.random((1 if bars else cells, cells * (2 if bars else 1))) < 0.5).astype(np.uint8) * 225 + 15
    side = round(height * 0.84)
    code = cv2.resize(grid, (side, side), interpolation=cv2.INTER_NEAREST)
    top = (height - side) // 2
    image[top : top + side, top : top + side] = np.asarray(code)[:, : image.shape[1] - top][..., None]
    rest = image[top : top + side, min(image.shape[1], side + 2 * top) :]
    if rest.shape[1] > height // 4:
        write(rest, [words.trade(rng) for _ in range(3)], BLACK, faces, rng)
    return flat(image, rng)


def badge(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws the chrome letters of a model, or a maker's ring or shield, on the body."""
    if rng.random() < 0.6:
        text = pick(rng, _BADGES)
        face = faces.for_words(rng, text)
        mask = sign_mask(face, text) if face else np.full((24, 60), 255, np.uint8)
        width = max(2, round(height * mask.shape[1] / mask.shape[0] * float(rng.uniform(0.9, 1.8))))
        alpha = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return shaped(_chrome(height, width, rng), alpha)
    width = round(height * float(rng.uniform(0.9, 2.0)))
    alpha = np.zeros((height, width), np.uint8)
    middle, axes = (width // 2, height // 2), (width // 2 - 2, height // 2 - 2)
    rim = max(2, round(height * float(rng.uniform(0.06, 0.14))))
    inner = (max(1, axes[0] - rim), max(1, axes[1] - rim))
    image = _chrome(height, width, rng)
    cv2.ellipse(alpha, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    if rng.random() < 0.6:
        cv2.ellipse(image, middle, inner, 0, 0, 360, colour(rng, 0, 160), -1, cv2.LINE_AA)
    else:
        cv2.ellipse(alpha, middle, inner, 0, 0, 360, 0, -1, cv2.LINE_AA)
    for _ in range(1 + int(rng.random() * 3)):
        a, b = (rng.uniform(0.2, 0.8, 2) * (width, height) for _ in range(2))
        for picture, ink in ((image, (215, 218, 222)), (alpha, (255,))):
            cv2.line(picture, tuple(a.astype(int)), tuple(b.astype(int)), ink, rim, cv2.LINE_AA)
    return shaped(image, alpha)


def _chrome(height: int, width: int, rng: np.random.Generator) -> Image:
    column = cv2.resize(np.roll(_METAL, int(rng.integers(3)), 0), (1, height), interpolation=cv2.INTER_LINEAR)
    gain = float(rng.uniform(0.6, 1.05))
    return np.repeat(np.repeat((column * gain).reshape(-1, 1, 1), width, 1), 3, 2).clip(0, 255).astype(np.uint8)


def radiator(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws a radiator's grille: slats, bars or honeycomb of dark plastic or chrome, with a badge in the middle."""
    image = board(height, float(rng.uniform(1.5, 6.5)), colour(rng, 4, 30))
    width = image.shape[1]
    bar = pick(rng, (colour(rng, 25, 70), (200, 203, 208), (150, 152, 156)))
    step = height * float(rng.uniform(0.1, 0.3))
    thick = max(1, round(step * float(rng.uniform(0.12, 0.5))))
    if rng.random() < 0.3:
        for row, y in enumerate(np.arange(0, height + step, step * 0.87)):
            for x in np.arange(step / 2 * (row % 2), width + step, step):
                cv2.circle(
                    image, (round(float(x)), round(float(y))), round(step / 2), bar, max(1, thick // 2), cv2.LINE_AA
                )
    else:
        upright = rng.random() < 0.35
        for at in np.arange(step / 2, width if upright else height, step):
            x = round(float(at))
            start, end = ((x, 0), (x, height)) if upright else ((0, x), (width, x))
            cv2.line(image, start, end, bar, thick, cv2.LINE_AA)
            cv2.line(image, start, end, tuple(min(255, c + 45) for c in bar), max(1, thick // 4), cv2.LINE_AA)
    if rng.random() < 0.5:
        mark = badge(faces, rng, round(height * float(rng.uniform(0.35, 0.7))))
        _lay(image, mark, (width - mark.alpha.shape[1]) // 2, (height - mark.alpha.shape[0]) // 2)
    rim = max(1, round(height * float(rng.uniform(0.02, 0.08))))
    cv2.rectangle(image, (0, 0), (width - 1, height - 1), pick(rng, ((205, 208, 212), (20, 20, 22), bar)), rim)
    return flat(image, rng)


def _lay(image: Image, thing: Flat, left: int, top: int) -> None:
    """Puts ``thing`` onto ``image`` where it has room for it."""
    high, wide = thing.alpha.shape
    if left < 0 or top < 0:
        return
    ground = image[top : top + high, left : left + wide]
    share = thing.alpha[..., None] / np.float32(255)
    ground[:] = ground + (thing.image - ground.astype(np.float32)) * share


def van(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws two or three lines as on the side of a van: a trade, a telephone number, an address."""
    width = round(height * float(rng.uniform(1.6, 4.0)))
    count = 2 + int(rng.random() * 2)
    ink, second = pick(rng, _STICKERS), pick(rng, _STICKERS)
    image, alpha = np.full((height, width, 3), ink, np.uint8), np.zeros((height, width), np.uint8)
    shares = rng.uniform(0.5, 1.5, count)
    edges = [0, *np.round(np.cumsum(shares / shares.sum()) * height).astype(int).tolist()]
    for row, (top, bottom) in enumerate(pairwise(edges)):
        text = words.trade(rng)
        face = faces.for_words(rng, text)
        if face is None or bottom - top < 4:
            continue
        high = max(2, round((bottom - top) * 0.75))
        mask = sign_mask(face, text)
        wide = min(width, max(2, round(mask.shape[1] / mask.shape[0] * high)))
        left = pick(rng, (0, (width - wide) // 2))
        alpha[top : top + high, left : left + wide] = cv2.resize(mask, (wide, high), interpolation=cv2.INTER_AREA)
        if row:
            image[top:bottom] = second
    return shaped(image, alpha)


def display(faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws the display of a bus or a shop: a line of amber, red, green or white dots on black."""
    text = pick(rng, (words.shop, words.clock, lambda r: f"{int(r.integers(1, 400))} {pick(r, PLACES)}"))(rng)
    face = faces.for_words(rng, text)
    dots = int(rng.integers(9, 16))
    mask: npt.NDArray[np.uint8] = sign_mask(face, text) if face else np.full((24, 60), 255, np.uint8)
    wide = max(dots, round(mask.shape[1] / mask.shape[0] * dots))
    lit = np.pad(np.asarray(cv2.resize(mask, (wide, dots), interpolation=cv2.INTER_AREA)) > 110, ((2, 2), (3, 3)))
    pitch = max(3, round(height / lit.shape[0]))
    shape = (lit.shape[0] * pitch, lit.shape[1] * pitch)
    image = np.full((*shape, 3), (10, 10, 12), np.uint8)
    ink = pick(rng, ((255, 150, 20), (255, 60, 40), (120, 255, 90), (240, 245, 250), (255, 200, 60)))
    dot = np.zeros((pitch, pitch), bool)
    dot[: max(1, pitch - 1), : max(1, pitch - 1)] = True
    image[np.kron(lit, dot)] = ink
    size = (max(4, round(shape[1] * height / shape[0])), height)
    return flat(cv2.resize(image, size, interpolation=cv2.INTER_AREA), rng)


ON_VEHICLES = (
    empty_plate, empty_plate, empty_plate, *[named_plate] * 8, strip, strip,
    sticker, sticker, permit, badge, badge, radiator, van, van,
    display,
)  # fmt: skip
