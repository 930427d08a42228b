"""Makes plates as data from a format of the registry: a text that it allows, in its place, with colours and signs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby

import numpy as np

from src.core.alphabet import normalise
from src.core.formats.pattern import Choice, Codes, SignToken, Slot, Token, Without, field_count, fields
from src.core.formats.registry import Look, PlateFormat, PlateType, Rect
from src.data.synthesis.drawing.furniture import band_of, fraction, sign_of
from src.data.synthesis.layout.plate import Field, Gap, Item, Mark, Plate, Run, character, pick

GAP_WIDTHS = {"gap": 0.3, "narrow gap": 0.12}
MARK_WIDTHS = {"dash": 0.3, "dot": 0.2, "seals": 0.42, "crest": 0.5, "seal": 0.4, "emblem": 0.7}
"""The widths of marks in heights of the line."""
IN_WORDS = "EEEEEETTTTAAAAOOOOIIINNNSSSHHHRRRDDLLCCUUMWFGYPBVKJXQZ"
"""The 26 letters about as often as English words use them."""
SHORTER = 1 / 3
"""An optional last character is left out this often: numbers are given out in order, so that most are long."""
STROKES = {
    "gost-50577": (0.13, 0.165),
    "fe-schrift": (0.12, 0.155),
    "fe-mercosur": (0.12, 0.155),
    "charles-wright": (0.15, 0.19),
    "mandatory-br": (0.13, 0.19),
    "heavy": (0.16, 0.22),
    "indonesian": (0.11, 0.17),
    "uzbek": (0.12, 0.17),
    "ukrainian": (0.11, 0.16),
    "turkish": (0.12, 0.18),
}
"""The width of a stroke relative to the height of a character, for typefaces that fix it."""


class PlateMaker:
    """Makes plates of one format, as new; what all plates share is computed once."""

    def __init__(self, form: PlateFormat) -> None:
        self.form = form
        kind = form.type
        self._groups = [(row, group) for row, line in enumerate(form.lines) for group in fields(line)]
        self._rects = [fraction(rect, kind.size) for rect in kind.fields or _default_fields(kind)]
        self._signs = [(sign, fraction(sign.at, kind.size)) for sign in kind.signs]
        self._band = band_of(kind.band, kind.size) if kind.band else ((), ())
        self._looks = np.cumsum([look.weight for look in kind.looks]).tolist()
        self._sizes = _sizes(kind)

    @cached_property
    def foreign(self) -> frozenset[tuple[str, str]]:
        """Returns the scripts beside Latin that these plates need, each with a word that is drawn."""
        return frozenset((self._script, self._drawn(c)) for c in self.form.characters if self._is_foreign(c))

    @property
    def text_characters(self) -> str:
        """Returns all characters that texts of these plates have, sorted."""
        return "".join(sorted(set(normalise("".join(self.form.characters)))))

    def __call__(self, rng: np.random.Generator) -> Plate:
        """Makes a plate with a random text, a random look, and signs by their shares."""
        kind, look = self.form.type, self._look(rng)
        pairs = zip(self._rects, self._groups, strict=True)
        filled = tuple(Field(rect, self._items(group, rng), row) for rect, (row, group) in pairs)
        shapes, notes = self._band if kind.band and rng.random() < kind.band.share else ((), ())
        for sign, rect in self._signs:
            if rng.random() < sign.share:
                more_shapes, more_notes = sign_of(sign, rect, look.ink, rng)
                shapes, notes = shapes + more_shapes, notes + more_notes
        return Plate(
            region=self.form.country,
            aspect=kind.size[0] / kind.size[1],
            fields=filled,
            ground=look.ground,
            ink=look.ink,
            edge=look.edge,
            shapes=shapes,
            notes=notes,
            kind=kind.typeface,
            lines=len(self.form.lines),
            stroke=STROKES.get(kind.typeface, (0.10, 0.17)),
            type=kind.name,
            width=kind.size[0],
            order=tuple(number - 1 for number in kind.order),
        )

    def _look(self, rng: np.random.Generator) -> Look:
        x = rng.random() * self._looks[-1]
        return self.form.type.looks[next(i for i, total in enumerate(self._looks) if x < total)]

    def _items(self, tokens: Sequence[Token], rng: np.random.Generator) -> tuple[Item, ...]:
        items: list[Item] = []
        text = ""
        for token in _chosen(tokens, rng):
            if not isinstance(token, SignToken):
                if self.form.type.is_chosen and isinstance(token, Slot):
                    token = _like_words(token)
                text += _drawn_text(token, rng)
                continue
            items += self._runs(text)
            text = ""
            width = GAP_WIDTHS.get(token.kind)
            items.append(Mark(token.kind, MARK_WIDTHS[token.kind]) if width is None else Gap(width))
        return (*items, *self._runs(text))

    def _runs(self, text: str) -> list[Item]:
        """Returns a run for each stretch of characters that are set alike, and for each foreign character."""
        alike = groupby(enumerate(text), lambda e: (e[1].isdigit(), e[0] if self._stands_alone(e[1]) else -1))
        return [self._run("".join(c for _, c in same)) for _, same in alike]

    def _run(self, text: str) -> Run:
        high, width, digit_width = self._sizes
        high = 1.0 if text[0].isdigit() else high
        paint = self.form.type.paints.get(text[0])
        if not self._is_foreign(text[0]):
            plain = normalise(text)
            return Run(plain, high, width, digit_width, ink=None if plain == text else text, paint=paint)
        return Run(text, high, width, digit_width, ink=self._drawn(text), script=self._script, paint=paint)

    def _drawn(self, char: str) -> str:
        return self.form.type.drawn.get(char, char)

    def _stands_alone(self, char: str) -> bool:
        return self._is_foreign(char) or char in self.form.type.paints

    def _is_foreign(self, char: str) -> bool:
        return char in self.form.type.drawn or ord(char) > 0x2E80

    @property
    def _script(self) -> str:
        return self.form.type.script or "chinese"


def _chosen(tokens: Sequence[Token], rng: np.random.Generator) -> Iterator[Slot | Codes | Without | SignToken]:
    """Replaces each choice in ``tokens`` by one of its sequences, at random."""
    for token in tokens:
        if isinstance(token, Choice):
            yield from _chosen(pick(rng, token.options), rng)
        else:
            yield token


def _like_words(slot: Slot) -> Slot:
    """Returns ``slot`` with its letters repeated as often as words use them."""
    letters = "".join(letter for letter in IN_WORDS if letter in slot.characters)
    return replace(slot, characters=letters + "".join(c for c in slot.characters if c not in IN_WORDS))


def _drawn_text(token: Slot | Codes | Without, rng: np.random.Generator) -> str:
    if isinstance(token, Without):
        while True:
            text = "".join(_drawn_text(t, rng) for t in _chosen(token.tokens, rng) if not isinstance(t, SignToken))
            if normalise(text) not in token.exceptions:
                return text
    if isinstance(token, Codes):
        return pick(rng, token.common if token.common and rng.random() < 0.5 else token.codes)
    count = token.most
    while count > token.least and rng.random() < SHORTER:
        count -= 1
    return "".join([character(rng, token.characters) for _ in range(count)])


def _sizes(kind: PlateType) -> tuple[float, float, float]:
    """Returns a letter's height relative to the line's, and widths of letters and digits relative to their heights."""
    if (sizes := kind.characters) is None:
        return 1.0, 0.62, 0.58
    letter_height = sizes.letter_height or sizes.height
    return letter_height / sizes.height, sizes.width / letter_height, sizes.digit_width / sizes.height


def _default_fields(kind: PlateType) -> list[Rect]:
    """Returns a field for each line, beside the band and centred; several fields in a line share it evenly."""
    width, height = kind.size
    side, strip = (kind.band.side, kind.band.width) if kind.band else ("", 0.0)
    left, right = strip * (side == "left"), width - strip * (side == "right")
    top, bottom = strip * (side == "top"), height - strip * (side == "bottom")
    each = (bottom - top) / len(kind.lines)
    tall = min(kind.characters.height if kind.characters else 0.7 * each, 0.86 * each)
    rects = []
    for number, line in enumerate(kind.lines):
        middle = top + each * (number + 0.5)
        parts = field_count(line)
        step = (right - left) / parts
        rects += [
            (left + step * i + 0.03 * width, middle - tall / 2, left + step * (i + 1) - 0.03 * width, middle + tall / 2)
            for i in range(parts)
        ]
    return rects
