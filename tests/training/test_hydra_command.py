"""A command line of Hydra's ends with one line for what it cannot make sense of."""

import os
import subprocess
import sys

import pytest

from tests.commands import ROOT


def ended(module: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("module", "word", "line"),
    [
        (
            "src.train_ocr",
            "optim.learning_rate=fast",
            "ocr: optim.learning_rate=fast: Input should be a valid number",
        ),
        ("src.train_detector", "sed=2", "train_detector: Could not override 'sed'. Key 'sed' not in 'TrainConfig'"),
        (
            "src.train_detector",
            "seed=soon",
            "train_detector: Error merging override seed=soon "
            "Value 'soon' of type 'str' could not be converted to Integer",
        ),
        (
            "src.export",
            "detector.size=big",
            "export: Error merging override detector.size=big "
            "Value 'big' of type 'str' could not be converted to Integer",
        ),
        (
            "src.export",
            "ocr.chekpoint=a",
            "export: Could not override 'ocr.chekpoint'. Key 'chekpoint' not in 'OCRExport'",
        ),
        ("src.export", "models=[", "export: no viable alternative at input '['"),
    ],
)
def test_a_value_or_key_that_cannot_be_is_one_line(module: str, word: str, line: str) -> None:
    done = ended(module, word)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{line}\n")


def test_hydras_own_variable_brings_the_traceback() -> None:
    done = ended("src.export", "models=[", HYDRA_FULL_ERROR="1")
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
