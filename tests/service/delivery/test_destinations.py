"""Where deliveries may go, and where they may not, in whatever spelling and behind whatever name."""

import socket
from ipaddress import ip_network
from typing import Any

import pytest

from src.service.delivery.destinations import DestinationError, parse_destination, parse_networks, pin, reachable
from src.service.delivery.events import ReceiverKind

WEBHOOK, MQTT = ReceiverKind.WEBHOOK, ReceiverKind.MQTT
QUOTED = "/%D0%B2%D1%8A%D0%B5%D0%B7%D0%B4?a=%D1%91"
PUBLIC = ["93.184.216.34"]


def names(monkeypatch: pytest.MonkeyPatch, **leads_to: list[str]) -> None:
    """Lets names, with _ for the dot, lead to addresses; numbers are what they are to the system."""
    real = socket.getaddrinfo

    def found(host: str, port: int | None, **named: Any) -> list[Any]:
        known = leads_to.get(host.replace(".", "_"))
        if known is None:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [entry for one in known for entry in real(one, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr("socket.getaddrinfo", found)


def pinned(url: str, *allowed: str, kind: ReceiverKind = WEBHOOK) -> list[str]:
    return pin(parse_destination(url, kind), [ip_network(one) for one in allowed])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.20",
        "169.254.1.1",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fec0::1]",
        "[fd12:3456::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::a00:1]",
        "[2002:7f00:1::]",
        "[2002:c0a8:114::1]",
        "[2001:0:7f00:1::1]",
        "[2001:0:5db8:d822::f5ff:fffe]",  # Teredo of 10.0.0.1 behind a public server
    ],
)
def test_what_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(DestinationError, match="which is not public"):
        pinned(f"http://{host}/hook")


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "168.63.129.16",
        "[::ffff:168.63.129.16]",
        "169.254.170.2",
        "[fd20:ce::254]",
    ],
)
def test_where_clouds_tell_secrets_nothing_allows(host: str) -> None:
    with pytest.raises(DestinationError, match="secrets"):
        pinned(f"http://{host}/latest/meta-data/", "0.0.0.0/0", "::/0")


def test_what_is_allowed_is_allowed_alone() -> None:
    assert pinned("http://192.168.1.20/", "192.168.1.0/24") == ["192.168.1.20"]
    assert pinned("http://[::ffff:192.168.1.20]/", "192.168.1.0/24") == ["192.168.1.20"]
    assert pinned("http://[fd12::1]/", "fd12::/16") == ["fd12::1"]
    assert pinned("http://0x7f.1/", "127.0.0.0/8") == ["127.0.0.1"]
    with pytest.raises(DestinationError, match="not public"):
        pinned("http://192.168.2.20/", "192.168.1.0/24")
    with pytest.raises(DestinationError, match="not public"):
        pinned("http://[64:ff9b::192.168.1.20]/", "64:ff9b::/96")


def test_public_addresses_are_pinned_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, office_example=["2606:2800:220:1::1", "93.184.216.34", "93.184.216.34"])
    assert pinned("https://office.example/") == ["2606:2800:220:1::1", "93.184.216.34"]


def test_every_address_of_a_name_has_to_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, mixed_example=["93.184.216.34", "127.0.0.1"], meta_example=["169.254.169.254"])
    with pytest.raises(DestinationError, match=r"127\.0\.0\.1, which is not public"):
        pinned("https://mixed.example/")
    with pytest.raises(DestinationError, match="secrets"):
        pinned("https://meta.example/")
    with pytest.raises(DestinationError, match="leads nowhere"):
        pinned("https://nowhere.example/")


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    def found(host: str, port: int | None, **named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop(0)]

    monkeypatch.setattr("socket.getaddrinfo", found)
    assert pinned("https://rebinding.example/") == PUBLIC  # and test_calls connects to nothing else
    assert len(answers) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://user:open-sesame@office.example/",
        "https://user@office.example/",
        "https://office.example@127.0.0.1/",
        "https://@office.example/",
        "https://office.example\\@127.0.0.1/",
        "https://office.example/#part",
        "https://office.example:0/",
        "https://office.example:99999/",
        "https://office.example:x/",
        "https:///hook",
        "https://",
        "https://[::1/",
        "https://office example/",
        "https://office.example/\r\nX-Said: yes",
        "https://office.example/\t",
        "https://off%69ce.example/",
        "https://.example/",
        "ftp://office.example/",
        "file:///etc/passwd",
        "mqtt://office.example/",
        "office.example/hook",
        "https://office.example/" + "a" * 2048,
        "https://ofﬁce\u2044.example/",
    ],
)
def test_what_is_no_address_is_refused_without_being_told(url: str) -> None:
    with pytest.raises(DestinationError) as error:
        parse_destination(url, WEBHOOK)
    assert "open-sesame" not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "kind", "parts"),
    [
        ("https://Office.Example/plates?to=a%20b", WEBHOOK, ("https", "office.example", 443, "/plates?to=a%20b")),
        ("https://office.example/въезд?a=ё", WEBHOOK, ("https", "office.example", 443, QUOTED)),
        ("http://office.example:8080", WEBHOOK, ("http", "office.example", 8080, "/")),
        ("http://[2001:DB8::1]/x", WEBHOOK, ("http", "2001:db8::1", 80, "/x")),
        ("https://гараж.example/", WEBHOOK, ("https", "xn--80aaho2c.example", 443, "/")),
        ("mqtts://broker.example", MQTT, ("mqtts", "broker.example", 8883, "")),
        ("mqtt://broker.example:1884/", MQTT, ("mqtt", "broker.example", 1884, "/")),
    ],
)
def test_an_address_is_taken_to_pieces(url: str, kind: ReceiverKind, parts: tuple[str, str, int, str]) -> None:
    found = parse_destination(url, kind)
    assert (found.scheme, found.host, found.port, found.target) == parts
    assert found.is_encrypted == (found.scheme in ("https", "mqtts"))


def test_a_broker_has_no_path() -> None:
    with pytest.raises(DestinationError, match="path"):
        parse_destination("mqtt://broker.example/plates", MQTT)


def test_pinned_addresses_are_checked_again() -> None:
    assert reachable(["192.168.1.20"], [ip_network("192.168.0.0/16")]) == ["192.168.1.20"]
    with pytest.raises(DestinationError, match="not public"):
        reachable(["93.184.216.34", "192.168.1.20"], [])
    with pytest.raises(DestinationError, match="nowhere"):
        reachable([], [])


def test_networks_are_named_between_commas() -> None:
    assert parse_networks(" 192.168.1.0/24, fd00::/8,") == (ip_network("192.168.1.0/24"), ip_network("fd00::/8"))
    assert parse_networks("") == ()
    for wrong in ("192.168.1.1/24", "office", "10.0.0.0/33"):
        with pytest.raises(ValueError, match=r"network|IP|host bits"):
            parse_networks(wrong)
