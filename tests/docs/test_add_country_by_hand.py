"""The lines by which a country is added, as `docs/plate-formats.md` has people paste them."""

import subprocess
from pathlib import Path

import yaml

from src.core.formats.registry import load_registry
from tests.commands import ROOT
from tests.docs.pages import blocks, page, section


def test_a_country_is_added_line_by_line(tmp_path: Path) -> None:
    """Nothing is called before ``make`` has set it up; the lines that only change files are run."""
    (block,) = blocks(section(page("docs/plate-formats.md"), "Add your country"))
    lines = block.strip().splitlines()
    assert lines[0].split("#")[0].strip() == "make fonts"
    changes = [line.split("  #")[0] for line in lines if line.startswith(("mkdir", "sed"))]
    assert len(changes) == 2
    (tmp_path / "configs").mkdir()
    for name in ("plates/pe.yaml", "train_ocr.yaml"):
        copy = tmp_path / "configs" / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((ROOT / "configs" / name).read_bytes())
    subprocess.run(["bash", "-euc", "\n".join(changes)], cwd=tmp_path, check=True)
    assert list(load_registry(tmp_path / "my-plates")) == ["XX"]
    before, after = (set(yaml.safe_load(f.read_text())["regions"]) for f in configs(tmp_path))
    assert after - before == {"XX"}
    training = next(n for n, line in enumerate(lines) if line.startswith("make train-ocr"))
    assert training > next(n for n, line in enumerate(lines) if line.startswith("sed"))


def configs(folder: Path) -> tuple[Path, Path]:
    """The configuration of the training as it is here, and in ``folder``."""
    return ROOT / "configs" / "train_ocr.yaml", folder / "configs" / "train_ocr.yaml"
