"""The report on the terminal: figures by flow, and what changed since an earlier report."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from src.evaluation.accuracy.comparison import Change, Comparison, FlowComparison
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import Report
from src.evaluation.metrics.acceptance import AcceptanceReport
from src.evaluation.report.tables import ACCEPTANCE, FlowTable, acceptance_rows, flow_tables
from src.evaluation.report.wording import FLOWS, TITLES, certainty, change, counted, interval, number, value, verdict

WIDTH = 250
"""Characters that the widest table may need; a narrower terminal wraps it rather than hide columns."""
_LISTED = 20
"""Changed plates that are listed of each kind and flow; the report has all."""


def show(report: Report) -> None:
    """Prints a table per flow, with 95 % intervals, and the comparison where there is one."""
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, WIDTH)
    for of_flow in flow_tables(report):
        console.print(_figures(of_flow))
        if of_flow.note:
            console.print(f"{of_flow.note}\n")
    if report.acceptance is not None:
        console.print(_acceptance(report.acceptance))
    if report.comparison is not None:
        _show_comparison(console, report.comparison)


def _figures(of_flow: FlowTable) -> Table:
    table = _table(of_flow.title, "set", "system", "plates", *(c.title for c in of_flow.columns), "ms")
    for row in of_flow.rows:
        cells = [_cell(c.of(row.figures), c.field) for c in of_flow.columns]
        table.add_row(row.set, row.system, row.plates, *cells, "" if row.ms is None else f"{row.ms:.1f}")
    return table


def _acceptance(acceptance: AcceptanceReport) -> Table:
    table = _table(f"accepted from a confidence of {acceptance.threshold:.3f}", *ACCEPTANCE)
    for row in acceptance_rows(acceptance):
        table.add_row(*row)
    return table


def _cell(figure: Figure | None, name: str) -> str:
    return value(None) if figure is None else f"{value(figure, name)} ({interval(figure, name)})"


def _show_comparison(console: Console, comparison: Comparison) -> None:
    console.print(f"Since {comparison.baseline} (commit {comparison.commit}, {comparison.created})\n")
    for name in comparison.not_compared:
        console.print(f"only in one of the reports: {name}")
    for flow in comparison.flows:
        console.print(_differences(flow) if _has_changed(flow) else f"{_where(flow)}, nothing changed")
        for word, changes in (("became right", flow.became_right), ("became wrong", flow.became_wrong)):
            for line in _changes(word, changes):
                console.print(line, soft_wrap=True)
        for word, plates in (("only now", flow.only_after), ("only before", flow.only_before)):
            if plates:
                console.print(f"  {word}, not compared: {len(plates)}: {', '.join(plates)}", soft_wrap=True)


def _has_changed(flow: FlowComparison) -> bool:
    return bool(flow.became_right or flow.became_wrong) or any(d.before != d.after for d in flow.differences)


def _where(flow: FlowComparison) -> str:
    return f"{flow.set}, {flow.system}, {FLOWS[flow.flow]}: {counted(flow.plates, 'plate')} in both"


def _differences(flow: FlowComparison) -> Table:
    table = _table(_where(flow), "figure", "before", "now", "change", "test", "verdict")
    for d in flow.differences:
        before, now = number(d.before, d.figure), number(d.after, d.figure)
        table.add_row(TITLES[d.figure], before, now, change(d), certainty(d), verdict(d))
    return table


def _changes(word: str, changes: Sequence[Change]) -> Iterator[str]:
    if changes:
        yield f"  {word}: {len(changes)}"
    for c in changes[:_LISTED]:
        before, after = ("(missed)" if text is None else text or "(no text)" for text in (c.before, c.after))
        yield f"    {c.truth or '?':<10} {before} -> {after}  {c.image}"
    if len(changes) > _LISTED:
        yield f"    and {len(changes) - _LISTED} more in the report"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE)
    for name in columns:
        table.add_column(name, justify="left" if name in ("set", "system", "figure") else "right", no_wrap=True)
    return table
