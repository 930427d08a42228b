"""What every command line does with the streams that it is given."""

import subprocess
import sys
from pathlib import Path

import pytest

from src.core.cli import counted

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for folder in ("src", "scripts")
    for path in (ROOT / folder).rglob("*.py")
    if "    run_command(" in path.read_text()
)


def end(*words: str, closed: str = "", out: str = "") -> "subprocess.CompletedProcess[str]":
    """The command line ``words`` of a shell, whose standard output goes to ``out`` or is ``closed``."""
    line = f'exec "$0" "$@" {closed or out}'
    command = ["bash", "-c", line, sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_command_begins_and_runs_as_one() -> None:
    """A module that ends the process by itself would print into the next file that it opens."""
    alone = [
        path
        for folder in ("src", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if '__name__ == "__main__"' in (text := path.read_text())
        and not ("    begin_command()" in text and "    run_command(" in text)
    ]
    # children that the benchmark measures and that the load test sends to: they print nothing
    assert sorted(path.name for path in alone) == ["process.py", "receivers.py"]
    assert len(COMMANDS) > 20


@pytest.mark.parametrize("command", ["src.infer", "src.plates", "src.train_ocr", "src.export", "src.service.keys"])
def test_a_closed_standard_output_is_one_line(command: str) -> None:
    done = end("-m", command, closed=">&-")
    assert done.returncode == 1
    assert done.stderr == "standard output: is closed; `> /dev/null` throws away what is printed\n"


def test_a_closed_standard_error_leaves_no_line_among_the_results(tmp_path: Path) -> None:
    done = end("-m", "src.plates", "check", str(tmp_path / "gone.yaml"), closed="2>&-")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
@pytest.mark.parametrize("words", [["list", "RU"], ["fits", "A123BC77"]])
def test_a_full_disk_is_one_line(words: list[str]) -> None:
    done = end("-m", "src.plates", *words, out="> /dev/full")
    assert (done.returncode, done.stderr) == (1, "output: cannot be written (No space left on device)\n")


def run_by(program: str, out: str = "") -> "subprocess.CompletedProcess[str]":
    """A process whose ``main`` is ``program``."""
    return end("-c", f"from src.core.cli import run_command\ndef main():\n {program}\nrun_command(main)", out=out)


def test_the_status_is_that_of_the_command() -> None:
    assert run_by("return 3").returncode == 3
    assert run_by("raise SystemExit(4)").returncode == 4
    done = run_by("raise SystemExit('no luck')")
    assert (done.returncode, done.stderr) == (1, "no luck\n")


def test_a_reader_that_has_gone_ends_it_quietly() -> None:
    done = run_by("[print(n) for n in range(100_000)]", out="| head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout) == (141, "0\n")
    assert done.stderr == ""


def test_any_other_fault_keeps_its_traceback() -> None:
    done = run_by("open('/nowhere/at/all')")
    assert done.stderr.splitlines()[-1].startswith("FileNotFoundError")


def test_counted() -> None:
    assert [counted(n, "picture") for n in (0, 1, 1200)] == ["0 pictures", "1 picture", "1,200 pictures"]
