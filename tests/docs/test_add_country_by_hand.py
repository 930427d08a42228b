"""The lines by which a country is added, as `docs/plate-formats.md` has people paste them."""

import shlex
import subprocess
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore

from src.core.formats.registry import load_registry
from src.export.config import ExportConfig
from src.training.build import TrainConfig
from tests.commands import ROOT
from tests.docs.pages import blocks, page, section

(BLOCK,) = blocks(section(page("docs/plate-formats.md"), "Add your country"))
LINES = [line for line in BLOCK.splitlines() if not line.startswith("#")]


def test_the_lines_make_a_country(tmp_path: Path) -> None:
    """Nothing is called before ``make`` has set it up; the line that only makes files is run."""
    assert LINES[0] == "make fonts"
    (making,) = (line for line in LINES if line.startswith("mkdir"))
    (tmp_path / "configs" / "plates").mkdir(parents=True)
    (tmp_path / "configs" / "plates" / "pe.yaml").write_bytes((ROOT / "configs" / "plates" / "pe.yaml").read_bytes())
    subprocess.run(["bash", "-euc", making], cwd=tmp_path, check=True)
    assert list(load_registry(tmp_path / "my-plates")) == ["XX"]


def test_the_training_and_the_export_take_their_words() -> None:
    """A key that the configuration lacks is an error."""
    ConfigStore.instance().store("train_schema", TrainConfig)
    ConfigStore.instance().store("export_schema", ExportConfig)
    training, export = (overrides(target) for target in ("train-ocr", "export"))
    with initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
        trained, exported = compose("train_ocr", training), compose("export", export)
    assert trained.registry == trained.data.registry == exported.ocr.registry == ["configs/plates", "my-plates"]
    assert exported.ocr.checkpoint == f"{trained.output_dir}/checkpoints/best.ckpt"
    assert "XX" in trained.data.synthetic_weights


def overrides(target: str) -> list[str]:
    """The words of ``ARGS`` of a target, as the shell splits them."""
    (line,) = (line for line in LINES if line.startswith(f"make {target} "))
    (given,) = (word for word in shlex.split(line) if word.startswith("ARGS="))
    return shlex.split(given.removeprefix("ARGS="))
