"""``python -m src.service.probe http://127.0.0.1:8000/health``: the health check of the images.

Exit status: 0 it answers with success, 1 it does not.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from src.core.cli import run_command

TIMEOUT_S = 4.0


def main(argv: list[str] | None = None) -> int:
    """Prints in one line what is wrong, where something is; returns the exit status."""
    (url,) = sys.argv[1:] if argv is None else argv
    fault = probe(url)
    if fault is not None:
        print(f"{url}: {fault}", file=sys.stderr)
    return int(fault is not None)


def probe(url: str, timeout: float = TIMEOUT_S) -> str | None:
    """Returns why a GET of ``url`` has no success, None where it has. It uses no proxy, whatever the environment
    names.
    """
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"status {status}"


if __name__ == "__main__":
    run_command(main)
