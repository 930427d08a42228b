"""What a report comes to in a few sentences: the headline, ours beside the other systems, where plates are lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from src.core.cli import counted
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import SetFigures
from src.evaluation.datasets.sets import HARD
from src.evaluation.datasets.synthetic import SYNTHETIC
from src.evaluation.metrics.calibration import CalibrationGroup, CalibrationReport
from src.evaluation.metrics.errors import ErrorReport
from src.evaluation.metrics.figures import ReadingFigures
from src.evaluation.metrics.significance import SIGNIFICANCE, mcnemar
from src.evaluation.report.wording import percent

FREQUENT = 12
"""Confusions that are named."""
PHOTOGRAPHS, DRAWN = "photographs", "drawn plates"


@dataclass(frozen=True, slots=True)
class SystemComparison:
    """Ours and another system over the plates of one set that both were given, by McNemar's test."""

    set: str
    system: str
    n: int
    ours: float  # share read
    theirs: float
    p: float

    @property
    def verdict(self) -> Literal["better", "worse", "even"]:
        """Ours is ``better``, ``worse`` or, within noise, ``even``."""
        if self.p >= SIGNIFICANCE:
            return "even"
        return "better" if self.ours > self.theirs else "worse"


def main_reading(figures: SetFigures) -> ReadingFigures | None:
    """The whole path where a set has that, else the OCR alone."""
    return figures.path or figures.ocr


def main_plates(outcomes: Sequence[ScoredPlate]) -> list[ScoredPlate]:
    """Of each set the outcomes that ``main_reading`` counts: those of known text."""
    on_path = {o.set for o in outcomes if o.flow == "path"}
    return [o for o in outcomes if o.truth is not None and (o.flow == "path") == (o.set in on_path)]


def system_comparisons(report: Report) -> list[SystemComparison]:
    """Ours against each other system, set by set."""
    ours = main_plates(report.ours.outcomes)
    found = []
    for system in report.systems[1:]:
        exact = {_plate(o): o.exact for o in main_plates(system.outcomes)}
        pairs: dict[str, list[tuple[bool, bool]]] = {}
        for o in ours:
            if _plate(o) in exact:
                pairs.setdefault(o.set, []).append((o.exact, exact[_plate(o)]))
        found += [_system_comparison(name, system.name, both) for name, both in pairs.items()]
    return found


def _plate(outcome: ScoredPlate) -> tuple[str, str, str, int]:
    return outcome.set, outcome.flow, outcome.image, outcome.plate


def _system_comparison(name: str, system: str, pairs: Sequence[tuple[bool, bool]]) -> SystemComparison:
    ours, theirs = np.array(pairs, bool).T
    return SystemComparison(name, system, len(pairs), float(ours.mean()), float(theirs.mean()), mcnemar(theirs, ours))


def headline(report: Report) -> str:
    """The run in one sentence; drawn plates count apart from photographed ones, pictures made of others not at all."""
    plates = [o for o in main_plates(report.ours.outcomes) if not o.set.startswith(HARD)]
    if not plates:
        there, found = (sum(getattr(i, name) for i in report.ours.images) for name in ("plates", "found"))
        return f"{found:,} of {counted(there, 'plate')} found; no text is known."
    real, drawn = ([o for o in plates if (o.source == SYNTHETIC) == is_drawn] for is_drawn in (False, True))
    parts = [_read(of_kind, noun) for of_kind, noun in ((real, "plate"), (drawn, "drawn plate")) if of_kind]
    return "; ".join(parts) + "."


def _read(plates: Sequence[ScoredPlate], noun: str) -> str:
    right, sets = sum(o.exact for o in plates), len({o.set for o in plates})
    where = "" if sets == 1 else f", over {sets} sets"
    return f"{percent(right / len(plates))} of {counted(len(plates), noun)} read exactly right{where}"


def standings(report: Report) -> list[str]:
    """A sentence per other system: where ours is better, even, worse."""
    words = {"better": "better on", "even": "no difference beyond noise on", "worse": "worse on"}
    sentences = []
    for system in report.systems[1:]:
        sets = {
            v: [c.set for c in system_comparisons(report) if (c.system, c.verdict) == (system.name, v)] for v in words
        }
        parts = [f"{words[verdict]} {', '.join(names)}" for verdict, names in sets.items() if names]
        if parts:
            sentences.append(f"Against {system.name}: {'; '.join(parts)}.")
    return sentences


def error_sentences(report: Report, errors: ErrorReport) -> list[str]:
    """How many plates are lost, where, and what happens to characters."""
    share = 1000 / max(errors.characters, 1)
    edits = {"substituted": errors.substitutions, "left out": errors.deletions, "added": errors.insertions}
    rates = ", ".join(f"{n * share:.1f} {kind}" for kind, n in edits.items())
    return [
        f"Of {errors.texts:,} plates {errors.misread:,} were misread and {errors.missed:,} not found.",
        *([f"{errors.one_edit:,} of the misread are off by a single character."] if errors.misread else []),
        *_on_true_boxes(report),
        f"Of 1,000 characters: {rates} ({errors.characters:,} in all).",
    ]


def _on_true_boxes(report: Report) -> Iterator[str]:
    """How readings differ between the detector's box and the true one, where plates were read on both."""
    alone = {(o.set, o.image, o.plate): o.exact for o in report.ours.outcomes if o.flow == "ocr"}
    path = [o for o in main_plates(report.ours.outcomes) if o.flow == "path" and o.found]
    both = [(o.exact, alone[key]) for o in path if (key := (o.set, o.image, o.plate)) in alone]
    if both:
        gained, lost = both.count((False, True)), both.count((True, False))
        yield f"On the true box {gained:,} of them are read right, against {lost:,} right in the box found alone."


def frequent_confusions(errors: ErrorReport) -> list[str]:
    """``O → 0 (4)``, most frequent first; ∅ stands for no character: one that was added, or left out."""
    return [f"{c.truth or '∅'} → {c.read or '∅'} ({c.n})" for c in errors.mistaken[:FREQUENT]]


def calibration_groups(calibration: CalibrationReport) -> list[tuple[str, CalibrationGroup]]:
    """All readings, then the parts of them that are not all of them, by name."""
    parts = [(PHOTOGRAPHS, calibration.real), (DRAWN, calibration.synthetic)]
    parts += [(source.name, source) for source in calibration.sources]
    smaller = [(name, part) for name, part in parts if part is not None and part.n < calibration.pooled.n]
    return [("all readings", calibration.pooled), *smaller]
