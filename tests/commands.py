"""What the tests of the command line share: words in, printed objects out."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
Photo = Callable[..., Path]
Command = Callable[..., tuple[int, str, str]]
"""Exit status, standard output, standard error."""


def start(models: Path, *words: object, **streams: object) -> "subprocess.Popen[bytes]":
    """The command line as a process of its own."""
    command = [sys.executable, "-m", "src.infer", *words, "--models", models, "--threads", "2"]
    return subprocess.Popen(list(map(str, command)), cwd=ROOT, bufsize=0, **streams)


def objects(printed: str) -> list[dict]:
    """JSON Lines, read."""
    return [json.loads(line) for line in printed.splitlines()]


def texts(described: dict) -> list[str]:
    """What the plates of a picture say."""
    return [plate["text"] for plate in described["plates"]]
