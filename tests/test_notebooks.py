"""Notebooks explain and show: they define nothing, are kept without outputs, and run on what the repository ships."""

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from src.core.card import load_card
from src.data.annotations.manifest import write_manifest
from src.evaluation.datasets.synthetic import synthetic_set
from tests.fonts import FONTS

NOTEBOOKS = sorted(Path("notebooks").resolve().glob("*.ipynb"))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
COUNTRY = "03-add-your-country"
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _code(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_all_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01-explore-the-data",
        "02-where-the-reader-fails",
        COUNTRY,
        "04-video",
    ]


@each
def test_kept_without_outputs(path: Path) -> None:
    cells = _code(path)
    assert cells
    assert [cell["outputs"] for cell in cells] == [[]] * len(cells)
    assert {cell["execution_count"] for cell in cells} == {None}


@each
def test_defines_nothing(path: Path) -> None:
    for cell in _code(path):
        tree = ast.parse("".join(cell["source"]))
        assert not [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, DEFINITIONS)]


@pytest.fixture(autouse=True)
def _shown_inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit, once imported, wants all figures drawn in memory."""
    monkeypatch.delenv("MPLBACKEND", raising=False)


def _outputs(notebook: nbformat.NotebookNode, path: Path) -> list[Any]:
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": path.parent}}).execute()
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def _said(outputs: list[Any]) -> str:
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS[:2], ids=lambda path: path.stem)
def test_runs_on_the_samples_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATE_DATA", raising=False)
    if any(Path("data", name, "manifest.jsonl").exists() for name in ("scenes", "ocr", "ocr-unlabelled")):
        pytest.skip("data/ holds other data, which the notebook shows in place of the samples")
    outputs = _outputs(nbformat.read(path, as_version=4), path)
    assert "these are the rendered samples of data/samples." in _said(outputs)
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """A face to train on, two held out."""
    folder = tmp_path / "fonts"
    (folder / "held-out").mkdir(parents=True)
    shutil.copy(FONTS / "DejaVuSans.ttf", folder)
    for name in ("DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"):
        shutil.copy(FONTS / name, folder / "held-out")
    return folder


@pytest.mark.slow
def test_a_country_is_added_in_20_steps(fonts: Path, tmp_path: Path) -> None:
    """With crops of its own, drawn here: from the file to the figures before and after."""
    (path,) = (path for path in NOTEBOOKS if path.stem == COUNTRY)
    records = []
    for record, image in synthetic_set(fonts, 12, {"BO": 1}, [Path("notebooks/plates")]):
        name = f"{record.image}.png"
        Image.fromarray(image).save(tmp_path / name)
        split = "train" if len(records) < 8 else "val"
        records.append(record.model_copy(update={"image": name, "source": "mine", "split": split}))
    write_manifest(tmp_path / "manifest.jsonl", records)
    notebook = nbformat.read(path, as_version=4)
    (at,) = (i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
    stated = {"photographs": tmp_path / "manifest.jsonl", "fonts": fonts, "out": tmp_path / "out"}
    small = "epochs, crops, batch, val, drawn = 1, 160, 8, 16, 12"
    cell = [f"{name} = Path({str(value)!r})" for name, value in stated.items()]
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("\n".join([*cell, small])))
    outputs = _outputs(notebook, path)
    said = _said(outputs)
    assert "Bolivia, beside" in said
    assert "12 texts of photographs, 0 of them fit no type: none" in said
    assert "BO in the card: regions True, formats True" in said
    tables = "".join(output.data.get("text/markdown", "") for output in outputs if "data" in output)
    assert all(f"| {name} | reader alone" in tables for name in ("drawn-BO", "drawn-others"))
    assert load_card(tmp_path / "out" / "exports" / "ocr").trained_on == {"mine": 8, "samples_drawn": 160}
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5


@pytest.mark.slow
def test_a_video_is_watched() -> None:
    (path,) = (path for path in NOTEBOOKS if path.stem == "04-video")
    outputs = _outputs(nbformat.read(path, as_version=4), path)
    assert _said(outputs).count("of them alone read as") == 3
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
