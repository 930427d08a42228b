"""Makes synthetic crops as the reader sees them, with the text and the box of each character."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.formats.registry import REGISTRY, Country, PlateFormat, load_registry
from src.core.geometry import CROP_SIZE
from src.core.types import Boxes, Image
from src.data.synthesis.capture.effects import GROUPS, HARSHNESS, HELD, IN_CROP, ON_PLATE, kept, spoiled
from src.data.synthesis.capture.pose import STRENGTHS, Shot, lay, random_pose
from src.data.synthesis.drawing.draw import cut_out, paint_plate
from src.data.synthesis.drawing.holder import hold
from src.data.synthesis.layout.generic import generic
from src.data.synthesis.layout.plate import Plate, pick
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.layout.variety import varied
from src.data.synthesis.typefaces.fonts import DRAWN, ELASTIC, Faces

REST = "rest"
"""This key of weights stands for all countries that they do not name."""
TWO_LINES = 2.0
"""A type with two lines is drawn this many times as often as the registry says, within its country.

Otherwise a tenth of all crops would have two lines, and readers fail on these first: motorcycles, lorries, tractors.
"""
CHOSEN_TEXT = 12.0
"""A type whose text the owner chooses is drawn this many times as often as the registry says, within its country.

Such texts are words, and only they show a letter O where all other plates have a zero.
"""
GENERIC = 0.15
"""This share of the plates belongs to no country."""
MIN_CONTRAST = 12.0
"""A degraded crop is unreadable, and not used, if the values among the characters have a lower standard deviation.

One real crop in a hundred has less; of the dimmest source one in twenty has.
"""


class SynthesisError(ValueError):
    """A synthesiser cannot be made as it was asked for; the message names what does not exist."""


@dataclass(frozen=True)
class SyntheticCrop:
    """Holds a crop ``image`` (uint8 [H, W, 3] RGB), its canonical ``text`` row by row, and where each character is.

    ``registration`` is the text as it is registered, which on few types is in another order. ``region`` is ISO 3166
    alpha-2 and ``type`` the registry's name, both "" for plates of no country. ``corners`` is float32 [4, 2], clockwise
    from the plate's top left; they may lie outside the crop. ``chars`` is float32 [len(text), 4]: x1, y1, x2, y2 in
    pixels of ``image``, in the order of the text, cut at the image's edges. ``rows`` is int64 [len(text)]: the line on
    which each character stands, 0 the top (or only) one.
    """

    image: Image
    text: str
    registration: str
    region: str
    type: str
    lines: int
    corners: npt.NDArray[np.float32]
    chars: Boxes
    rows: npt.NDArray[np.int64]


class CropSynthesiser:
    """Makes crops of ``size = (H, W)``. The same generator state gives the same crop, and objects can be pickled."""

    def __init__(
        self,
        fonts: Sequence[Path],
        size: tuple[int, int] = CROP_SIZE,
        weights: Mapping[str, float] | None = None,
        generic: float = GENERIC,
        without: Sequence[str] = (),
        registry: Sequence[Path] = (REGISTRY,),
        pens: Collection[str] = DRAWN,
        elastic: float = ELASTIC,
        arranged: bool = False,
    ) -> None:
        """Draws the formats of the folders ``registry``; ``skipped`` are those whose script no font has.

        ``weights`` are by country code. No other country is drawn except for REST, whose weight all others share by
        their prior (None: REST alone). Within a country the types have the registry's weights, times TWO_LINES for two
        lines and times CHOSEN_TEXT if the owner chooses the text. ``generic`` is the share of plates of no country.
        ``without`` names GROUPS of effects that never happen. ``pens`` are faces of DRAWN that are used beside
        ``fonts``; the share ``elastic`` of the plates has its face bent. ``arranged`` tells whether the registry's
        arrangements of texts are drawn too, as trainings do. Raises SynthesisError for a name that does not
        exist, RegistryError and FontError.
        """
        if unknown := sorted(set(without) - set(GROUPS)):
            raise SynthesisError(f"no effects are called {', '.join(unknown)}; there are {', '.join(GROUPS)}")
        self.faces = Faces(fonts, pens, elastic)
        self.size = size
        self.arranged = arranged
        self.skipped: tuple[str, ...] = ()
        self._makers, self._cumulative = self._share(load_registry(*registry), weights, generic)
        self.without = tuple(without)
        self.on_plate, self._in_crop = kept(ON_PLATE, without), kept(IN_CROP, without)
        self._held = 0.0 if "holder" in without else HELD
        self._strengths = (0.0,) if "pose" in without else STRENGTHS

    def _share(
        self, registry: Mapping[str, Country], weights: Mapping[str, float] | None, share: float
    ) -> tuple[list[PlateMaker | None], npt.NDArray[np.float64]]:
        """Returns the makers of plates (None for plates of no country) and their cumulative shares."""
        makers: list[PlateMaker | None] = [None]
        shares: list[float] = [0.0]
        for code, weight in _by_country(registry, {REST: 1} if weights is None else weights).items():
            drawn = self._drawable(registry[code]) if weight else []
            within = [m.form.type.weight * _oftener(m.form) for m in drawn]
            makers += drawn
            shares += [weight * each / sum(within) for each in within]
        countries = sum(shares)
        if not countries and not share:
            raise SynthesisError("no plates left to draw: every weight is zero or needs a font that is not there")
        parts = np.array(shares) * ((1 - share) / countries if countries else 0.0)
        parts[0] = share
        return makers, np.cumsum(parts / parts.sum())

    def _drawable(self, country: Country) -> list[PlateMaker]:
        """Returns makers of the types whose characters the faces have; the others go to ``skipped``."""
        makers = [PlateMaker(form) for form in (*country.formats, *(country.arranged if self.arranged else ()))]
        drawn = [m for m in makers if all(s == "cyrillic" or self.faces.writes(s, word) for s, word in m.foreign)]
        if len(drawn) < len(makers):
            names = (m.form.type.name for m in makers if m not in drawn)
            self.skipped += tuple(f"{country.code} {name}" for name in names)
        return drawn

    @property
    def countries(self) -> tuple[str, ...]:
        """Returns the codes of the countries whose plates are drawn."""
        return tuple(dict.fromkeys(maker.form.country for maker in self._makers if maker))

    def check(self, alphabet: Alphabet) -> None:
        """Raises SynthesisError naming the first type with a character that ``alphabet`` lacks."""
        for maker in self._makers:
            if maker and (unknown := alphabet.unknown(maker.text_characters)):
                kind = f"{maker.form.country} {maker.form.type.name}"
                raise SynthesisError(f"plates of {kind} have {unknown[0]!r}, which the alphabet lacks")

    def plate(self, rng: np.random.Generator) -> Plate:
        """Draws the next plate, as data."""
        at = int(np.searchsorted(self._cumulative, rng.random(), side="right"))
        maker = self._makers[min(at, len(self._makers) - 1)]
        return generic(rng) if maker is None else varied(maker(rng), rng)

    def __call__(self, rng: np.random.Generator) -> SyntheticCrop:
        """Makes one crop."""
        return self.draw(self.plate(rng), rng)

    def draw(self, plate: Plate, rng: np.random.Generator) -> SyntheticCrop:
        """Makes a crop of this plate; ``rng`` chooses typeface, holder, pose and light."""
        height = round(self.size[0] * 2 * min(1.3, max(0.75, 4.5 / plate.aspect)))
        harshness = pick(rng, HARSHNESS)
        sheet = spoiled(paint_plate(plate, self.faces, rng, height), self.on_plate, harshness, rng)
        flat = cut_out(sheet, rng)
        if rng.random() < self._held:
            flat = hold(flat, self.faces, rng)
        pose = random_pose(rng, flat.plate, self.size, pick(rng, self._strengths))
        shot = self._seen(lay(flat, pose, self.size, rng), harshness, rng)
        chars = shot.chars.clip(0, np.array(self.size[::-1] * 2, np.float32))
        rows = np.array(plate.rows, np.int64)
        return SyntheticCrop(
            shot.image,
            plate.text,
            plate.registration,
            plate.region,
            plate.type,
            plate.lines,
            shot.corners,
            chars,
            rows,
        )

    def _seen(self, clean: Shot, harshness: float, rng: np.random.Generator) -> Shot:
        """Degrades ``clean``; after three unreadable results it is returned as it is."""
        for _ in range(3):
            shot = spoiled(clean, self._in_crop, harshness, rng)
            if contrast(shot.image, shot.chars) > MIN_CONTRAST:
                return shot
        return clean


def _oftener(form: PlateFormat) -> float:
    """Returns how many times as often as its weight says plates of ``form`` are drawn."""
    return (TWO_LINES if len(form.lines) > 1 else 1.0) * (CHOSEN_TEXT if form.type.is_chosen else 1.0)


def _by_country(registry: Mapping[str, Country], weights: Mapping[str, float]) -> dict[str, float]:
    """Adds the countries that REST stands for to ``weights``. Raises SynthesisError for an unknown country."""
    if unknown := sorted(set(weights) - {REST, *registry}):
        raise SynthesisError(f"no country is called {', '.join(unknown)}; there are {', '.join(registry)}")
    others = {code: country.prior for code, country in registry.items() if code not in weights}
    shared, total = weights.get(REST, 0), sum(others.values())
    named = {code: weight for code, weight in weights.items() if code != REST}
    return named | {code: shared * weight / total for code, weight in others.items()}


def contrast(image: Image, chars: Boxes) -> float:
    """Measures how much the values vary where the characters are, without noise."""
    height, width = image.shape[:2]
    x1, y1 = chars[:, :2].min(0).clip(0, (width - 4, height - 4)).astype(int)
    x2, y2 = chars[:, 2:].max(0).clip(0, (width, height)).astype(int)
    text = image[y1 : max(y1 + 4, y2), x1 : max(x1 + 4, x2)]
    calm = cv2.resize(text, (text.shape[1] // 2, text.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return float(cv2.meanStdDev(calm.reshape(-1, 1))[1][0, 0])
