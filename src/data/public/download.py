"""Downloads a file over HTTP and continues where an earlier attempt stopped."""

from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

TIMEOUT = 60
"""A connection that sends no byte for this many seconds is given up."""
CHUNK = 1 << 20


class FetchError(ValueError):
    """Something could not be fetched; the message names it and the fault."""


def download(url: str, target: Path) -> int:
    """Fetches ``url`` to ``target``, which appears whole or not at all; returns how many bytes were there before.

    Received bytes stay beside it as ``.part`` and are not asked for again if the server supports ranges (RFC 9110,
    section 14). Raises FetchError.
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    start = part.stat().st_size if part.is_file() else 0
    try:
        with urlopen(Request(url, headers={"Range": f"bytes={start}-"} if start else {}), timeout=TIMEOUT) as response:
            start = start if response.status == 206 else 0
            _receive(response, part, start)
    except HTTPError as error:
        if error.code != 416 or error.headers.get("Content-Range") != f"bytes */{start}":
            if error.code == 416:  # more bytes than the file has, so they are no beginning of it
                part.unlink()
            raise FetchError(f"{url}: {error.code} {error.reason}") from None
        # otherwise nothing is left to ask for: the whole file had arrived before it could be renamed
    except URLError as error:
        raise FetchError(f"{url}: {error.reason}") from None
    except (OSError, HTTPException) as error:
        raise FetchError(f"{url}: {error}; run it again to go on") from None
    part.replace(target)
    return start


def _receive(response: HTTPResponse, part: Path, start: int) -> None:
    """Appends to the first ``start`` bytes of ``part``. Raises FetchError if the connection ends early."""
    expected = response.headers.get("Content-Length")
    with part.open("ab" if start else "wb") as file:
        for chunk in _chunks(response, part.stem, start, start + int(expected) if expected else None):
            file.write(chunk)
        received = file.tell() - start
    if expected and received < int(expected):
        raise FetchError(f"{response.url}: ended after {received} of {expected} bytes; run it again to go on")


def _chunks(response: HTTPResponse, name: str, start: int, total: int | None) -> Iterator[bytes]:
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, completed=start, total=total)
        while chunk := response.read(CHUNK):
            yield chunk
            progress.advance(task, len(chunk))
