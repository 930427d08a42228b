"""Where servers listen: the ports of command lines, and the addresses that lead to them."""

import argparse
import socket

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def address(host: str, port: int) -> str:
    """Returns where a browser on this machine finds a server that listens on ``host``."""
    reachable = EVERYWHERE.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def tcp_port(word: str) -> int:
    """Returns a number from 1 to 65535."""
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise argparse.ArgumentTypeError(f"{word!r} is not a port from 1 to 65535")
    return int(word)


def port_fault(host: str, port: int) -> str | None:
    """Returns why nothing can listen on ``port``, None where something can."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: TIME_WAIT is no obstacle
            probe.bind(where)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return None
