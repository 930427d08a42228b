"""Hydra commands report a fault in one line, as every other command does."""

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from src.core.cli import USAGE

_FULL = "HYDRA_FULL_ERROR"
"""The variable by which Hydra raises what goes wrong, instead of printing several lines of it."""
_NOISE = ("full_key:", "object_type=", "reference_type=", "See https://", "To append to your config")


def hydra_command(main: Callable[[], Any], name: str) -> Callable[[], None]:
    """``main``, a function of ``hydra.main``, ending with one line and status 2 for what Hydra cannot make sense of.

    ``name`` begins the line. Where the environment has HYDRA_FULL_ERROR=1, a traceback is wanted and stays.
    """
    return main if os.environ.get(_FULL) == "1" else partial(_explained, main, name)


def _explained(main: Callable[[], Any], name: str) -> None:
    os.environ[_FULL] = "1"
    try:
        main()
    except (HydraException, OmegaConfBaseException) as error:
        print(f"{name}: {_line(error)}", file=sys.stderr)
        sys.exit(USAGE)


def _line(error: Exception) -> str:
    """What Hydra says, and what OmegaConf says below it, less what names neither key nor value."""
    said = [str(error), *([str(error.__cause__)] if isinstance(error.__cause__, OmegaConfBaseException) else [])]
    lines = [line.strip() for words in said for line in words.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(_NOISE))
