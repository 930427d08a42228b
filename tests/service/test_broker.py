"""The broker that other tests speak to is one: it has a user, TLS, and forgets what it heard before it was killed."""

import socket
import ssl

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.service.broker import PASSWORD, USER, Broker, listening


def say(broker: Broker, password: str = PASSWORD) -> None:
    """Tells the broker ``{"n": 1}`` under ``gate``. Raises RuntimeError where it does not take it."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, password)
    client.connect("127.0.0.1", broker.port)
    said = client.publish("gate", '{"n": 1}', qos=1)
    refused: list[paho.ReasonCode] = []
    client.on_connect = lambda client, data, flags, reason, _: refused.append(reason) if reason.is_failure else None
    while not said.is_published() and not refused:
        client.loop(0.1)
    client.disconnect()
    if refused:
        raise RuntimeError(str(refused[0]))


def test_a_message_is_heard(broker: Broker) -> None:
    with listening(broker.port) as listener:
        say(broker)
        assert listener.next("gate") == {"n": 1}


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    with pytest.raises(RuntimeError, match="Not authorized"):
        say(broker, "guessed")


def test_it_has_a_certificate_that_only_who_knows_it_trusts(broker: Broker) -> None:
    def handshake(context: ssl.SSLContext) -> None:
        with socket.create_connection(("127.0.0.1", broker.tls_port)) as plain:
            context.wrap_socket(plain, server_hostname="localhost").close()

    handshake(ssl.create_default_context(cafile=broker.certificate))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(ssl.create_default_context())


def test_it_can_be_killed_and_begins_again(broker: Broker) -> None:
    broker.kill()
    with pytest.raises(ConnectionRefusedError):
        say(broker)
    broker.start()
    with listening(broker.port) as listener:
        say(broker)
        assert listener.next("gate") == {"n": 1}
