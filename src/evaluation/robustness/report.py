"""A robustness run as JSON, Markdown, a picture, a page that needs no other file, and tables on the terminal."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image as PillowImage
from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from src.evaluation.report.style import LIGHT, png
from src.evaluation.robustness.plot import heat_map
from src.evaluation.robustness.schema import Robustness
from src.evaluation.robustness.tables import Table, headline, tables

TEMPLATES = Path(__file__).parent / "templates"
JPEG_QUALITY = 80
TERMINAL = 130
"""Characters that the table of figures needs; a narrower terminal wraps it rather than hide columns."""


def write(report: Robustness, sheet: PillowImage.Image, folder: Path) -> None:
    """``robustness.json``, ``.md``, ``.png`` and ``.html`` in ``folder``; each appears whole or not at all."""
    plot = png(lambda theme: heat_map(report, theme), LIGHT)
    files = {
        "robustness.md": markdown(report).encode(),
        "robustness.png": plot,
        "robustness.html": html(report, plot, sheet).encode(),
        "robustness.json": (report.model_dump_json(indent=1) + "\n").encode(),
    }
    for name, content in files.items():
        unfinished = folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(folder / name)


def markdown(report: Robustness) -> str:
    """For reading: the headline, the picture, the tables, and where the figures come from."""
    said = "\n".join(f"- {figure.value} {figure.meaning}" for figure in headline(report))
    parts = ["# Robustness", said, "![Plates read and found per effect and severity](robustness.png)"]
    for table in tables(report):
        parts += [f"## {table.title}", _markdown_table(table), table.note]
    stated = "\n".join(f"- {name}: {value}" for name, value in provenance_of(report).items())
    return "\n\n".join([*parts, "## Where the figures come from", stated]) + "\n"


def html(report: Robustness, plot: bytes, sheet: PillowImage.Image) -> str:
    """The page; ``plot`` is a PNG file, which goes into it as ``sheet`` does."""
    photograph = io.BytesIO()
    sheet.save(photograph, "JPEG", quality=JPEG_QUALITY)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("robustness.html").render(
        headline=headline(report),
        plot=base64.b64encode(plot).decode(),
        tables=tables(report),
        sheet=base64.b64encode(photograph.getvalue()).decode(),
        stated=provenance_of(report),
    )


def show(report: Robustness) -> None:
    """Prints the tables."""
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, TERMINAL)
    for table in tables(report):
        shown = RichTable(*table.header, title=table.title, title_justify="left", box=box.SIMPLE, caption=table.note)
        shown.caption_justify = "left"
        for column in shown.columns[1:]:
            column.justify, column.no_wrap = "right", True
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)


def provenance_of(report: Robustness) -> dict[str, str]:
    """What a sceptic needs to run it again."""
    stated = {
        "command": report.command,
        "commit": report.commit,
        "created": report.created,
        "pictures": _listed(report.sets),
        "machine": _listed(report.machine),
        "detector": f"{report.detector.name}, sha256 {report.detector.sha256}, threshold {report.detector.threshold}",
        "ocr": f"{report.ocr.name}, sha256 {report.ocr.sha256}",
        "threads": str(report.threads or "all cores"),
        "provider": report.provider,
    }
    skipped = "; ".join(f"{picture.image}: {picture.fault}" for picture in report.skipped)
    return stated | ({"left out": skipped} if skipped else {})


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _markdown_table(table: Table) -> str:
    rows = [table.header, ["---"] * len(table.header), *table.rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |" for cells in rows)
