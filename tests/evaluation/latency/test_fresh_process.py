"""What a process needs is its own need, not that of whoever started it."""

import sys
from time import perf_counter

from src.evaluation.latency.process import run_fresh


def test_the_first_line_ends_the_clock() -> None:
    code = "import time; print('first', flush=True); time.sleep(0.5); print('second')"
    start = perf_counter()
    ended = run_fresh([sys.executable, "-S", "-c", code])
    assert (ended.first_line, ended.status) == ("first", 0)
    assert ended.ms > 0
    assert (perf_counter() - start) * 1e3 - ended.ms > 500


def test_peak_memory_is_that_of_the_process_alone() -> None:
    ours = bytearray(300 * 2**20)
    small = run_fresh([sys.executable, "-S", "-c", "print()"])
    large = run_fresh([sys.executable, "-S", "-c", "x = b'1' * (100 * 2**20); print()"])
    assert len(ours) / 2**20 > 100 > small.peak_mib
    assert 90 < large.peak_mib - small.peak_mib < 110


def test_a_failure_comes_with_its_words() -> None:
    ended = run_fresh([sys.executable, "-S", "-c", "raise SystemExit('out of paper')"])
    assert (ended.status, ended.first_line, ended.errors.strip()) == (1, "", "out of paper")
