"""What all plain command lines share: a fault is one line, and each kind of fault has its exit status."""

import argparse
import errno
import os
import sys
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, TextIO

FAILED = 1
"""Exit status where the output cannot be written, or some input failed."""
USAGE = 2
"""Exit status for wrong usage: options, models, providers."""
INTERRUPTED = 130
"""Exit status of a command line that Ctrl-C ended, as shells have it: 128 and the number of SIGINT."""
CLOSED_PIPE = 141
"""Exit status where nobody reads the output any more, as shells have it: 128 and the number of SIGPIPE."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The error numbers of a system that cannot write more; such an error does not say into which file."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose fault is one line on standard error, with exit status 2."""

    def __init__(self, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """Ends the program with one line and status 2."""
        print(f"{self.prog}: {message} (--help lists the options)", file=sys.stderr)
        raise SystemExit(USAGE)

    def commands(self) -> Any:
        """Returns what ``add_parser`` makes the parser of each command with, of a program that has several."""
        return self.add_subparsers(required=True, metavar="COMMAND", parser_class=_of_command)  # type: ignore[call-overload]


def begin_command() -> None:
    """Prepares a process that is a command line; it is called before the imports, which take seconds.

    From here on Ctrl-C ends the process quietly. A closed standard output (``>&-``) ends it at once, with one line and
    status 1: the next file that is opened would take its place, and what is printed would be written into that file. A
    closed standard error is replaced by one that goes nowhere, or its lines would be printed among the results.
    """
    sys.excepthook = _quiet
    warnings.filterwarnings("ignore", module=r"PIL\.")  # odd EXIF is no fault of the pixels, sizes are checked here
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # it is open as long as the process lives
    if sys.stdout is None:
        print("standard output: is closed; `> /dev/null` throws away what is printed", file=sys.stderr)
        raise SystemExit(FAILED)


def run_command(main: Callable[[], int | None]) -> NoReturn:
    """Ends the process with the status that ``main`` returns, once all that it printed is written.

    A reader that has closed the pipe ends it quietly with status 141, a full disk with one line and status 1.
    """
    try:
        status = _status(main)
        sys.stdout.flush()
    except BrokenPipeError:
        abandon(sys.stdout, sys.stderr)
        status = CLOSED_PIPE
    except OSError as error:
        if error.errno not in FULL:
            raise
        abandon(sys.stdout)
        print(f"output: cannot be written ({error.strerror})", file=sys.stderr)
        status = FAILED
    sys.exit(status)


def refused(prog: str, error: Exception, status: int = USAGE) -> int:
    """Prints a fault of the input in one line, and returns ``status``, that of wrong usage if nothing else is said.

    An OSError that names no file is raised again: the disk is full, and ``run_command`` says so.
    """
    if not isinstance(error, OSError):
        said = str(error)
    elif error.filename is None:
        raise error
    else:
        said = f"{error.filename}: {error.strerror}"
    print(f"{prog}: {said}", file=sys.stderr)
    return status


def speak_utf8() -> None:
    """Lets names of files be printed that are no UTF-8: their bytes become JSON's own escapes."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def abandon(*streams: TextIO) -> None:
    """Sends what ``streams`` still hold to nowhere; otherwise Python complains about it while it ends."""
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _status(main: Callable[[], int | None]) -> int | str | None:
    """Returns what ``main`` returns, or the status with which it ends the program."""
    try:
        return main()
    except SystemExit as end:
        return end.code


def _quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        raise SystemExit(INTERRUPTED)
    sys.__excepthook__(kind, error, trace)


def counted(n: int, noun: str) -> str:
    """Returns a number with its noun, such as ``1 picture`` or ``1,200 pictures``."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def _of_command(prog: str, description: str, **_: Any) -> Parser:
    """Makes the parser of a command; argparse passes more keywords than Parser has, and other ones by version."""
    return Parser(prog, description)
