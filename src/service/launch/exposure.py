"""Who can reach a service without keys: only this machine, or whoever the operator knowingly lets in."""

import socket
from ipaddress import ip_address

from rich.console import Console

FLAG = "--allow-open"
HELP = "serve without API keys on an address that other machines reach, where whoever reaches it may do everything"


def is_own(host: str) -> bool:
    """Tells whether only this machine reaches what listens on ``host``; for an unknown name the answer is no."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return False
    return all(ip_address(str(where[0]).partition("%")[0]).is_loopback for *_, where in found)


def may_listen(prog: str, host: str, require_keys: bool, allow_open: bool) -> bool:
    """Tells whether the service may listen on ``host``; a red line on standard error says what is open, or how to open
    it.
    """
    if require_keys or is_own(host):
        return True
    if allow_open:
        advice = "NUMBER_PLATE_REQUIRE_KEYS=true closes it"
    else:
        advice = f"set NUMBER_PLATE_REQUIRE_KEYS=true, or give {FLAG} if that is meant"
    line = f"{prog}: --host {host}: without API keys whoever reaches this address may read and delete all; {advice}"
    Console(stderr=True, soft_wrap=True).print(line, style="bold red", markup=False, highlight=False)
    return allow_open
