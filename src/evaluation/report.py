"""Rows as JSON, as Markdown and as a table on the terminal."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from src.evaluation.run import OCR_ALONE, Row

WORST = 20
WIDTH = 150
"""Characters that the table of figures needs; a narrower terminal wraps it rather than hide columns."""

COLUMNS = (
    ("read", "read"),
    ("read_published", "published"),
    ("read_merged", "O=0, I=1"),
    ("found", "found"),
    ("cer", "CER"),
    ("extra_per_image", "extra/image"),
    ("ap50", "AP50"),
)
AS_NUMBER = {"extra_per_image", "ap50"}

Report = dict[str, Any]


def build(rows: Sequence[Row], provenance: dict[str, Any]) -> Report:
    """The whole report as plain values: ``provenance``, and per row its figures and worst readings."""
    return provenance | {"sets": [_row(row) for row in rows]}


def _row(row: Row) -> dict[str, Any]:
    nothing_detected = {"extra_per_image": None} if row.kind == OCR_ALONE else {}
    return {
        "name": row.name,
        "kind": row.kind,
        **row.score.rates(),
        **nothing_detected,
        "ap50": row.ap50,
        "median_ms": {stage: round(ms, 2) for stage, ms in row.median_ms().items()},
        "failures": row.failures,
        "worst": [
            {"image": image, "truth": truth, "read": text, "confidence": round(confidence, 4)}
            for image, truth, text, confidence in worst(row)
        ],
    }


def worst(row: Row) -> list[tuple[str, str, str, float]]:
    """(image, truth, text, confidence): the most confident wrong readings first, then missed plates."""
    return sorted(row.score.misread, key=lambda m: (m[2] == "", -m[3]))[:WORST]


def write(report: Report, folder: Path) -> None:
    """``report.json`` and ``report.md`` in ``folder``, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.md").write_text(markdown(report), encoding="utf-8")


def markdown(report: Report) -> str:
    """The report for reading: one table of figures, one of the worst readings per row."""
    stated = [f"- {key}: {_plain(value)}" for key, value in report.items() if key != "sets"]
    parts = ["# Evaluation", "\n".join(stated), _markdown_table(_header(), map(_cells, report["sets"]))]
    for row in report["sets"]:
        if row["failures"]:
            failed = "\n".join(f"- {line}" for line in row["failures"])
            parts.append(f"## {row['name']}: pictures that could not be read\n\n{failed}")
        if row["worst"]:
            lines = [[w["truth"], w["read"], f"{w['confidence']:.4f}", w["image"]] for w in row["worst"]]
            table = _markdown_table(["truth", "read", "confidence", "image"], lines)
            parts.append(f"## {row['name']}: worst readings\n\n{table}")
    return "\n\n".join(parts) + "\n"


def show(report: Report) -> None:
    """Prints the table of figures, and each row's worst readings below it."""
    console = Console()
    console.width = max(console.width, WIDTH)
    table = Table(*_header(), box=box.SIMPLE)
    for column in table.columns:
        column.justify, column.no_wrap = "right", True
    table.columns[0].justify = "left"
    for row in report["sets"]:
        table.add_row(*_cells(row))
    console.print(table)
    for row in report["sets"]:
        if row["worst"]:
            console.print(f"{row['name']}: worst readings", style="bold")
        for w in row["worst"]:
            line = f"  {w['truth']:<10} {w['read'] or '(none)':<10} {w['confidence']:6.1%}  {w['image']}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _header() -> list[str]:
    titles = [title for _, title in COLUMNS]
    return ["set", *titles, "images", "plates", "texts", "ms", "decode ms", "failed"]


def _cells(row: dict[str, Any]) -> list[str]:
    ms = row["median_ms"]
    spent = ms.get("total", ms.get("read"))
    counts = [str(row[key] or "") for key in ("images", "plates", "texts")]
    figures = [_figure(key, row[key]) for key, _ in COLUMNS]
    times = ["" if value is None else f"{value:.1f}" for value in (spent, ms.get("decode"))]
    return [row["name"], *figures, *counts, *times, str(len(row["failures"]) or "")]


def _figure(key: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if key in AS_NUMBER else f"{value:.1%}"


def _markdown_table(header: Sequence[str], lines: Any) -> str:
    rows = [list(header), ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |" for cells in rows)


def _plain(value: Any) -> str:
    return ", ".join(f"{k} {_plain(v)}" for k, v in value.items()) if isinstance(value, dict) else str(value)
