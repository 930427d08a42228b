"""Says which sources a camera may have: a key of an administrator must not make the service read what is its own."""

from urllib.parse import urlsplit

from src.service.addresses import METADATA, Address, meanings, resolved
from src.video.address import SCHEMES, SourceError, hide_password, parse_address


class SourceRefusedError(ValueError):
    """The error of a source that no camera may have here; the message is one line, without a password."""


def check_source(word: str, files: bool, local: bool) -> None:
    """Raises SourceRefusedError for a source that a camera may not have.

    ``files`` allows files, folders and camera numbers of this machine beside addresses. ``local`` allows addresses of
    this machine itself and link-local ones. A name that leads nowhere just now is allowed, as cameras come and go: what
    it leads to is checked again whenever the camera's process is started.
    """
    name = hide_password(word)
    if "://" not in word and not files:
        raise SourceRefusedError(
            f"{name}: only {', '.join(f'{scheme}://' for scheme in SCHEMES)} addresses are watched"
        )
    try:
        address = parse_address(word)
    except SourceError as error:
        raise SourceRefusedError(str(error)) from None
    if local or address.kind not in ("rtsp", "http"):
        return
    parts = urlsplit(address.place)
    for found in _addresses(str(parts.hostname), parts.port):
        if any(map(_is_own, meanings(found))):
            raise SourceRefusedError(f"{name}: leads to {found}, which is this machine's own or its link's")


def _addresses(host: str, port: int | None) -> list[Address]:
    """Returns where ``host`` leads to, nothing where that is not known now."""
    try:
        return resolved(host, port)
    except (OSError, UnicodeError):
        return []


def _is_own(address: Address) -> bool:
    return address.is_loopback or address.is_unspecified or address.is_link_local or address in METADATA
