"""What got better or worse since an earlier report: the section of a report that says so."""

from typing import Literal

from src.core.schema import Closed

FlowName = Literal["detector", "ocr", "path"]
LOWER_IS_BETTER = frozenset({"cer", "extra", "corners"})


class Difference(Closed):
    """One figure in both reports, over the plates or images that both have.

    Beyond noise: the exact McNemar test of rates of plates gives p under 0.05, or the paired bootstrap's 95 %
    interval of the difference leaves out 0. Of twenty figures that nothing changed, one is expected to look so.
    Average precision has no test: a report keeps its value, not the matches of each image.
    """

    figure: str
    before: float
    after: float
    test: Literal["McNemar", "paired bootstrap"] | None
    p: float | None = None  # McNemar
    low: float | None = None  # paired bootstrap: of after - before
    high: float | None = None
    beyond_noise: bool | None

    @property
    def better(self) -> bool:
        """Whether the change is for the better; false where there is none."""
        change = self.after - self.before
        return change < 0 if self.figure in LOWER_IS_BETTER else change > 0


class Change(Closed):
    """A plate that became right or wrong; of the detector alone, found or missed."""

    image: str
    plate: int
    truth: str | None
    before: str | None  # what was read; None: missed
    after: str | None


class FlowComparison(Closed):
    """One flow of one set. Plates that only one report has, or labels otherwise, are named and not compared."""

    system: str
    set: str
    flow: FlowName
    plates: int  # compared
    differences: tuple[Difference, ...]
    became_right: tuple[Change, ...]
    became_wrong: tuple[Change, ...]
    only_after: tuple[str, ...]  # image#plate
    only_before: tuple[str, ...]


class Comparison(Closed):
    """This run beside an earlier one."""

    baseline: str  # path of its report
    commit: str
    created: str
    flows: tuple[FlowComparison, ...]
    not_compared: tuple[str, ...]  # systems and sets that only one of the reports has
