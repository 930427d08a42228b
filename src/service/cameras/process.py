"""``python -m src.service.cameras.process``: watches one camera; the service starts it.

Its assignment is one JSON line on standard input, which stays open: when it is closed, the service is gone and the
process ends too. Exit status: 0 the source has come to its end, 1 it cannot be watched, 143 it was told to end. In all
cases what was in view is told before.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import os
import signal
import time
from threading import Thread

from src.core.cli import run_command
from src.service.cameras.assignment import Assignment
from src.service.cameras.ending import Ending
from src.service.cameras.folder import CameraFolder
from src.service.cameras.pulse import Pulse

STDIN = 0
FAILED, ENDED = 1, 128 + signal.SIGTERM
LAST_S = 5.0
"""Seconds after the end of the service in which the process tells what it has in view."""
LOADING_S = 300.0
"""Seconds that the models may take to load: a small machine unpacks its packages slowly at first."""


def main() -> int:
    """Watches the camera until its source ends or the process is told to end, and returns the exit status."""
    ending = Ending()
    # a buffered reader that a thread waits in cannot be torn down at the end of the process
    with open(STDIN, "rb", buffering=0, closefd=False) as stdin:
        given = Assignment.model_validate_json(stdin.readline())
    Thread(target=_end_with_the_service, daemon=True).start()
    folder = CameraFolder(given.folder)
    folder.make()
    with Pulse(folder, given.run) as pulse:
        pulse.expect(LOADING_S)
        from src.service.cameras.watching import Unwatchable, watch  # its imports take seconds

        try:
            watch(given, folder, pulse, ending)
        except Unwatchable as error:
            pulse.fault = str(error)
            return FAILED
        except Exception:
            pulse.fault = "a fault of its process, which the log tells more about"
            raise
    return ENDED if ending.is_asked else 0


def _end_with_the_service() -> None:
    """Waits for the end of standard input, and ends this process: in good order if that can be done in time."""
    while os.read(STDIN, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_S)
    os._exit(ENDED)


if __name__ == "__main__":
    run_command(main)
