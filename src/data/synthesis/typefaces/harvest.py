"""Traces faces of plates from photographs where packages and standards lack the face or show it differently.

A face holds only outlines, drawn anew from the median of many characters, and nothing of the photographs. Characters
that the photographs do not show are taken from the drawn face that is most similar to the others.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from src.data.loaders.real_crops import RealCrop
from src.data.synthesis.typefaces.averages import MeanGlyph, average
from src.data.synthesis.typefaces.fonts import GLYPH_HEIGHT, Lettering, lettering
from src.data.synthesis.typefaces.outlines import load_typeface
from src.data.synthesis.typefaces.pen import Mask
from src.data.synthesis.typefaces.samples import HEIGHT, MARGIN, Attention, GlyphSample, glyph_samples
from src.data.synthesis.typefaces.strokes import ROUNDNESS
from src.data.synthesis.typefaces.table import OWN
from src.data.synthesis.typefaces.trace import write_font

SOURCES: Mapping[str, tuple[str, ...]] = {
    "plates-uz": ("uzbek_ocr_train", "uzbek_scene"),
    "plates-id": ("indonesia_ocr_train",),
    "plates-ua": ("ua_plates_mix", "ua_platesmania"),
    "plates-tr": ("murat_turkish",),
    "plates-cn": ("ccpd_lprnet_test",),
    "plates-br": ("openalpr_br_camera",),
    "plates-us": ("openalpr_us_ocr",),
    "plates-tn": ("tunisia_ocr",),
}
"""The sources of the manifests whose plates use a face, by face."""
TEXTS: Mapping[str, str] = {"plates-br": "[A-Z]{3}[0-9]{4}"}
"""A regular expression of the texts that are set in a face, where its sources show other plates too."""
WORDS: Mapping[str, str] = {"plates-tn": "T"}
"""The characters of texts that stand for a word on the plate: T stands for the Arabic word Tunis."""
SETS = ("ocr", "more/ocr", "more/scenes")
"""The folders below the data root that hold these sources."""
WRITTEN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ENOUGH = 700
"""Characters are taken from at most so many plates, drawn at random."""
LICENCE = "AGPL-3.0-or-later; outlines drawn from photographed number plates, no photograph is part of them."


class HarvestError(ValueError):
    """No face can be traced from the photographs; the message says what they lack."""


def harvest(
    crops: Sequence[RealCrop], attention: Attention, size: tuple[int, int], words: str = ""
) -> dict[str, MeanGlyph]:
    """Returns the characters of WRITTEN that ``crops`` show well enough; ``size`` is the reader's (height, width).

    The characters ``words`` are left out, as the plates show words instead.

    Raises HarvestError if they are fewer than ten.
    """
    chosen = crops
    if len(crops) > ENOUGH:
        order = np.random.default_rng(0).permutation(len(crops))[:ENOUGH]
        chosen = [crops[i] for i in order]
    samples: dict[str, list[GlyphSample]] = {char: [] for char in WRITTEN if char not in words}
    for crop in chosen:
        for sample in glyph_samples(crop, attention, size):
            if sample.char in samples:
                samples[sample.char].append(sample)
    means = {char: mean for char, seen in samples.items() if (mean := average(seen))}
    if len(means) < 10:
        raise HarvestError(f"{len(crops)} plates show only {len(means)} characters well enough; ten are needed")
    return means


def shows(name: str, text: str) -> bool:
    """Tells whether a plate with ``text`` is set in the face ``name`` if it is of one of its sources."""
    return re.fullmatch(TEXTS.get(name, ".*"), text) is not None


def write_face(path: Path, means: Mapping[str, MeanGlyph]) -> str:
    """Writes a font of all WRITTEN characters to ``path``, and returns those that are not from ``means``.

    These come from the drawn face whose other characters are most similar to ``means``, scaled to the same width.
    """
    lacking = [char for char in WRITTEN if char not in means]
    near, ratio = _nearest(means)
    borrowed = {char: _wider(near.mask(char), ratio) for char in lacking}
    write_font(path, path.stem, {**{c: m.ink for c, m in means.items()}, **borrowed}, LICENCE)
    return "".join(lacking)


def stroke_of(means: Mapping[str, MeanGlyph]) -> float:
    """Returns the width of a stem relative to the height: the median of the existing upright strokes."""
    widths = []
    for char in "LIFTEHPR1":
        if char in means:
            ink = means[char].ink[MARGIN:-MARGIN] > 0.5
            rows = ink[round(0.6 * HEIGHT) : round(0.8 * HEIGHT)]
            runs = [_first_run(row) for row in rows]
            widths.append(float(np.median(runs)) / HEIGHT)
    if not widths:
        raise HarvestError("no character with an upright stroke")
    return float(np.median(widths))


def _first_run(row: npt.NDArray[np.bool_]) -> int:
    inked = np.flatnonzero(row)
    if not inked.size:
        return 0
    gaps = np.flatnonzero(np.diff(inked) > 1)
    return int(gaps[0] + 1 if gaps.size else inked.size)


def _nearest(means: Mapping[str, MeanGlyph]) -> tuple[Lettering, float]:
    """Returns the lettering drawn here that is most similar to ``means``, and how much wider than it they are."""
    stroke = stroke_of(means)
    complete = [face for face in sorted(set(OWN.values())) if set(WRITTEN) <= set(load_typeface(face).glyphs)]
    candidates = [lettering(face, stroke) for face in (*ROUNDNESS, *complete)]
    best = max(candidates, key=lambda face: float(np.mean([_alike(face.mask(c), m) for c, m in means.items()])))
    ratios = [m.aspect / (best.mask(c).shape[1] / GLYPH_HEIGHT) for c, m in means.items() if c not in "I1"]
    return best, float(np.median(ratios))


def _alike(mask: Mask, mean: MeanGlyph) -> float:
    """Returns the share of equal pixels when both are stretched to one size."""
    ink = mean.ink[MARGIN:-MARGIN, MARGIN:-MARGIN]
    drawn = cv2.resize(mask, ink.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return float(1 - np.abs(drawn - ink).mean())


def _wider(mask: Mask, ratio: float) -> Mask:
    """Returns a picture as high as the others, with a margin."""
    width = max(4, round(mask.shape[1] / GLYPH_HEIGHT * HEIGHT * ratio))
    return np.pad(np.asarray(cv2.resize(mask, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8), MARGIN)
