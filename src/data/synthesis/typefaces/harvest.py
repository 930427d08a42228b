"""Faces of plates traced from photographs: what package and standard do not have, or have otherwise than it is.

A face holds outlines alone, drawn anew from the median of many characters; of the photographs themselves nothing is
in it. What photographs do not show is taken from the face drawn here that resembles the others most.
"""

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
}
"""By face the sources of the manifests whose plates are set in it."""
SETS = ("ocr", "more/ocr", "more/scenes")
"""Folders below the data root that hold them."""
WRITTEN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ENOUGH = 700
"""Plates of which characters are taken, drawn at random where there are more."""
LICENCE = "AGPL-3.0-or-later; outlines drawn from photographed number plates, no photograph is part of them."


class HarvestError(ValueError):
    """Photographs from which no face can be traced; the message says what they lack."""


def harvest(crops: Sequence[RealCrop], attention: Attention, size: tuple[int, int]) -> dict[str, MeanGlyph]:
    """The characters of WRITTEN that the plates ``crops`` show well enough; ``size`` is the reader's (height, width).

    Raises HarvestError where they are fewer than ten.
    """
    chosen = crops
    if len(crops) > ENOUGH:
        order = np.random.default_rng(0).permutation(len(crops))[:ENOUGH]
        chosen = [crops[i] for i in order]
    samples: dict[str, list[GlyphSample]] = {char: [] for char in WRITTEN}
    for crop in chosen:
        for sample in glyph_samples(crop, attention, size):
            if sample.char in samples:
                samples[sample.char].append(sample)
    means = {char: mean for char in WRITTEN if (mean := average(samples[char]))}
    if len(means) < 10:
        raise HarvestError(f"{len(crops)} plates show only {len(means)} characters well enough; ten are needed")
    return means


def write_face(path: Path, means: Mapping[str, MeanGlyph]) -> str:
    """Writes a font of all WRITTEN characters to ``path``, and returns those that are not from ``means``.

    They come from the drawn face whose other characters are most like ``means``, as wide as that face's are beside
    these.
    """
    lacking = [char for char in WRITTEN if char not in means]
    near, ratio = _nearest(means)
    borrowed = {char: _wider(near.mask(char), ratio) for char in lacking}
    write_font(path, path.stem, {**{c: m.ink for c, m in means.items()}, **borrowed}, LICENCE)
    return "".join(lacking)


def stroke_of(means: Mapping[str, MeanGlyph]) -> float:
    """Width of a stem against the height: the middle of those of the upright strokes that are there."""
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
    """The lettering drawn here that is most like ``means``, and how much wider than its characters they are."""
    stroke = stroke_of(means)
    complete = [face for face in sorted(set(OWN.values())) if set(WRITTEN) <= set(load_typeface(face).glyphs)]
    candidates = [lettering(face, stroke) for face in (*ROUNDNESS, *complete)]
    best = max(candidates, key=lambda face: float(np.mean([_alike(face.mask(c), m) for c, m in means.items()])))
    ratios = [m.aspect / (best.mask(c).shape[1] / GLYPH_HEIGHT) for c, m in means.items() if c not in "I1"]
    return best, float(np.median(ratios))


def _alike(mask: Mask, mean: MeanGlyph) -> float:
    """Share of pixels in common, both stretched to one size."""
    ink = mean.ink[MARGIN:-MARGIN, MARGIN:-MARGIN]
    drawn = cv2.resize(mask, ink.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return float(1 - np.abs(drawn - ink).mean())


def _wider(mask: Mask, ratio: float) -> Mask:
    """As a picture of the height of the others, with a margin."""
    width = max(4, round(mask.shape[1] / GLYPH_HEIGHT * HEIGHT * ratio))
    return np.pad(np.asarray(cv2.resize(mask, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8), MARGIN)
