"""What every plain command line has: faults in one line, and their exit status."""

import argparse
import sys
from typing import NoReturn

USAGE = 2
"""Exit status for wrong usage: options, models, providers."""


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
