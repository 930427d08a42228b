"""The folder of one run."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from src.core.image import ImageError
from src.evaluation.accuracy.schema import Report, read_report
from src.evaluation.metrics.errors import error_report
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.accuracy.gallery import galleries
from src.evaluation.report.write import write as write_document
from tests.evaluation.reports import report, system
from tests.evaluation.rows import outcome

Photo = Callable[..., Path]


def built(image: str = "gate.png") -> Report:
    rows = [outcome("AB1", image=image, region="DE"), outcome("A8", image=image, region="RU", box=(30, 20, 60, 30))]
    return report(system("ours", rows), errors=error_report(rows))


def write(made: Report, folder: Path, folders: dict[str, Path]) -> None:
    """As a run writes it."""
    write_document(document(made, galleries(made.ours.outcomes, folders)), made, folder)


def test_json_markdown_page_and_plots(photo: Photo, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "latest"
    write(built(), folder, {"gate": photo().parent})
    names = ["plot-confusion.png", "plot-read.png", "plot-region.png", "report.html", "report.json", "report.md"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert read_report(folder / "report.json") == built()
    assert "plot-region.png" in (folder / "report.md").read_text(encoding="utf-8")
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert html.count("data:image/jpeg;base64,") == 1  # the plate that was misread
    assert html.count("data:image/png;base64,") == 2 * 3
    assert Image.open(io.BytesIO((folder / "plot-read.png").read_bytes())).format == "PNG"


def test_an_older_report_is_replaced_and_other_files_stay(photo: Photo, tmp_path: Path) -> None:
    folder = tmp_path / "latest"
    folder.mkdir()
    for name in ("plot-tilt.png", "report.md", "notes.png"):
        (folder / name).write_text("old")
    write(built(), folder, {"gate": photo().parent})
    assert not (folder / "plot-tilt.png").exists()
    assert (folder / "report.md").read_text(encoding="utf-8").startswith("# Evaluation")
    assert (folder / "notes.png").read_text() == "old"


def test_a_failed_run_leaves_no_half_report(photo: Photo, tmp_path: Path) -> None:
    folder = tmp_path / "latest"
    write(built(), folder, {"gate": photo().parent})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ImageError, match="no such file"):
        write(built("gone.png"), folder, {"gate": tmp_path})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
