"""What the targets of the Makefile pass on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment that is set up, as far as make can tell, whose Python prints its words, one a line."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    for name in (".runtime", ".evaluate", ".peer", ".full"):
        (tmp_path / name).touch()
    return tmp_path


def words(venv: Path, *arguments: str, **environment: str) -> list[str]:
    """What Python is called with by ``make ARGUMENTS``, but for the module."""
    command = ["make", "--silent", f"VENV={venv}", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout.splitlines()[2:]


NAMES = ["it's a car.jpg", 'a "quoted" car.jpg', "pay$day $(shell).jpg", "a;b & c.jpg", "-", "*.jpg", r"back\slash.jpg"]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_arrives_as_it_is(venv: Path, name: str) -> None:
    assert words(venv, "infer", f"IMAGE={name}") == ["--", name]
    assert words(venv, "infer", IMAGE=name) == ["--", name]
    assert words(venv, "benchmark", f"PEER={name}")[-2:] == ["--peer", name]


def test_further_words_are_words_of_the_shell(venv: Path) -> None:
    options = "--format jsonl --save 'my folder'"
    assert words(venv, "infer", "IMAGE=a.jpg", f"ARGS={options}") == [
        "--format",
        "jsonl",
        "--save",
        "my folder",
        "--",
        "a.jpg",
    ]


def test_no_picture_is_wrong_usage(venv: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        words(venv, "infer", IMAGE="")
    assert failed.value.stdout == "usage: make infer IMAGE=path/to/photograph.jpg\n"
