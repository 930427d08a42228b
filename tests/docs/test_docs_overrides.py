"""The words that the pages give to trainings and exports are keys and values of the configuration."""

import shlex

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore

from src.export.config import ExportConfig
from src.training.build import TrainConfig
from tests.commands import ROOT
from tests.docs.pages import PAGES, code, page

CONFIGS = {"train-ocr": "train_ocr", "train-detector": "train_detector", "export": "export"}


def commands() -> dict[str, list[str]]:
    """Each command with a word of its own in ``ARGS``, and these words; "..." stands for a path."""
    found = {}
    for name in PAGES:
        for line in "\n".join(code(page(name))).splitlines():
            words = shlex.split(line, comments=True) if line.startswith(tuple(f"make {t} " for t in CONFIGS)) else []
            given = [word.removeprefix("ARGS=") for word in words if word.startswith("ARGS=")]
            if given:
                found[" ".join(words)] = [word.replace("=...", "=path") for word in shlex.split(given[0])]
    return found


COMMANDS = commands()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_words_compose(command: str) -> None:
    """A key that the configuration lacks, or a value of another type, is an error."""
    ConfigStore.instance().store("train_schema", TrainConfig)
    ConfigStore.instance().store("export_schema", ExportConfig)
    with initialize_config_dir(str(ROOT / "configs"), version_base="1.3"):
        compose(CONFIGS[command.split()[1]], COMMANDS[command])


def test_there_are_such_commands() -> None:
    assert len(COMMANDS) > 15
