"""What the tests of the command line share: words in, printed objects out."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Photo = Callable[..., Path]
Command = Callable[..., tuple[int, str, str]]
"""Exit status, standard output, standard error."""


def start(models: Path, *words: object, **streams: object) -> "subprocess.Popen[bytes]":
    """The command line as a process of its own."""
    command = [sys.executable, "-m", "src.infer", *words, "--models", models, "--threads", "2"]
    return subprocess.Popen(list(map(str, command)), cwd=ROOT, bufsize=0, **streams)


def command(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str], *common: object) -> Command:
    """Runs a command line in this process, its ``common`` words before those of each call."""

    def call(*words: object) -> tuple[int, str, str]:
        try:
            status = main([str(word) for word in (*common, *words)])
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return call


def objects(printed: str) -> list[dict]:
    """JSON Lines, read."""
    return [json.loads(line) for line in printed.splitlines()]


def texts(described: dict) -> list[str]:
    """What the plates of a picture say."""
    return [plate["text"] for plate in described["plates"]]
