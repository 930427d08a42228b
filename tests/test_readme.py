"""What the README has people paste, and figures of it that are written elsewhere too."""

import re
import subprocess
from pathlib import Path

import yaml

from src.core.card import load_card
from src.core.formats.registry import load_registry
from tests.commands import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(heading: str) -> list[str]:
    """The lines of the first block of code under ``heading``."""
    section = README.partition(f"\n### {heading}\n")[2]
    return section.split("```")[1].replace("\\\n", "").strip().splitlines()


def test_a_country_is_added_line_by_line(tmp_path: Path) -> None:
    """Nothing is called before ``make`` has set it up; the lines that only change files are run."""
    lines = block("Add your country")
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


def test_the_metric_of_the_card_that_is_not_the_evaluations_is_named_with_its_figure() -> None:
    (stated,) = re.findall(r"`val/recall_0_24`, (\d+) %, is another\s+metric", README)
    assert int(stated) == round(100 * load_card(ROOT / "exports" / "detector").metrics["val/recall_0_24"])
