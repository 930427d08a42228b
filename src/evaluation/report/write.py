"""The folder of one run: the report as JSON, as Markdown, as a page, and its plots."""

from collections.abc import Mapping
from pathlib import Path

from src.evaluation.accuracy.schema import Report
from src.evaluation.report.gallery import gallery
from src.evaluation.report.html import Picture, page
from src.evaluation.report.illustrations import PREFIX, illustrations
from src.evaluation.report.markdown import markdown
from src.evaluation.report.style import DARK, LIGHT, png


def write(report: Report, folder: Path, folders: Mapping[str, Path]) -> None:
    """``report.json``, ``report.md``, ``report.html`` and ``plot-*.png`` in ``folder``, which is created.

    ``folders`` says where each set's images lie. Everything is made before the first file is written, and each file
    appears whole or not at all; plots of an earlier report are removed. Raises ImageError and OSError.
    """
    plots = illustrations(report)
    files = {plot.file: png(plot.draw, LIGHT) for plot in plots}
    pictures = [Picture.of(plot, files[plot.file], png(plot.draw, DARK)) for plot in plots]
    rooms = gallery(report.ours.outcomes, folders)
    files["report.html"] = page(report, rooms, pictures).encode()
    files["report.md"] = markdown(report, plots).encode()
    files["report.json"] = report.model_dump_json(indent=1).encode() + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        unfinished = folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(folder / name)
    for stale in folder.glob(f"{PREFIX}*.png"):
        if stale.name not in files:
            stale.unlink()
