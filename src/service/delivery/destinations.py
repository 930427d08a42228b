"""Where deliveries may go: a receiver must not make the service speak to what is behind its own walls.

The host of an address is looked up when the address is entered, everything that it leads to is checked, and nothing
else is connected to later, whatever the name leads to by then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from string import punctuation
from urllib.parse import quote, urlsplit

from src.service.addresses import METADATA, Address, meanings, resolved
from src.service.delivery.events import ReceiverKind

Network = IPv4Network | IPv6Network

_HTTP = {"https": 443, "http": 80}
PORTS = {
    ReceiverKind.WEBHOOK: _HTTP,
    ReceiverKind.BARRIER: _HTTP,
    ReceiverKind.MQTT: {"mqtts": 8883, "mqtt": 1883},
}
"""The schemes of each kind's addresses, with their usual ports."""
LONGEST = 2048
"""The characters of an address at most."""
_CGNAT = IPv4Network("100.64.0.0/10")
_SITE_LOCAL = IPv6Network("fec0::/10")
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


class DestinationError(ValueError):
    """The error of an address that nothing may be sent to; the message is one line, without the address."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address, taken to pieces."""

    scheme: str
    host: str
    """In ASCII and lower case; an address of IPv6 has no brackets."""
    port: int
    target: str
    """The path with the query."""

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken there."""
        return self.scheme in ("https", "mqtts")


def parse_networks(words: str) -> tuple[Network, ...]:
    """Returns the networks that are named between commas.

    Raises ValueError for what is none, and for one whose address has bits behind its prefix.
    """
    return tuple(ip_network(word.strip()) for word in words.split(",") if word.strip())


def parse_destination(address: str, kind: ReceiverKind) -> Destination:
    """Takes an address to pieces. Raises DestinationError."""
    ports = PORTS[kind]
    wanted = " or ".join(f"{scheme}://" for scheme in ports)
    if len(address) > LONGEST or not _PLAIN.fullmatch(_ascii(address)) or "\\" in address:
        raise DestinationError(f"is no address that begins with {wanted}, of {LONGEST} plain characters at most")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise DestinationError("is no address: its host or its port is none") from None
    if parts.scheme not in ports:
        raise DestinationError(f"does not begin with {wanted}")
    if "@" in parts.netloc:
        raise DestinationError("has a user or a password in it, which everybody would see; enter them on their own")
    if "#" in address:
        raise DestinationError("has a fragment, which no server is sent")
    host = _ascii_host(parts.hostname or "")
    if port == 0:
        raise DestinationError("has the port 0, at which nobody listens")
    path = parts.path or ("" if kind is ReceiverKind.MQTT else "/")
    target = quote(path + (f"?{parts.query}" if parts.query else ""), safe=punctuation)
    if kind is ReceiverKind.MQTT and target not in ("", "/"):
        raise DestinationError("has a path, which brokers do not have")
    return Destination(parts.scheme, host, port or ports[parts.scheme], target)


def pin(destination: Destination, allowed: Sequence[Network]) -> list[str]:
    """Looks the host up, and returns its IP addresses: nothing else may be connected to. Raises DestinationError.

    All of them have to be public, or in one of the ``allowed`` networks.
    """
    try:
        found = resolved(destination.host, destination.port)
    except (OSError, UnicodeError):
        raise DestinationError("has a host whose name leads nowhere") from None
    if not found:
        raise DestinationError("has a host whose name leads nowhere")
    for address in found:
        check(address, allowed)
    return list(dict.fromkeys(str(_plain(address)) for address in found))


def check(address: Address, allowed: Sequence[Network]) -> None:
    """Raises DestinationError where nothing may be sent to an IP address.

    Whatever a network may make of it has to be allowed too. Where clouds tell secrets is never allowed.
    """
    for meant in meanings(address):
        if meant in METADATA:
            raise DestinationError(f"leads to {address}, where clouds tell their machines secrets")
        if not _is_public(meant) and not any(meant in network for network in allowed):
            raise DestinationError(
                f"leads to {address}, which is not public; NUMBER_PLATE_DELIVERY_NETWORKS names what is allowed"
            )


def reachable(pinned: Sequence[str], allowed: Sequence[Network]) -> list[str]:
    """Returns the pinned addresses once they are checked: the settings may have changed. Raises DestinationError."""
    for word in pinned:
        check(ip_address(word), allowed)
    if not pinned:
        raise DestinationError("leads nowhere")
    return list(pinned)


def _is_public(address: Address) -> bool:
    unusual = address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local
    if unusual or address.is_private or address.is_reserved or address in _CGNAT or address in _SITE_LOCAL:
        return False
    return address.is_global


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _ascii(address: str) -> str:
    """Returns the address with its letters beyond ASCII left out, which names and paths may have."""
    return "".join(letter for letter in address if letter.isascii() or not letter.isalnum())


def _ascii_host(host: str) -> str:
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise DestinationError("has a host that is no name") from None
    if not _HOST.fullmatch(plain.lower()) or plain.startswith("."):
        raise DestinationError("has no host, or one that is no name")
    return plain.lower()
