"""Says which sources a camera may have: a key of an administrator must not make the service read what is its own."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from src.video.address import SCHEMES, SourceError, hide_password, parse_address

METADATA = frozenset(map(ip_address, ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Where clouds tell their machines secrets; most of these addresses are link-local anyway."""


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
        if _is_own(found):
            raise SourceRefusedError(f"{name}: leads to {found}, which is this machine's own or its link's")


def _addresses(host: str, port: int | None) -> set[IPv4Address | IPv6Address]:
    """Returns where ``host`` leads to, nothing where that is not known now.

    The system's own resolver is asked even for numbers, as it takes some that do not look like addresses (``0x7f.1``).
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    return {ip_address(str(address[0]).partition("%")[0]) for *_, address in found}


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_loopback or inner.is_unspecified or inner.is_link_local or inner in METADATA
