"""The folder of one run: the report as JSON, as Markdown, as a page, and its plots."""

from pathlib import Path

from pydantic import BaseModel

from src.core.files import replacing
from src.evaluation.report.document import Document
from src.evaluation.report.html import html
from src.evaluation.report.markdown import markdown
from src.evaluation.report.style import DARK, LIGHT, png

PLOTS = "plot-*.png"
"""Plots of which a report may have fewer than the one before it in the same folder."""


def write(document: Document, figures: BaseModel, folder: Path) -> None:
    """``figures`` as JSON and ``document`` as Markdown, HTML and plots in ``folder``, which is created.

    Everything is made before the first file is written, and each file appears whole or not at all; plots of an earlier
    report are removed. Raises OSError.
    """
    drawn = {plot.file: (png(plot.draw, LIGHT), png(plot.draw, DARK)) for plot in document.plots}
    files = {file: light for file, (light, _) in drawn.items()} | {
        f"{document.name}.html": html(document, drawn).encode(),
        f"{document.name}.md": markdown(document).encode(),
        f"{document.name}.json": figures.model_dump_json(indent=1).encode() + b"\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with replacing(folder / name) as unfinished:
            unfinished.write_bytes(content)
    for stale in folder.glob(PLOTS):
        if stale.name not in files:
            stale.unlink()
