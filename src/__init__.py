"""Number plates: found, read, trained and measured."""

import sys
import warnings
from types import TracebackType

INTERRUPTED = 130
"""Exit status of a command line that Ctrl-C ended, as shells have it: 128 and the number of SIGINT."""


def _quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        raise SystemExit(INTERRUPTED)
    sys.__excepthook__(kind, error, trace)


if sys.argv[:1] == ["-m"]:  # python -m src.x looks for its module
    sys.excepthook = _quiet  # from here on, slow imports too, Ctrl-C ends it quietly
    warnings.filterwarnings("ignore", module=r"PIL\.")  # odd EXIF is no fault of the pixels, sizes are checked here
