"""Ctrl-C ends a command line quietly, with the shells' status for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def ended(program: str) -> "subprocess.CompletedProcess[str]":
    """A process that begins as a command line does, and then runs ``program``."""
    begun = f"from src.core.cli import begin_command; begin_command(); {program}"
    return subprocess.run([sys.executable, "-c", begun], capture_output=True, text=True, check=False)


def test_ctrl_c_while_a_command_line_imports() -> None:
    done = ended("raise KeyboardInterrupt")
    assert (done.returncode, done.stderr) == (130, "")


def test_every_other_fault_keeps_its_traceback() -> None:
    done = ended("raise RuntimeError('disk pulled')")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "RuntimeError: disk pulled"


def test_importing_the_package_changes_nothing() -> None:
    """Even where a command line imports it: ``python -m`` has -m as its first word while it looks for the module."""
    program = (
        "import sys, warnings; sys.argv = ['-m']; before = sys.excepthook, list(warnings.filters);"
        "import src, src.core; print((sys.excepthook, list(warnings.filters)) == before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.mark.skipif(os.name == "nt", reason="named pipes")
def test_ctrl_c_while_a_command_line_works(tmp_path: Path) -> None:
    """It waits for a baseline that nobody writes."""
    pipe = tmp_path / "baseline.json"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "src.evaluate", "--baseline", str(pipe), "--out", str(tmp_path / "report")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        writer = opened_once_read(pipe, running)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        os.close(writer)
    assert (running.returncode, out, err) == (130, "", "")


def opened_once_read(pipe: Path, reader: "subprocess.Popen[str]") -> int:
    """The end to write to, as soon as ``reader`` waits at the other."""
    while reader.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.05)
    raise AssertionError(f"ended before it read: {reader.communicate()}")
