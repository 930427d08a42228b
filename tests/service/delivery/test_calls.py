"""Calls to real servers that answer as nobody should: each is one failure in bounded time, in words of our own."""

import asyncio
import json
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from src.service.delivery.barrier import BarrierSender
from src.service.delivery.calls import Times, retry_after
from src.service.delivery.events import EventKind, ReceiverKind
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent
from src.service.delivery.signature import new_secret, verify
from src.service.delivery.webhook import WebhookSender
from tests.service.http_receiver import NO_CONTENT, HttpReceiver, answer, receiving
from tests.service.recognitions import NOON

LOOPBACK = [ip_network("127.0.0.0/8")]
SHORT = Times(connect_s=20, read_s=0.3, total_s=20)
SHORT_IN_ALL = Times(connect_s=20, read_s=20, total_s=0.9)
PATIENT = Times(connect_s=20, read_s=20, total_s=20)
SECRET = new_secret()
PRIVATE = "the plates of my neighbours"


def outgoing(to: HttpReceiver, kind: ReceiverKind = ReceiverKind.WEBHOOK, **fields: Any) -> Outgoing:
    said = {"address": to.url, "pinned": ("127.0.0.1",), "secret": SECRET, **fields}
    receiver = Receiver(id="r", name="office", kind=kind, **said)
    return Outgoing("d", "e", EventKind.SIGHTING, NOON, {"id": "e", "text": "М356СС"}, receiver, 0, NOON)


def send(delivery: Outgoing, times: Times = SHORT, **how: Any) -> Sent | Failed:
    async def sent() -> Sent | Failed:
        sender = WebhookSender(how.pop("allowed", LOOPBACK), times, **how)
        try:
            return await sender.send(delivery)
        finally:
            await sender.close()

    return asyncio.run(sent())


def test_an_event_arrives_signed() -> None:
    now = datetime.now(UTC)
    with receiving() as server:
        assert send(outgoing(server), PATIENT) == Sent(204)
    (heard,) = server.heard
    assert heard.line == "POST /hook HTTP/1.1"
    assert heard.headers["host"] == f"127.0.0.1:{server.port}"
    assert heard.headers["content-type"] == "application/json"
    assert json.loads(heard.body) == {"id": "e", "text": "М356СС"}
    assert verify(SECRET, heard.headers, heard.body, now) == "e"


@pytest.mark.parametrize(
    ("says", "how", "reason"),
    [
        (b"", {"hangs": True}, "no answer within 0.3 s"),
        (b"HTTP/1.1 204 No Content\r\nX-Said: ", {"hangs": True}, "no answer within 0.3 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", {"hangs": True}, "no answer within 0.3 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", {"drips": True}, "it took longer than 0.9 s"),
        (b"HTTP/1.1 200 OK\r\nX-Said: ", {"drips": True}, "it took longer than 0.9 s"),
        (answer(200, body=b"x" * 70_000), {}, "its answer is longer than 65536 bytes"),
        (b"", {}, "its answer is not HTTP, or broke off"),
        (PRIVATE.encode() + b"\r\n\r\n", {}, "its answer is not HTTP, or broke off"),
        (answer(500, body=PRIVATE.encode()), {}, "it answered 500"),
        (answer(302, "Location: http://169.254.169.254/"), {}, "it answered 302, and redirects are not followed"),
        (answer(304), {}, "it answered 304, and redirects are not followed"),
    ],
)
def test_what_is_no_good_answer_is_a_failure(says: bytes, how: dict[str, bool], reason: str) -> None:
    with receiving(says, **how) as server:
        came = send(outgoing(server), SHORT if "hangs" in how else SHORT_IN_ALL if "drips" in how else PATIENT)
        assert isinstance(came, Failed)
        assert came.reason == reason
        assert PRIVATE not in repr(came)
        assert server.connections == 1  # a redirect is followed nowhere


def test_an_answer_of_ten_megabytes_is_not_read() -> None:
    with receiving(answer(200, body=b"x" * 10_000_000)) as server:
        assert send(outgoing(server), PATIENT) == Failed("its answer is longer than 65536 bytes", 200)


def test_who_does_not_take_the_connection_is_given_up() -> None:
    with socket.socket() as deaf:  # the queue of those who want to connect is full
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        others = []
        for _ in range(4):
            other = socket.socket()
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
            others.append(other)
        server = HttpReceiver()
        server.end()
        server.port = deaf.getsockname()[1]
        came = send(outgoing(server), Times(0.3, 0.3, 5))
        for other in others:
            other.close()
    assert came == Failed("no connection within 0.3 s")


def test_nobody_there() -> None:
    server = HttpReceiver()
    server.end()
    assert send(outgoing(server), PATIENT) == Failed("no connection: Connection refused")


def test_what_a_receiver_asks_for_is_passed_on() -> None:
    with receiving(answer(503, "Retry-After: 77")) as server:
        assert send(outgoing(server), PATIENT) == Failed("it answered 503", 503, 77.0)
    with receiving(answer(410)) as server:
        assert send(outgoing(server), PATIENT) == Failed("it answered 410", 410, is_gone=True)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b"120", 120.0),
        (b"Sun, 01 Jun 2025 12:01:00 GMT", 60.0),
        (b"Sun, 01 Jun 2025 11:00:00 GMT", 0.0),
        (b"-5", None),
        (b"soon", None),
        (b"", None),
        (b"\xff", None),
        (b"1" * 500, 111_111_111.0),
    ],
)
def test_a_pause_is_asked_for_in_seconds_or_until(said: bytes, seconds: float | None) -> None:
    assert retry_after(said, NOON) == seconds


def test_only_pinned_addresses_are_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere by now is not even looked up."""

    def look_up(host: Any, *others: Any, **named: Any) -> Any:
        assert host in ("127.0.0.1", b"127.0.0.1"), f"{host} is looked up"
        return real(host, *others, **named)

    real = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with receiving() as server:
        moved = outgoing(server, address=f"http://moved.example:{server.port}/hook")
        assert send(moved, PATIENT) == Sent(204)
        assert server.heard[0].headers["host"] == f"moved.example:{server.port}"


def test_what_the_settings_no_longer_allow_is_not_called() -> None:
    with receiving() as server:
        came = send(outgoing(server), allowed=[])
        assert isinstance(came, Failed)
        assert "127.0.0.1, which is not public" in came.reason
        assert server.connections == 0


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as server, receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(outgoing(server), PATIENT) == Sent(204)
        assert (len(server.heard), proxy.connections) == (1, 0)


def test_secrets_are_in_no_representation() -> None:
    with receiving() as server:
        delivery = outgoing(server, options={"body": "open-sesame"})
    assert SECRET not in repr(delivery)
    assert "open-sesame" not in repr(delivery)
    assert "М356СС" not in repr(delivery)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for ``office.example``, signed by itself."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    named = ["-subj", "/CN=office.example", "-addext", "subjectAltName=DNS:office.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(path)]
    made = ["openssl", "req", "-x509", "-days", "2", *key, *named, "-out", "-"]
    written = subprocess.run(made, check=True, capture_output=True).stdout
    path.write_bytes(path.read_bytes() + written)
    return path


def contexts(certificate: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """That of a server with this certificate, and that of a client who trusts it."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    return server, ssl.create_default_context(cafile=str(certificate))


def test_a_certificate_has_to_be_that_of_the_name_at_the_pinned_address(certificate: Path) -> None:
    of_server, of_client = contexts(certificate)
    with receiving(context=of_server) as server:
        right = outgoing(server, address=f"https://office.example:{server.port}/hook")
        assert send(right, PATIENT, context=of_client) == Sent(204)
        wrong = outgoing(server, address=f"https://other.example:{server.port}/hook")
        came = send(wrong, PATIENT, context=of_client)
        assert isinstance(came, Failed)
        assert came.reason.startswith("its certificate is refused: ")
        assert len(server.heard) == 1


def test_a_certificate_that_nobody_trusts_is_refused(certificate: Path) -> None:
    of_server, _ = contexts(certificate)
    with receiving(context=of_server) as server:
        came = send(outgoing(server, address=f"https://office.example:{server.port}/hook"), PATIENT)
        assert came == Failed("its certificate is refused: self-signed certificate")
        assert server.heard == []


def test_who_speaks_no_tls_is_a_failure() -> None:
    with receiving(b"what?\r\n") as server:
        came = send(outgoing(server, address=f"https://127.0.0.1:{server.port}/hook"), SHORT)
        assert isinstance(came, Failed)
        assert len(server.heard) == 0 or b"what" not in came.reason.encode()


# barriers


def open_barrier(delivery: Outgoing) -> Sent | Failed:
    async def sent() -> Sent | Failed:
        sender = BarrierSender(LOOPBACK)
        try:
            return await sender.send(delivery)
        finally:
            await sender.close()

    return asyncio.run(sent())


def test_a_barrier_is_called_as_its_controller_wants_it() -> None:
    with receiving() as server:
        secret = json.dumps({"Authorization": "Basic dXNlcjpwYXNz", "X-Relay": "1"})
        options = {"method": "PUT", "body": '{"turn": "on"}', "timeout_s": 10}
        address = f"http://127.0.0.1:{server.port}/relay/0?turn=on"
        delivery = outgoing(server, ReceiverKind.BARRIER, address=address, secret=secret, options=options)
        assert open_barrier(delivery) == Sent(204)
    (heard,) = server.heard
    assert heard.line == "PUT /relay/0?turn=on HTTP/1.1"
    assert (heard.headers["authorization"], heard.headers["x-relay"]) == ("Basic dXNlcjpwYXNz", "1")
    assert heard.body == b'{"turn": "on"}'  # and nothing of the plate


def test_a_barrier_that_hangs_is_given_up_after_its_time() -> None:
    with receiving(b"", hangs=True) as server:
        delivery = outgoing(server, ReceiverKind.BARRIER, secret=None, options={"timeout_s": 0.5})
        came = open_barrier(delivery)
        assert isinstance(came, Failed)
        assert came.reason in ("no answer within 0.5 s", "it took longer than 0.5 s")


def test_a_barrier_gets_a_new_connection_each_time() -> None:
    async def twice(delivery: Outgoing) -> None:
        sender = BarrierSender(LOOPBACK)
        for _ in range(2):
            assert await sender.send(delivery) == Sent(204)
        await sender.close()

    with receiving(NO_CONTENT) as server:
        asyncio.run(twice(outgoing(server, ReceiverKind.BARRIER, secret=None, options={"timeout_s": 10})))
        assert (len(server.heard), server.connections) == (2, 2)


def test_a_message_that_was_heard_by_others_is_stale_later() -> None:
    with receiving() as server:
        assert send(outgoing(server), PATIENT, now=lambda: NOON) == Sent(204)
    (heard,) = server.heard
    assert verify(SECRET, heard.headers, heard.body, NOON + timedelta(minutes=4)) == "e"
    with pytest.raises(ValueError, match="too long before"):
        verify(SECRET, heard.headers, heard.body, NOON + timedelta(minutes=6))
