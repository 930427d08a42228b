"""``python -m src.service``: serves the API; everything but the address is set by ``NUMBER_PLATE_...`` or ``.env``.

Exit status: 0 ended by Ctrl-C or SIGTERM, with everything answered that was taken; 2 wrong usage (options, settings,
models, database, a port in use, an open address without keys).
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import os
import sys
from contextlib import ExitStack
from types import FrameType

import uvicorn
from fastapi import FastAPI

from src.core.card import CardError
from src.core.cli import USAGE, Parser, run_command
from src.runtime.session import ProviderError
from src.runtime.triton import TritonError
from src.service.app import create_app
from src.service.database import DatabaseError
from src.service.launch.exposure import FLAG, HELP, may_listen
from src.service.launch.ports import port_fault, tcp_port
from src.service.lifespan import opened
from src.service.settings import Settings, SettingsError

PROG = "python -m src.service"


def main(argv: list[str] | None = None) -> int:
    """Serves until a signal comes, and returns the exit status."""
    parser = Parser(PROG, "Serves the API; settings are NUMBER_PLATE_... in the environment or .env.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=tcp_port, default=8000, metavar="N", help="default: 8000")
    parser.add_argument(FLAG, action="store_true", help=HELP)
    args = parser.parse_args(argv)
    if fault := port_fault(args.host, args.port):
        parser.error(f"--port {args.port}: {fault}")
    with ExitStack() as stack:
        try:
            settings = Settings.load()
            if not may_listen(PROG, args.host, settings.require_keys, args.allow_open):
                return USAGE
            resources = stack.enter_context(opened(settings))
        except (SettingsError, CardError, ProviderError, TritonError, DatabaseError, OSError) as error:
            print(f"{PROG}: {error}", file=sys.stderr)
            return USAGE
        serve(create_app(settings, resources), args.host, args.port, settings.grace_s)
    return 0


def serve(app: FastAPI, host: str, port: int, grace_s: int) -> None:
    """Returns when a signal came and everything that was taken before is answered; it waits ``grace_s`` at most."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="on",
        ws="none",
        access_log=False,  # addresses have plates in them, which would outlive every retention period there
        server_header=False,
        # otherwise any program of this machine could choose the address that the audit notes
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
        timeout_graceful_shutdown=grace_s,
    )
    _Server(config, app).run()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Refuses new requests from now on. The signal is not raised again, and further ones change nothing."""
        if self.started:
            self._app.state.service.drain.begin()
        self.should_exit = True


if __name__ == "__main__":
    run_command(main)
