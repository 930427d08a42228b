"""``python -m src.service.page --api http://127.0.0.1:8000 --port 8501``: the page as a web server of its own.

The environment variable NUMBER_PLATE_PAGE_KEY is the API key of visitors who enter none. Exit status 2: wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import os
from pathlib import Path
from urllib.parse import urlsplit

from streamlit.starlette import App

from src.core.cli import Parser, run_command
from src.service.launch.ports import address, port_fault, tcp_port
from src.service.page import API, PUBLIC, downloads, signing

PROG = "python -m src.service.page"

SCRIPT = Path(__file__).with_name("app.py")
OPTIONS: dict[str, str | int | bool] = {
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 20,  # MiB, as much as the API takes of one picture by default
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",  # a traceback is for the log
    "logger.hideWelcomeMessage": True,
    "global.disableWidgetStateDuplicationWarning": True,  # an address sets filters that have a default
    "theme.baseRadius": "8px",
    "theme.headingFontSizes": "2rem,1.7rem,1.3rem",
    "theme.light.primaryColor": "#12706f",
    "theme.light.backgroundColor": "#fcfcfa",
    "theme.light.secondaryBackgroundColor": "#f0f3f1",
    "theme.light.textColor": "#1c2629",
    "theme.dark.primaryColor": "#4db6ac",
    "theme.dark.backgroundColor": "#14191b",
    "theme.dark.secondaryBackgroundColor": "#1e2629",
    "theme.dark.textColor": "#e4eae8",
}
"""Options of Streamlit; they take the place of a file of settings on this machine."""


def main(argv: list[str] | None = None) -> int:
    """Serves until it is stopped."""
    args = parse(argv)
    os.environ[API], os.environ[PUBLIC] = args.api, args.public_api
    print(f"page {address(args.host, args.port)}, API {args.api}", flush=True)
    App(SCRIPT, routes=[*signing.ROUTES, *downloads.ROUTES]).run(
        config=OPTIONS | {"server.address": args.host, "server.port": args.port}
    )
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Serves the page, which talks to the API.")
    parser.add_argument(
        "--api",
        type=_address,
        default=os.environ.get(API) or "http://127.0.0.1:8000",
        metavar="URL",
        help=f"where the API is (default: {API}, or else http://127.0.0.1:8000)",
    )
    parser.add_argument(
        "--public-api",
        type=_public,
        default=os.environ.get(PUBLIC) or "",
        metavar="URL",
        help="where the browsers of visitors find it, or its port on the page's host, as :8000 "
        f"(default: {PUBLIC}, or else as --api)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=tcp_port, default=8501, metavar="N", help="default: 8501")
    args = parser.parse_args(argv)
    if fault := port_fault(args.host, args.port):
        parser.error(f"--port {args.port}: {fault}")
    return args


def _address(word: str) -> str:
    try:
        parts = urlsplit(word)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        known = False
    if not known:
        raise argparse.ArgumentTypeError(f"{word!r} is no address such as http://127.0.0.1:8000")
    return word.rstrip("/")


def _public(word: str) -> str:
    return f":{tcp_port(word[1:])}" if word.startswith(":") else _address(word) if word else ""


if __name__ == "__main__":
    run_command(main)
