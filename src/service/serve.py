"""``python -m src.service.serve``: the API and its page on this machine, together.

Exit status: 0 ended by Ctrl-C or SIGTERM, 1 a program failed, 2 wrong usage (options, a port in use, settings, an
open address without keys).
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from src.core.cli import USAGE, Parser, run_command
from src.service.launch.exposure import FLAG, HELP, may_listen
from src.service.launch.ports import address, port_fault, tcp_port
from src.service.probe import probe
from src.service.settings import PREFIX, Settings, SettingsError

PROG = "python -m src.service.serve"
READY_S = 180.0
"""Seconds within which the programs must become ready: a small machine unpacks the page's packages slowly at first."""
CLOSE_S = 10
"""Seconds that the programs may take to end, beside those in which the API answers what it has taken."""
TICK_S = 0.1


class ProgramError(RuntimeError):
    """The error of a program that cannot go on; ``status`` is the exit status that it leads to."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Program:
    """A program that serves HTTP. ``health`` is the path that answers 200 once it is ready."""

    name: str
    module: str
    port: int
    health: str
    environment: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


def main(argv: list[str] | None = None) -> int:
    """Serves until a signal comes or a program ends, and returns the exit status."""
    parser = Parser(PROG, "Serves the API and its page; settings are NUMBER_PLATE_... in the environment or .env.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=tcp_port, default=8000, metavar="N", help="of the API (default: 8000)")
    parser.add_argument("--page-port", type=tcp_port, default=8501, metavar="N", help="of the page (default: 8501)")
    parser.add_argument(FLAG, action="store_true", help=HELP)
    args = parser.parse_args(argv)
    for flag, port in (("--port", args.port), ("--page-port", args.page_port)):
        if fault := port_fault(args.host, port):
            parser.error(f"{flag} {port}: {fault}")
    if args.port == args.page_port:
        parser.error(f"--page-port {args.page_port}: is the API's")
    try:
        settings = Settings.load()
        if not args.allow_open and not may_listen(PROG, args.host, settings.require_keys, False):
            return USAGE
        # where that is allowed, the API prints in red what is open, once for both programs
        api = Program("API", "src.service", args.port, "/health", flags=(FLAG,) if args.allow_open else ())
        reach = page_environment(settings, address(args.host, args.port))
        page = Program("page", "src.service.page", args.page_port, "/_stcore/health", reach)
        return serve(args.host, (api, page), settings.grace_s + CLOSE_S)
    except SettingsError as fault:
        print(f"{PROG}: {fault}", file=sys.stderr)
        return USAGE
    except ProgramError as fault:
        print(f"{PROG}: {fault}", file=sys.stderr)
        return fault.status


def page_environment(settings: Settings, api: str) -> dict[str, str]:
    """Returns the settings for the page, which may be in ``.env``; ``api`` is the address of the API unless they name
    one.
    """
    optional = {"PAGE_KEY": settings.page_key, "PAGE_PUBLIC_API": settings.page_public_api}
    known = {f"{PREFIX}{name}": value for name, value in optional.items() if value is not None}
    return {f"{PREFIX}PAGE_API": settings.page_api or api} | known


def serve(host: str, programs: Sequence[Program], end_s: float) -> int:
    """Starts ``programs``, prints where they are once all are ready, and ends them all when a signal comes.

    They have ``end_s`` seconds to end, and are killed then. Raises ProgramError when one does not become ready, or ends
    by itself; the others are ended first.
    """
    with _signals() as received, _running(host, programs, end_s) as processes:
        _wait_until_ready(host, programs, processes, received)
        if not received:
            for program in programs:
                print(f"{program.name:5} {address(host, program.port)}", flush=True)
        while not received:
            _check(programs, processes)
            time.sleep(TICK_S)
    return 0


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Yields the signals that came and mean the end, in their order; the earlier handlers come back afterwards."""
    received: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    earlier = [signal.signal(number, lambda came, _frame: received.append(came)) for number in numbers]
    try:
        yield received
    finally:
        for number, handler in zip(numbers, earlier, strict=True):
            signal.signal(number, handler)


@contextmanager
def _running(host: str, programs: Sequence[Program], end_s: float) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Yields the processes of ``programs``, which are all ended when the block is left."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for program in programs:
            command = [
                sys.executable,
                "-m",
                program.module,
                "--host",
                host,
                "--port",
                str(program.port),
                *program.flags,
            ]
            # in sessions of their own, or Ctrl-C reaches them twice, which servers take for impatience
            environment = os.environ | program.environment
            processes.append(subprocess.Popen(command, env=environment, start_new_session=True))
        yield processes
    finally:
        _end(processes, end_s)


def _end(processes: Sequence[subprocess.Popen[bytes]], end_s: float) -> None:
    """Whatever signal came: of all that mean the end, SIGTERM is the one that servers heed in good order."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + end_s
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(
    host: str, programs: Sequence[Program], processes: Sequence[subprocess.Popen[bytes]], received: list[int]
) -> None:
    """Returns when all answer, or a signal came. Raises ProgramError."""
    deadline = time.monotonic() + READY_S
    for program in programs:
        while not received and probe(address(host, program.port) + program.health) is not None:
            _check(programs, processes)
            if time.monotonic() > deadline:
                raise ProgramError(f"the {program.name} is not ready after {READY_S:g} seconds")
            time.sleep(TICK_S)


def _check(programs: Sequence[Program], processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Raises ProgramError that names the first program that has ended."""
    for program, process in zip(programs, processes, strict=True):
        status = process.poll()
        if status is not None:
            raise ProgramError(f"the {program.name} ended (status {status})", USAGE if status == USAGE else 1)


if __name__ == "__main__":
    run_command(main)
