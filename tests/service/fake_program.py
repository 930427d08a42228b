"""Stands for a program of the service: it answers 200 to any GET.

It is started as ``python -m tests.service.fake_program --host HOST --port N``.

In the environment: FAKE_STATUS, the exit status that it ends with at the first GET of ``/end``; FAKE_LOG, a file that
gets the names of the signals that came; FAKE_DEAF, that it ends at none of them; FAKE_DUMB, that it never listens.
"""

import argparse
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Answers, and ends the process where it is asked to."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        if self.path == "/end":
            self.wfile.flush()
            os._exit(int(os.environ["FAKE_STATUS"]))

    def log_message(self, format: str, *words: object) -> None:
        """Says nothing."""


def main() -> None:
    """Serves until a signal comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    args = parser.parse_args()
    ended = threading.Event()

    def heard(number: int, _frame: object) -> None:
        if "FAKE_LOG" in os.environ:
            with Path(os.environ["FAKE_LOG"]).open("a") as log:
                print(f"{args.port} {signal.Signals(number).name}", file=log)
        if "FAKE_DEAF" not in os.environ:
            ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, heard)
    if "FAKE_DUMB" not in os.environ:
        server = HTTPServer((args.host, args.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ended.wait()


if __name__ == "__main__":
    main()
