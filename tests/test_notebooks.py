"""Notebooks explain and show: they define nothing, are kept without outputs, and run on what the repository ships."""

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted(Path("notebooks").resolve().glob("*.ipynb"))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _code(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_both_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01-explore-the-data", "02-where-the-reader-fails"]


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


@pytest.mark.slow
@each
def test_runs_on_the_samples_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATE_DATA", raising=False)
    if any(Path("data", name, "manifest.jsonl").exists() for name in ("scenes", "ocr", "ocr-unlabelled")):
        pytest.skip("data/ holds other data, which the notebook shows in place of the samples")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "these are the rendered samples of data/samples." in said
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5
