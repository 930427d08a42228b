"""Shares of passages that are right, missed, told twice, ..., with intervals by bootstrap.

Passages of one photograph or crop are drawn together, as they share everything but the movement; what is counted by
the clip, such as inventions, is drawn by clips.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.calibration import CalibrationGroup, Readings, measure
from src.evaluation.metrics.figures import Parts, ratio
from src.evaluation.video.schema import Half, Invention, Outcome, PassageFigures, SystemFigures


def passage_figures(outcomes: Sequence[Outcome], inventions: Sequence[Invention]) -> PassageFigures:
    """The figures of some passages and of the inventions in their clips."""
    by_picture = [outcome.picture for outcome in outcomes]
    by_clip = [outcome.source for outcome in outcomes]
    accepted = [outcome for outcome in outcomes if outcome.accepted]

    def share(holds: Callable[[Outcome], float]) -> Figure | None:
        return _ratio(by_picture, [(float(holds(outcome)), 1.0) for outcome in outcomes])

    return PassageFigures(
        passages=len(outcomes),
        right=share(lambda o: o.right),
        accepted=share(lambda o: o.accepted),
        accepted_right=_ratio([o.picture for o in accepted], [(float(o.right), 1.0) for o in accepted]),
        missed=share(lambda o: o.text is None),
        doubled=share(lambda o: o.doubles > 0),
        invented=_by_clip(by_clip, [0.0] * len(outcomes), [i.source for i in inventions]),
        spurious_accepted=_by_clip(
            by_clip, [float(o.doubles_accepted) for o in outcomes], [i.source for i in inventions if i.accepted]
        ),
        exchanged=share(lambda o: o.exchanged),
        wait=_ratio(by_picture, [(0.0, 0.0) if o.wait is None else (o.wait, 1.0) for o in outcomes]),
    )


def system_figures(name: str, of: str, outcomes: Sequence[Outcome], inventions: Sequence[Invention]) -> SystemFigures:
    """The figures of a system over all passages, over those of each kind, of each group of vehicles, and
    of plates of one and of two lines.

    An invention counts in its clip's kind; in the groups of vehicles nothing is invented.
    """
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    groups = dict.fromkeys(outcome.group for outcome in outcomes if outcome.group)
    lines = sorted({outcome.lines for outcome in outcomes if outcome.lines})
    return SystemFigures(
        name=name,
        of=of,
        all=passage_figures(outcomes, inventions),
        kinds={
            kind: passage_figures([o for o in outcomes if o.kind == kind], [i for i in inventions if i.kind == kind])
            for kind in kinds
        },
        groups={group: passage_figures([o for o in outcomes if o.group == group], []) for group in groups},
        lines={f"{n} line{'s' * (n > 1)}": passage_figures([o for o in outcomes if o.lines == n], []) for n in lines},
    )


def of_half(half: Half, cases: Iterable[Outcome | Invention]) -> tuple[list[Outcome], list[Invention]]:
    """The outcomes and the inventions of one half."""
    some = [case for case in cases if case.half == half]
    return [c for c in some if isinstance(c, Outcome)], [c for c in some if isinstance(c, Invention)]


def calibration(name: str, outcomes: Sequence[Outcome], inventions: Sequence[Invention]) -> CalibrationGroup | None:
    """How well the confidence of all that was told foretells whether it is right; an invention is wrong.

    None where nothing was told.
    """
    told = [(o.confidence, float(o.right), o.picture) for o in outcomes if o.text is not None]
    told += [(i.confidence, 0.0, i.source) for i in inventions]
    if not told:
        return None
    confidence, right, picture = zip(*told, strict=True)
    return measure(name, Readings(np.array(confidence), np.array(right), np.array(picture, np.str_)))


def _ratio(units: Sequence[str], parts: Sequence[Parts]) -> Figure | None:
    """The sum above by the sum below the line, drawn anew by ``units``."""
    numbers: dict[str, int] = {}
    index = [numbers.setdefault(unit, len(numbers)) for unit in units]
    summed = np.zeros((len(numbers), 2))
    if parts:
        np.add.at(summed, index, np.array(parts))
    return ratio(summed[:, 0], summed[:, 1])


def _by_clip(clips: Sequence[str], counted: Sequence[float], further: Sequence[str]) -> Figure | None:
    """What is ``counted`` of each passage, and one for each of the ``further`` clips' names, by passages."""
    parts = [(count, 1.0) for count in counted] + [(1.0, 0.0) for _ in further]
    return _ratio([*clips, *further], parts)
