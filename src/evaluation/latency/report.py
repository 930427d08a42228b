"""A benchmark as JSON, Markdown, a picture, a page that needs no other file, and tables on the terminal."""

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich import box
from rich.console import Console
from rich.table import Table

from src.evaluation.latency.plot import overview
from src.evaluation.latency.schema import Benchmark
from src.evaluation.latency.tables import Sheet, sheets
from src.evaluation.report.style import LIGHT, png

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 120
"""Characters that the tables need; a narrower terminal wraps them rather than hide columns."""


def write(report: Benchmark, folder: Path) -> None:
    """``benchmark.json``, ``.md``, ``.png`` and ``.html`` in ``folder``; each appears whole or not at all."""
    picture = png(lambda theme: overview(report, theme), LIGHT)
    files = {
        "benchmark.md": markdown(report).encode(),
        "benchmark.png": picture,
        "benchmark.html": html(report, picture).encode(),
        "benchmark.json": (report.model_dump_json(indent=1) + "\n").encode(),
    }
    for name, content in files.items():
        unfinished = folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(folder / name)


def markdown(report: Benchmark) -> str:
    """For reading: where the figures come from, the picture, and the tables."""
    stated = "\n".join(f"- {name}: {value}" for name, value in provenance_of(report).items())
    parts = ["# Benchmark", stated, "![Stages, batches and the peer](benchmark.png)"]
    for sheet in sheets(report):
        parts += [f"## {sheet.title}", _markdown_table(sheet), sheet.note]
    return "\n\n".join(parts) + "\n"


def html(report: Benchmark, picture: bytes) -> str:
    """The page; ``picture`` is a PNG file, which goes into it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("latency.html").render(
        picture=base64.b64encode(picture).decode(), sheets=sheets(report), stated=provenance_of(report)
    )


def show(shown: Iterable[Sheet]) -> None:
    """Prints tables, each with its note below it."""
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, WIDTH)
    for sheet in shown:
        table = Table(*sheet.header, title=sheet.title, title_justify="left", box=box.SIMPLE)
        for column in table.columns[1:]:
            column.justify = "right"
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)
        if sheet.note:
            console.print(sheet.note)


def provenance_of(report: Benchmark) -> dict[str, str]:
    """What a sceptic needs to run it again."""
    stated = {
        "command": report.command,
        "commit": report.commit,
        "created": report.created,
        "sets": ", ".join(report.sets),
        "machine": _listed(report.machine.items()),
        "versions": _listed(report.versions.items()),
        "load when it began": f"{report.load:.2f}",
        "models": _listed((model.name, model.sha256) for model in report.models),
    }
    if report.peer:
        stated |= {"peer": _listed([(report.peer.name, "one thread"), *report.peer.weights.items()])}
    return stated


def _listed(pairs: Iterable[tuple[str, str | int | None]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in pairs)


def _markdown_table(sheet: Sheet) -> str:
    lines: Sequence[Sequence[str]] = [sheet.header, ["---"] * len(sheet.header), *sheet.rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |" for cells in lines)
