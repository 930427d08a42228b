"""Finds the likeliest texts of a CTC distribution, with their probabilities.

In most columns of a plate the blank is nearly certain. These columns divide the others into chunks, about one per
character, whose texts are independent of each other. A prefix beam search (Graves and Jaitly, "Towards end-to-end
speech recognition with recurrent neural networks", ICML 2014) within each chunk is therefore short, and the best texts
of the plate are the best products of the texts of its chunks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import attrgetter

import numpy as np
import numpy.typing as npt

BLANK = 0
SURE = 1e-3
"""A column counts as blank where all other classes have less than this in sum; that is the most that is lost by it."""
NEGLIGIBLE = 1e-3
"""Characters of a lower probability are left out, and so are texts that are less likely than the best by this
factor.
"""
BEAM = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LikelyText:
    """A text, its probability, and the column in which each of its characters begins."""

    text: str
    probability: float
    columns: tuple[int, ...]


_Column = tuple[int, float, list[tuple[str, float]]]
"""Its number, the probability of the blank, and the possible characters with their probabilities."""
_Prefix = tuple[float, float, tuple[int, ...]]
"""The probability of all alignments that give a text and end in a blank, that of those which end in a character, and
the columns in which the characters begin.
"""
_NEW: _Prefix = 0.0, 0.0, ()


def likeliest(probabilities: Floats, characters: Sequence[str]) -> list[LikelyText]:
    """Returns at most BEAM texts of ``probabilities [T, C]``, best first; ``characters`` are those of the classes 1...

    If their probabilities do not add up to 1, all other texts have the rest.
    """
    active = np.flatnonzero(probabilities[:, BLANK] < 1 - SURE)
    best = [LikelyText("", float(np.delete(probabilities[:, BLANK], active).prod()), ())]
    for chunk in _chunks(_columns(probabilities[active], active.tolist(), characters)):
        best = _products(best, _search(chunk))
    return best


def _columns(probabilities: Floats, numbers: Sequence[int], characters: Sequence[str]) -> list[_Column]:
    columns: list[_Column] = [(t, float(row[BLANK]), []) for t, row in zip(numbers, probabilities, strict=True)]
    likely = probabilities[:, 1:] >= NEGLIGIBLE
    for i, c, p in zip(*(a.tolist() for a in np.nonzero(likely)), probabilities[:, 1:][likely].tolist(), strict=True):
        columns[i][2].append((characters[c], p))
    return columns


def _chunks(columns: Sequence[_Column]) -> list[list[_Column]]:
    """Returns the runs of neighbouring columns."""
    chunks: list[list[_Column]] = []
    for column in columns:
        if chunks and chunks[-1][-1][0] == column[0] - 1:
            chunks[-1].append(column)
        else:
            chunks.append([column])
    return chunks


def _search(chunk: Sequence[_Column]) -> list[LikelyText]:
    prefixes: dict[str, _Prefix] = {"": (1.0, 0.0, ())}
    for t, blank, possible in chunk:
        grown: dict[str, _Prefix] = {}
        for text, (ends_blank, ends_other, columns) in prefixes.items():
            total = ends_blank + ends_other
            last = text[-1:]
            b, o, _ = grown.get(text, _NEW)
            b += total * blank
            for char, p in possible:
                if char == last:
                    o += ends_other * p
                    added = ends_blank * p
                else:
                    added = total * p
                longer = text + char
                known = grown.get(longer)
                grown[longer] = (known[0], known[1] + added, known[2]) if known else (0.0, added, (*columns, t))
            grown[text] = (b, o, columns)
        floor = NEGLIGIBLE * max(b + o for b, o, _ in grown.values())
        prefixes = {text: p for text, p in grown.items() if p[0] + p[1] > floor}
        if len(prefixes) > BEAM:
            prefixes = dict(nlargest(BEAM, prefixes.items(), key=lambda item: item[1][0] + item[1][1]))
    found = [LikelyText(text, b + o, columns) for text, (b, o, columns) in prefixes.items()]
    return sorted(found, key=_probability, reverse=True)


def _products(first: Sequence[LikelyText], second: Sequence[LikelyText]) -> list[LikelyText]:
    """Returns the best concatenations of a text of each list; both lists are sorted, best first."""
    floor = NEGLIGIBLE * first[0].probability * second[0].probability
    together: dict[str, LikelyText] = {}
    for a in first:
        for b in second:
            text, p = a.text + b.text, a.probability * b.probability
            if p < floor:
                break
            if known := together.get(text):
                p += known.probability
            together[text] = LikelyText(text, p, a.columns + b.columns)
    return nlargest(BEAM, together.values(), key=_probability)


_probability = attrgetter("probability")
