"""What changed since an earlier report, in tables."""

from collections.abc import Iterator

from src.evaluation.accuracy.comparison import Change, Comparison, Difference, FlowComparison
from src.evaluation.report.accuracy.figures import FLOWS, TITLES
from src.evaluation.report.document import Block, Cell, DataTable, Emphasis, Paragraph, Section
from src.evaluation.report.wording import number, p_value, points, signed


def since(comparison: Comparison) -> Section:
    """What is beyond noise in a sentence, every figure that changed, and the plates that did."""
    commit = f"commit {comparison.commit}, {comparison.created}"
    return Section(
        "Since the baseline",
        [
            Paragraph(f"Compared with {comparison.baseline} ({commit}). {_beyond_noise(comparison)}"),
            *_tables(comparison),
        ],
    )


def _beyond_noise(comparison: Comparison) -> str:
    changed = [
        f"{_where(flow)}: {TITLES[d.figure]} {change(d)}, {verdict(d)}"
        for flow in comparison.flows
        for d in flow.differences
        if d.beyond_noise
    ]
    return f"Changed beyond noise: {'; '.join(changed)}." if changed else "Nothing changed beyond noise."


def _tables(comparison: Comparison) -> Iterator[Block]:
    rows = [_difference(flow, d) for flow in comparison.flows for d in flow.differences if d.before != d.after]
    if rows:
        header = ("set", "system", "flow", "figure", "before", "now", "change", "test", "verdict")
        yield DataTable("Every figure that changed", header, rows, words=4, texts=1)
    else:
        yield Paragraph("Every figure is the same.")
    for flow in comparison.flows:
        if flow.became_right or flow.became_wrong:
            yield _plates(flow)
    for flow in comparison.flows:
        for words, plates in (("only now", flow.only_after), ("only before", flow.only_before)):
            if plates:
                yield Paragraph(f"{_where(flow)}: {len(plates)} {words}, not compared: {', '.join(plates)}")
    if comparison.not_compared:
        yield Paragraph("Only in one of the reports: " + ", ".join(comparison.not_compared))


def _difference(flow: FlowComparison, d: Difference) -> list[Cell | str]:
    before, now = number(d.before, d.figure), number(d.after, d.figure)
    where = [flow.set, flow.system, FLOWS[flow.flow], TITLES[d.figure]]
    return [*where, before, now, change(d), certainty(d), Cell(verdict(d), mark=_mark(d))]


def _mark(d: Difference) -> Emphasis:
    return ("better" if d.better else "worse") if d.beyond_noise else ""


def _plates(flow: FlowComparison) -> DataTable:
    right, wrong = (len(changes) for changes in (flow.became_right, flow.became_wrong))
    rows = [_plate(c, Cell("right", mark="better")) for c in flow.became_right]
    rows += [_plate(c, Cell("wrong", mark="worse")) for c in flow.became_wrong]
    title = f"{_where(flow)}: {right} became right, {wrong} wrong, of {flow.plates:,} in both"
    return DataTable(title, ("plate", "before", "after", "now", "image"), rows, words=3, texts=2, folded=True)


def _plate(changed: Change, now: Cell) -> list[Cell | str]:
    before, after = ("(missed)" if text is None else text or "(no text)" for text in (changed.before, changed.after))
    return [*(Cell(text, mark="code") for text in (changed.truth or "?", before, after)), now, changed.image]


def _where(flow: FlowComparison) -> str:
    return f"{flow.set}, {flow.system}, {FLOWS[flow.flow]}"


def change(difference: Difference) -> str:
    """What changed, signed: percentage points, or plain numbers."""
    return signed(difference.after - difference.before, difference.figure) + points(difference.figure)


def certainty(difference: Difference) -> str:
    """What the test says of a change."""
    if difference.p is not None:
        return p_value(difference.p)
    if difference.low is not None and difference.high is not None:
        ends = (signed(end, difference.figure) for end in (difference.low, difference.high))
        return f"95 % interval {' to '.join(ends)}{points(difference.figure)}"
    return "not tested"


def verdict(difference: Difference) -> str:
    """Whether a change is one, and for the better."""
    if difference.before == difference.after:
        return "the same"
    if difference.beyond_noise is None:
        return "not tested"
    return ("better" if difference.better else "worse") if difference.beyond_noise else "within noise"
