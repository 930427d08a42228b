"""A command as a new process: how long until its first line, and how much memory it held at most.

    python -S -m src.evaluation.latency.process COMMAND...

is a small program of the standard library alone, which starts the command and waits for it. Linux reports the memory of
whoever started a process as that process's own peak, so a large parent must not be the one that starts it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Fresh:
    """What became of the process."""

    ms: float  # from its start to its first line
    peak_mib: float
    status: int
    first_line: str
    errors: str  # standard error


def run_fresh(command: Sequence[str]) -> Fresh:
    """Runs ``command`` in the repository's root, as a grandchild of this process."""
    words = [sys.executable, "-S", "-m", "src.evaluation.latency.process", *command]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return Fresh(**json.loads(done.stdout), errors=done.stderr)


def main(command: list[str]) -> None:
    """Prints the figures of ``command`` as JSON; its standard error stays where it is."""
    start = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    first_line = process.stdout.readline()
    ms = (perf_counter() - start) * 1e3
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss / 2 ** (20 if sys.platform == "darwin" else 10)
    figures = {"ms": ms, "peak_mib": peak, "status": process.returncode, "first_line": first_line.decode().strip()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
