"""The share of plates read by what kind of plate it is."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from scipy.stats import binomtest

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Appearance, ScoredPlate

UNKNOWN = "unknown"


class Group(Closed):
    """``read`` over the plates of one kind, with its 95 % interval.

    Groups may be tiny, and three right of three are no proof of 100 %, as a bootstrap would have it: hence the
    interval of Wilson.
    """

    label: str
    n: int
    right: int
    low: float
    high: float

    @property
    def read(self) -> float:
        return self.right / self.n


class Breakdown(Closed):
    """``read`` by one property of the plates; the groups are disjoint and hold every plate with a known text."""

    by: str
    unit: str
    groups: tuple[Group, ...]

    def label(self, group: Group) -> str:
        """A group's label with its unit, where it has one."""
        return f"{group.label} {self.unit}" if self.unit and group.label != UNKNOWN else group.label


def breakdowns(outcomes: Sequence[ScoredPlate]) -> tuple[Breakdown, ...]:
    """The shares read by source, country, lines, width, light, sharpness and tilt, where any plate tells its group."""
    everything = (
        _by_name("source", outcomes, lambda o: o.source),
        _by_name("region", outcomes, lambda o: o.region),
        _by_name("lines", outcomes, lambda o: None if o.lines is None else str(o.lines)),
        _by_size("plate width", "px", (48, 96, 160, 256), outcomes, lambda seen: seen.width),
        _by_size("brightness", "", (64, 96, 128, 160), outcomes, lambda seen: seen.brightness),
        _by_size("sharpness", "", (16, 32, 48), outcomes, lambda seen: seen.sharpness),
        _by_size("tilt", "°", (2, 5, 10), outcomes, lambda seen: None if seen.tilt is None else abs(seen.tilt)),
    )
    return tuple(b for b in everything if any(group.label != UNKNOWN for group in b.groups))


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, after Wilson (1927), for ``n`` independent cases."""
    interval = binomtest(right, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _by_name(by: str, outcomes: Sequence[ScoredPlate], name: Callable[[ScoredPlate], str | None]) -> Breakdown:
    """Groups in order of their size, the unknown last."""
    names = [name(o) or UNKNOWN for o in outcomes]
    counts = Counter(names)
    labels = sorted(counts, key=lambda label: (label == UNKNOWN, -counts[label], label))
    return Breakdown(by=by, unit="", groups=_groups(labels, names, outcomes))


def _by_size(
    by: str,
    unit: str,
    edges: Sequence[int],
    outcomes: Sequence[ScoredPlate],
    size: Callable[[Appearance], float | None],
) -> Breakdown:
    """Groups from small to large, each from one edge up to, not including, the next; the unknown last."""
    labels = [f"< {edges[0]}", *(f"{low}–{high}" for low, high in pairwise(edges)), f"≥ {edges[-1]}"]
    sizes = [None if o.appearance is None else size(o.appearance) for o in outcomes]
    names = [UNKNOWN if s is None else labels[sum(s >= edge for edge in edges)] for s in sizes]
    return Breakdown(by=by, unit=unit, groups=_groups([*labels, UNKNOWN], names, outcomes))


def _groups(labels: Sequence[str], names: Sequence[str], outcomes: Sequence[ScoredPlate]) -> tuple[Group, ...]:
    """One group per label that some outcome has; ``names`` holds the label of each outcome."""
    groups = []
    for label in labels:
        exact = [o.exact for o, name in zip(outcomes, names, strict=True) if name == label]
        if exact:
            low, high = wilson(sum(exact), len(exact))
            groups.append(Group(label=label, n=len(exact), right=sum(exact), low=low, high=high))
    return tuple(groups)
