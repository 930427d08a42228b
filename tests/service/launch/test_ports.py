"""Ports that are free or not, and the addresses of servers."""

import socket

import pytest

from src.service.launch.ports import address, port_fault
from tests.service.processes import free_port

HOST = "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("gate", "http://gate:80"),
    ],
)
def test_addresses_are_those_to_open(host: str, expected: str) -> None:
    assert address(host, 80) == expected


def test_a_port_is_in_use_or_not() -> None:
    with socket.create_server((HOST, 0)) as listener:
        taken = listener.getsockname()[1]
        assert port_fault(HOST, taken) == "address already in use"
    assert port_fault("no.such.host.invalid", 80) is not None
    assert port_fault(HOST, free_port()) is None
