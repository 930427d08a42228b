"""The document of a run of ``python -m src.evaluate_decisions``."""

from collections.abc import Iterator, Sequence

from src.evaluation.decisions.lists import FLEET
from src.evaluation.decisions.resample import LISTS, NEAR
from src.evaluation.decisions.schema import Calibrated, Decisions, Denied, Errors, Gain
from src.evaluation.report.document import Block, Card, Cell, DataTable, Document, Section
from src.evaluation.report.provenance import provenance, session
from src.evaluation.report.wording import interval, listed, percent

USUAL = 1_000
"""The size of the list for which the thresholds are chosen."""


def document(report: Decisions) -> Document:
    """What ``report`` says."""
    usual = [errors for errors in report.by_size if errors.size == USUAL]
    further = {
        "plates": listed(report.plates),
        "plates that the detector missed": listed(report.missed),
        **session(report),
        "gain, share": f"{report.gain:g}, {report.share:g}",
    }
    skipped = "; ".join(f"{picture.image}: {picture.fault}" for picture in report.skipped)
    strangers = "; ".join(f"{per_mille(e.strangers_in.value)} of strangers on {e.split}" for e in usual)
    return Document(
        name="decisions",
        title="Decisions",
        headline=f"a list of {USUAL:,} vehicles lets in {strangers}",
        sections=[
            Section("As shipped", list(_shipped(report, usual))),
            Section("Thresholds", [_thresholds(report)]),
            Section("What it rests on", [_calibration(report.calibration), _gains(report)]),
            provenance(report, further | ({"left out": skipped} if skipped else {})),
        ],
    )


def per_mille(share: float) -> str:
    """``0.4 in 1,000``."""
    return f"{1000 * share:.1f} in 1,000"


def _shipped(report: Decisions, usual: Sequence[Errors]) -> Iterator[Block]:
    for errors in usual:
        for figure, meaning in (
            (errors.residents_asked, "of residents are asked again"),
            (errors.residents_away, "of residents are told as unknown"),
            (errors.strangers_in, "of strangers are let in"),
        ):
            yield Card(percent(figure.value), f"{meaning}, {errors.split}, a list of {USUAL:,} ({interval(figure)})")
    note = (
        f"Each plate comes as a resident and as a stranger before {LISTS} lists of each size. Half of a list are "
        f"single plates, half are fleets of {FLEET} consecutive numbers, written like the plates of the same pictures. "
        f"Every other resident is one of a fleet. Of strangers, one in {1 / NEAR:g} has a number that is missing in a "
        "fleet of the list; in the last two columns all have such a number, or differ from a listed plate in one "
        "character that looks like its own. 95 % intervals by bootstrap over plates, not over pairs: where none "
        "goes wrong, the interval is a point."
    )
    header = ["", "list", *HEADER]
    rows = [[e.split, f"{e.size:,}", *_row(e)] for e in report.by_size]
    words = f"Thresholds {report.allow_from:g} and {report.unsure_from:g}"
    yield DataTable(words, header, rows, note)
    yield _denied(report)


HEADER = (
    *("residents let in", "asked again", "told as unknown"),
    *("strangers let in", "asked", "fleet's neighbours let in", "look-alikes let in"),
)


def _row(errors: Errors) -> list[Cell | str]:
    figures = (
        *(errors.residents_in, errors.residents_asked, errors.residents_away),
        *(errors.strangers_in, errors.strangers_asked, errors.neighbours_in, errors.look_alikes_in),
    )
    return [Cell(f"{figure.value:.2%}", f"{100 * figure.low:.2f}–{100 * figure.high:.2f}") for figure in figures]


def _thresholds(report: Decisions) -> DataTable:
    note = (
        f"A list of {USUAL:,}; `ALLOW_FROM` varies. In the rows “equal texts” a barrier opens for the text that was "
        "read, however sure that is, and nobody is ever asked. The thresholds are chosen on val; the benchmarks are "
        "reported alone."
    )
    rows = [
        [e.split, "equal texts" if e.allow_from is None else f"{e.allow_from:g}", *_row(e)] for e in report.by_threshold
    ]
    return DataTable("Both errors by threshold", ["", "from", *HEADER], rows, note)


def _denied(report: Decisions) -> DataTable:
    rows = [[d.split, f"{d.size:,}", *_figures(d)] for d in report.denied]
    note = f"`DENY_FROM` {report.deny_from:g}. A denied plate that is told as unsure is stopped by whoever looks."
    header = ["", "list", "denied", "unsure", "passes as unknown", "strangers denied"]
    return DataTable("The same plates on a deny list", header, rows, note)


def _figures(denied: Denied) -> list[Cell | str]:
    figures = (denied.denied, denied.unsure, denied.passed, denied.strangers_denied)
    return [Cell(f"{figure.value:.2%}", f"{100 * figure.low:.2f}–{100 * figure.high:.2f}") for figure in figures]


def _calibration(rows: Sequence[Calibrated]) -> DataTable:
    note = (
        "If the probabilities are right, as many candidates are the true text as their probabilities add up to. The "
        "likeliest candidate of each plate is left out; those are fitted by python -m src.calibrate."
    )
    told = [[r.split, f"{r.least:g} to {r.most:g}", str(r.candidates), f"{r.expected:.1f}", str(r.right)] for r in rows]
    return DataTable("Second thoughts", ["", "probability", "candidates", "expected right", "right"], told, note)


def _gains(report: Decisions) -> DataTable:
    best = min(report.gains, key=lambda row: row.log_loss)
    note = (
        f"Log loss of whether a plate is listed, on val, with a list of {USUAL:,}; half of those who come are "
        f"residents. The best is {best.gain:g}, and {report.gain:g} is shipped."
    )
    return DataTable("Gain of a listed plate", ["gain", "log loss"], [_gain(row, best) for row in report.gains], note)


def _gain(row: Gain, best: Gain) -> list[Cell | str]:
    return [f"{row.gain:g}", Cell(f"{row.log_loss:.5f}", mark="better" if row == best else "")]
