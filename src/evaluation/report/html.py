"""``report.html``: one page without scripts or anything from outside, for a person to open."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import SetFigures
from src.evaluation.report import summary, tables, wording
from src.evaluation.report.gallery import Room
from src.evaluation.report.illustrations import Illustration, Section

TEMPLATES = Path(__file__).parent / "templates"
FILTERS = (
    *(wording.percent, wording.number, wording.value, wording.interval),
    *(wording.p_value, wording.change, wording.certainty, wording.verdict, wording.signed),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot as the page holds it: data URIs for a light and for a dark page."""

    title: str
    words: str
    section: Section
    light: str
    dark: str

    @classmethod
    def of(cls, plot: Illustration, light: bytes, dark: bytes) -> "Picture":
        """From the plot's PNG files."""
        uris = ("data:image/png;base64," + base64.b64encode(file).decode() for file in (light, dark))
        return cls(plot.title, plot.words, plot.section, *uris)


@dataclass(frozen=True, slots=True)
class Card:
    """One set at a glance."""

    set: str
    kind: str
    read: Figure | None
    found: Figure | None
    contests: tuple[summary.Contest, ...]
    facts: tuple[tuple[str, str], ...]


def page(report: Report, rooms: Sequence[Room], pictures: Sequence[Picture]) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {word.__name__: word for word in FILTERS}
    contests = summary.contests(report)
    return environment.get_template("report.html").render(
        report=report,
        summary=summary,
        wording=wording,
        rooms=rooms,
        pictures=pictures,
        contests=contests,
        cards=[_card(figures, contests) for figures in report.ours.sets],
        tables=tables.flow_tables(report),
        acceptance_header=tables.ACCEPTANCE,
        acceptance_rows=tables.acceptance_rows(report.acceptance) if report.acceptance else [],
        acceptance_words=tables.acceptance_words(report.acceptance) if report.acceptance else "",
        provenance=summary.provenance(report),
        skipped=[(system.name, picture) for system in report.systems for picture in system.skipped],
    )


def _card(figures: SetFigures, contests: Sequence[summary.Contest]) -> Card:
    reading, detector, alone = summary.main_reading(figures), figures.detector, figures.ocr
    facts = {
        "on true boxes": wording.value(alone.read if alone and figures.path else None),
        "found": wording.value(detector.found if detector and reading else None),
        "boxes too many per image": wording.value(detector.extra if detector else None, "extra"),
        "character error rate": wording.value(reading.cer if reading else None),
        "milliseconds, median": f"{figures.median_ms['total']:.0f}" if "total" in figures.median_ms else wording.NONE,
    }
    return Card(
        set=figures.name,
        kind={"scenes": "photographs", "plates": "plates cut out"}[figures.kind],
        read=reading.read if reading else None,
        found=detector.found if detector else None,
        contests=tuple(c for c in contests if c.set == figures.name),
        facts=tuple((title, text) for title, text in facts.items() if text != wording.NONE),
    )
