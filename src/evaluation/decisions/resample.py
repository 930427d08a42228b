"""What lists make of plates: each plate with each list, as a resident, a stranger, and a stranger with a near plate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from src.core.alphabet import merge_confusable
from src.core.matching import GAIN, SHARE, Guess, believe, guesses
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.decisions.lists import draw_lists, fleet_mates, near_plates
from src.evaluation.decisions.readings import ReadPlate
from src.evaluation.decisions.schema import Calibrated, Denied, Errors, Gain
from src.evaluation.metrics.figures import ratio

SIZES = (10, 100, 1_000, 10_000)
LISTS = 20
"""Lists of each size."""
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99, 0.995, 0.999)
NEAR = 0.1
"""The share of strangers whose number is missing in a fleet on the list: on purpose, far more than come by chance."""
GAINS = (10, 20, 30, 50, 100, 150, 200, 300, 500, 1_000, 3_000)
BINS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
LEAST = 1e-6
"""No probability counts as less where its logarithm is taken."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chances:
    """The probabilities of one plate before several lists, ``[cases]``, and how much each case weighs."""

    listed: Floats  # that it is a listed one which the reader names
    elsewhere: Floats  # that it is another listed one
    equal: Floats  # 1 where the reading itself is on the list
    weight: Floats  # their sum is 1


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate, and what becomes of it."""

    text: str
    resident: Chances
    stranger: Chances
    neighbour: Chances  # the stranger's number is missing in a fleet of the list
    look_alike: Chances  # the list has a plate that differs from the stranger's in one look-alike


def face(plates: Iterable[ReadPlate], lists: Sequence[frozenset[str]], gain: float = GAIN) -> list[Plate]:
    """Returns what each plate is before each list; those that the detector has not found are left out."""
    return [
        _faced(merge_confusable(p.text), guesses(p.candidates), lists, gain) for p in plates if p.candidates is not None
    ]


def _faced(text: str, of: Sequence[Guess], lists: Sequence[frozenset[str]], gain: float) -> Plate:
    mates, near = set(map(merge_confusable, fleet_mates(text))) - {text}, near_plates(text) - {text}
    known = {guess.text for guess in of}
    by_chance = [frozenset((listed & known) - {text}) for listed in lists]

    def chances(added: Sequence[tuple[set[str], float]]) -> Chances:
        cases = [(_case(of, chance | plus, gain), weight) for chance in by_chance for plus, weight in added]
        values = np.array([(*case, weight / len(by_chance)) for case, weight in cases])
        return Chances(*values.T)

    seen = near & known  # all other near plates make no difference
    alike = [({one}, 1 / len(near)) for one in sorted(seen)] + [(set[str](), 1 - len(seen) / max(len(near), 1))]
    return Plate(
        text,
        resident=chances([({text}, 0.5), ({text} | mates, 0.5)]),
        stranger=chances([(set(), 1.0)]),
        neighbour=chances([(mates, 1.0)]),
        look_alike=chances(alike),
    )


def _case(of: Sequence[Guess], listed: frozenset[str], gain: float) -> tuple[float, float, float]:
    belief = believe(of, [guess.text in listed for guess in of], SHARE, gain)
    return sum(belief.of_guesses), belief.elsewhere, float(bool(of) and of[0].text in listed)


Group = Mapping[str, Sequence[Plate]]
"""Plates by their text: those that are drawn together by the bootstrap."""


def _share(plates: Sequence[Plate], of: Callable[[Plate], float]) -> Figure:
    """Returns the mean of what plates have, with its interval: all plates with one text are drawn together."""
    numbers: dict[str, int] = {}
    index = np.array([numbers.setdefault(plate.text, len(numbers)) for plate in plates])
    above = np.bincount(index, [of(plate) for plate in plates]).astype(np.float64)
    figure = ratio(above, np.bincount(index).astype(np.float64))
    assert figure is not None, "there are plates"
    return figure


def _mean(chances: Chances, is_so: npt.NDArray[np.bool_]) -> float:
    return float(chances.weight @ is_so)


def errors(plates: Sequence[Plate], split: str, size: int, allow_from: float | None, unsure_from: float) -> Errors:
    """Returns both errors of ``plates`` before lists of one ``size``; ``allow_from`` None compares texts alone."""

    def let_in(c: Chances) -> npt.NDArray[np.bool_]:
        return c.equal > 0 if allow_from is None else c.listed >= allow_from

    def asked(c: Chances) -> npt.NDArray[np.bool_]:
        return (
            np.zeros(len(c.listed), bool)
            if allow_from is None
            else ~let_in(c) & (c.listed + c.elsewhere >= unsure_from)
        )

    def mixed(of: Callable[[Chances], npt.NDArray[np.bool_]]) -> Callable[[Plate], float]:
        return lambda p: (1 - NEAR) * _mean(p.stranger, of(p.stranger)) + NEAR * _mean(p.neighbour, of(p.neighbour))

    return Errors(
        split=split,
        size=size,
        allow_from=allow_from,
        residents_in=_share(plates, lambda p: _mean(p.resident, let_in(p.resident))),
        residents_asked=_share(plates, lambda p: _mean(p.resident, asked(p.resident))),
        residents_away=_share(plates, lambda p: _mean(p.resident, ~let_in(p.resident) & ~asked(p.resident))),
        strangers_in=_share(plates, mixed(let_in)),
        strangers_asked=_share(plates, mixed(asked)),
        neighbours_in=_share(plates, lambda p: _mean(p.neighbour, let_in(p.neighbour))),
        look_alikes_in=_share(plates, lambda p: _mean(p.look_alike, let_in(p.look_alike))),
    )


def denied(plates: Sequence[Plate], split: str, size: int, deny_from: float, unsure_from: float) -> Denied:
    """Returns what a deny list of one ``size`` does."""

    def stopped(c: Chances) -> npt.NDArray[np.bool_]:
        return c.listed >= deny_from

    def passed(c: Chances) -> npt.NDArray[np.bool_]:
        return ~stopped(c) & (c.listed + c.elsewhere < unsure_from)

    return Denied(
        split=split,
        size=size,
        denied=_share(plates, lambda p: _mean(p.resident, stopped(p.resident))),
        unsure=_share(plates, lambda p: _mean(p.resident, ~stopped(p.resident) & ~passed(p.resident))),
        passed=_share(plates, lambda p: _mean(p.resident, passed(p.resident))),
        strangers_denied=_share(
            plates,
            lambda p: (
                (1 - NEAR) * _mean(p.stranger, stopped(p.stranger)) + NEAR * _mean(p.neighbour, stopped(p.neighbour))
            ),
        ),
    )


def by_size(plates: Sequence[ReadPlate]) -> dict[int, list[Plate]]:
    """Returns what the plates are before lists of each size."""
    texts = sorted({plate.text for plate in plates})
    return {size: face(plates, draw_lists(texts, size, LISTS, seed=size)) for size in SIZES}


def calibration(plates: Iterable[ReadPlate], split: str) -> list[Calibrated]:
    """Returns how often candidates other than the likeliest are right, by their probability."""
    found = [(guess.probability, guess.text == merge_confusable(p.text)) for p in plates for guess in _texts(p)[1:]]
    rows = []
    for least, most in pairwise(BINS):
        some = [(share, right) for share, right in found if least <= share < most]
        expected, right = sum(share for share, _ in some), sum(right for _, right in some)
        rows.append(
            Calibrated(split=split, least=least, most=most, candidates=len(some), expected=expected, right=right)
        )
    return rows


def _texts(plate: ReadPlate) -> list[Guess]:
    """Returns the guesses of a plate, whatever the country."""
    return guesses([type(c)(c.text, None, c.confidence) for c in plate.candidates or ()])


def gains(plates: Sequence[ReadPlate], size: int) -> list[Gain]:
    """Returns the log loss of each gain: half of those who come are residents, half strangers."""
    lists = draw_lists(sorted({plate.text for plate in plates}), size, 1, seed=size)
    rows = []
    for gain in GAINS:
        losses = [
            _loss(p.resident, True) + (1 - NEAR) * _loss(p.stranger, False) + NEAR * _loss(p.neighbour, False)
            for p in face(plates, lists, gain)
        ]
        rows.append(Gain(gain=gain, log_loss=float(np.mean(losses)) / 2))
    return rows


def _loss(chances: Chances, is_listed: bool) -> float:
    sure = chances.listed + chances.elsewhere
    return float(-chances.weight @ np.log(np.clip(sure if is_listed else 1 - sure, LEAST, 1)))
