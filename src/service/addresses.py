"""Where a name leads to, and what an IP address really means: what cameras and receivers have in common."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

METADATA = frozenset(
    map(
        ip_address,
        (
            *("169.254.169.254", "fe80::a9fe:a9fe"),  # most clouds
            *("fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"),  # Amazon's machines and containers
            *("168.63.129.16", "fd20:ce::254", "100.100.100.200"),  # Microsoft's, which is public, Google's, Alibaba's
            *("192.0.0.192", "fd00:c1::a9fe:a9fe", "fd00:42::42"),  # Oracle's, and Scaleway's
        ),
    )
)
"""Where clouds tell their machines secrets, whatever kind of network that is in."""
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""RFC 6052 and RFC 8215: the last 32 bits are an address of IPv4."""
_COMPATIBLE = IPv6Network("::/96")
"""RFC 4291: given up long ago, yet some systems still connect to the IPv4 address in it."""


def resolved(host: str, port: int | None) -> list[Address]:
    """Returns where ``host`` leads to, in the order of preference.

    The system's own resolver is asked even for numbers, as it takes some that do not look like addresses (``0x7f.1``).
    Raises OSError and UnicodeError where it leads nowhere.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(address[0]).partition("%")[0]) for *_, address in found))


def meanings(address: Address) -> frozenset[Address]:
    """Returns the address, and those of IPv4 to which a network may bring what is sent there.

    An IPv4 address that is written as one of IPv6 (``::ffff:127.0.0.1``) means itself alone.
    """
    if isinstance(address, IPv4Address):
        return frozenset({address})
    if address.ipv4_mapped is not None:
        return frozenset({address.ipv4_mapped})
    within: set[Address] = {address}
    if address.sixtofour is not None:
        within.add(address.sixtofour)
    if address.teredo is not None:
        within.update(address.teredo)
    if any(address in network for network in (*_NAT64, _COMPATIBLE)) and int(address) > 1:
        within.add(IPv4Address(int(address) & 0xFFFF_FFFF))
    return frozenset(within)
