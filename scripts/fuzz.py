"""Feeds damaged pictures to the runtime: each must be answered by a result or a named error, in time, without growth.

    python -m scripts.fuzz --inputs 10000

Inputs are numbered, and ``--first N --inputs 1`` repeats one. A child process reads them, so that a crash or a hang
names the input that it came of. Exit status: 0 all answered, 1 some not, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import faulthandler
import multiprocessing
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter

from scripts.fuzz_corpus import corpus, damaged
from src.core.cli import Parser, run_command
from src.core.image import ImageError, read_photograph
from src.runtime.output import describe
from src.runtime.reader import Reader, read_file

PROG = "python -m scripts.fuzz"
EVERY = 5
"""Of the inputs each so-many-th goes through the networks too, where it can still be decoded."""
LIMIT = 60.0
"""Seconds that no input may take, however loaded the machine."""
GROWTH = 32.0
"""MiB between the second quarter and the last that would be a leak: 6 KiB an input where they are ten thousand."""


class UnansweredError(RuntimeError):
    """An input that was answered by no result and no named error; the message says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one input."""

    kind: str  # "decoded", "read", also of a truncated file, or a named error without its details
    seconds: float
    resident: float  # MiB of the process afterwards


@dataclass(slots=True)
class Tally:
    """What became of them all."""

    kinds: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    resident: list[float] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        """Counts one more."""
        self.kinds[answer.kind] += 1
        self.slowest = max(self.slowest, answer.seconds)
        self.resident.append(answer.resident)

    @property
    def growth(self) -> float:
        """MiB from the median of the second quarter, when all is loaded, to that of the last."""
        quarter = len(self.resident) // 4
        return median(self.resident[-quarter:]) - median(self.resident[quarter : 2 * quarter])


def fuzz(models: Path | str, first: int, inputs: int, limit: float = LIMIT) -> Tally:
    """The answers to ``inputs`` inputs from number ``first`` on. Raises UnansweredError at the first that has none."""
    tally = Tally()
    for answer in _answers(models, first, inputs, limit):
        tally.add(answer)
    return tally


def _answers(models: Path | str, first: int, inputs: int, limit: float) -> Iterator[Answer]:
    here, there = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=answer_all, args=(there, models, first, inputs))
    child.start()
    there.close()
    try:
        for number in range(first, first + inputs):
            if not here.poll(limit):
                raise UnansweredError(f"input {number}: no answer in {limit:g} seconds")
            try:
                yield here.recv()
            except EOFError:
                raise UnansweredError(f"input {number}: its process ended, see above") from None
    finally:
        child.kill()
        child.join()


def answer_all(to: Connection, models: Path | str, first: int, inputs: int) -> None:
    """The child: reads input after input and sends its answer."""
    faulthandler.enable()
    warnings.filterwarnings("ignore", module=r"PIL\.")  # as the command lines do
    reader, files = Reader(models, threads=1), corpus()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "input")
        for number in range(first, first + inputs):
            path.write_bytes(damaged(files, number))
            start = perf_counter()
            kind = answer(path, reader if number % EVERY == 0 else None)
            to.send(Answer(kind, perf_counter() - start, resident()))


def answer(path: Path, reader: Reader | None) -> str:
    """Decodes a file, and reads its plates where there is a ``reader``; whatever is raised but ImageError gets out."""
    try:
        if reader is None:
            return "decoded, truncated" if read_photograph(path).truncated else "decoded"
        record = describe(str(path), read_file(reader, path)[1], None)
    except ImageError as error:
        return "over 100 megapixels" if "over 100 mega" in str(error) else str(error).partition(" (")[0]
    return "read, truncated" if record.truncated else "read"


def resident() -> float:
    """MiB of memory that this process has at the moment, on Linux."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(argv: list[str] | None = None) -> int:
    """Prints what became of the inputs."""
    parser = Parser(PROG, "Feeds damaged pictures to the runtime.")
    parser.add_argument("--inputs", type=int, default=10_000, metavar="N", help="how many (default: 10000)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first (default: 0)")
    parser.add_argument("--models", default="exports", metavar="DIR", help="models to read with (default: exports)")
    args = parser.parse_args(argv)
    start = perf_counter()
    try:
        tally = fuzz(args.models, args.first, args.inputs)
    except UnansweredError as fault:
        print(f"{PROG}: {fault}", file=sys.stderr)
        return 1
    print(f"{args.inputs} inputs, {perf_counter() - start:.0f} s, the slowest {tally.slowest:.2f} s")
    print(f"memory {tally.resident[-1]:.0f} MiB at the end, {tally.growth:+.1f} MiB since the second quarter")
    for kind, count in tally.kinds.most_common():
        print(f"{count:6}  {kind}")
    if tally.growth > GROWTH:
        print(f"{PROG}: memory grows", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run_command(main)
