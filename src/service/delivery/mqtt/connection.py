"""A connection to an MQTT broker, which has a thread of its own and is spoken to from an event loop."""

import asyncio
import secrets
import socket
import ssl
from contextlib import suppress
from threading import Thread
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from src.service.delivery.destinations import parse_destination
from src.service.delivery.mqtt.messages import Message
from src.service.delivery.mqtt.options import MqttOptions
from src.service.delivery.sender import Receiver

CONNECT_S = 5.0
"""Seconds for the TCP connection to one address, and for each answer of the handshake of TLS."""
OPEN_S = 10.0
"""Seconds until the broker has taken the user and the password."""
ACK_S = 10.0
"""Seconds until it has confirmed a message."""
LEAVE_S = 2.0
"""Seconds for the end of the connection."""
KEEPALIVE_S = 30
"""Seconds of silence after which the broker is asked whether it is there."""
LONGEST = 256
"""Bytes of one answer at most: all that a broker has to say to one who listens to nothing is shorter than ten."""
AT_LEAST_ONCE = 1
"""The quality of service at which a broker confirms a message."""


class BrokerError(Exception):
    """The broker does not have the message, or nobody knows. The text is one line, without anything of its answers."""


class Connection:
    """One connection, from ``open`` on until it is lost or closed. It is never opened again.

    It goes to the addresses that are pinned and no others; TLS verifies that the broker has the name of the receiver's
    address. What the broker has not confirmed when the connection is lost has not arrived: paho would send it again
    with its next connection, but that is a new client here.
    """

    def __init__(self, receiver: Receiver, options: MqttOptions, will: Message | None) -> None:
        """``will`` is what the broker says when the connection is lost. Raises DestinationError."""
        destination = parse_destination(receiver.address, receiver.kind)
        self._port = destination.port
        self._addresses = receiver.pinned
        self._loop = asyncio.get_running_loop()
        self._taken: asyncio.Future[None] = self._loop.create_future()
        self._confirmed: dict[int, asyncio.Future[None]] = {}
        self.lost = asyncio.Event()
        self.reason = "the connection was closed"
        """Why it was lost, in one line."""
        self._closed = False
        self._client = _client(receiver, options, will)
        self._context = _NamedContext.of(destination.host, options.certificate) if destination.is_encrypted else None
        if self._context is not None:
            self._client.tls_set_context(self._context)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    async def open(self) -> None:
        """Returns when the broker has taken the user. Raises BrokerError."""
        Thread(target=self._run, name="mqtt", daemon=True).start()
        try:
            async with asyncio.timeout(OPEN_S):
                await asyncio.shield(self._taken)
        except TimeoutError:
            self._abort("the broker says nothing")
            raise BrokerError(self.reason) from None
        except asyncio.CancelledError:
            self._abort("given up")
            raise

    async def publish(self, message: Message) -> None:
        """Returns when the broker has confirmed the message. Raises BrokerError."""
        if self.lost.is_set() or self._closed:
            raise BrokerError(self.reason)
        published = self._client.publish(message.topic, message.payload, AT_LEAST_ONCE, message.retain)
        confirmed = self._confirmed[published.mid] = self._loop.create_future()
        try:
            async with asyncio.timeout(ACK_S):
                await confirmed
        except TimeoutError:
            self._abort("the broker did not confirm the message")
            raise BrokerError(self.reason) from None
        finally:
            self._confirmed.pop(published.mid, None)

    async def close(self) -> None:
        """Takes leave of the broker, which does not say the will then. One that does not listen is left anyway."""
        self._closed = True
        self._client.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self.lost.wait()
        self._abort(self.reason)

    def _abort(self, reason: str) -> None:
        """Ends the connection from here, so that its thread ends."""
        if not self.lost.is_set():
            self.reason = reason
        self._closed = True
        opened = self._client.socket() or (self._context and self._context.opened)
        if isinstance(opened, socket.socket):
            with suppress(OSError):  # it is closed already
                socket.socket.shutdown(opened, socket.SHUT_RDWR)  # TLS takes no leave, for which it would wait

    # ---- in the thread of the connection

    def _run(self) -> None:
        """Connects, and reads and writes until the connection is lost."""
        reason = "the connection was lost"
        try:
            self._connect()
            if self._closed:
                self._abort(self.reason)
            while self._client.loop() == MQTTErrorCode.MQTT_ERR_SUCCESS:
                pass
        except ssl.SSLCertVerificationError as error:
            reason = f"the broker's certificate is not trusted: {error.verify_message}"
        except ssl.SSLError as error:
            reason = f"no TLS with the broker: {(error.reason or 'it failed').lower().replace('_', ' ')}"
        except OSError as error:
            reason = f"no connection to the broker: {error.strerror or 'it timed out'}"
        except Exception as error:  # of paho, on an answer that is none
            reason = f"the broker's answer is not understood ({type(error).__name__})"
        self._tell(self._on_lost, reason)

    def _connect(self) -> None:
        """Connects to the first pinned address that takes it. Raises OSError."""
        failed: OSError = OSError(None, "its address is not known")
        for address in self._addresses:
            try:
                self._client.connect(address, self._port, KEEPALIVE_S)
                return
            except OSError as error:
                failed = error
        raise failed

    def _on_connect(self, client: paho.Client, data: Any, flags: Any, reason: ReasonCode, properties: Any) -> None:
        self._tell(self._on_taken, f"the broker refuses: {reason}" if reason.is_failure else None)

    def _on_publish(self, client: paho.Client, data: Any, mid: int, reason: ReasonCode, properties: Any) -> None:
        self._tell(self._on_confirmed, mid)

    def _on_message(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        """Leaves a broker that tells something: nothing was subscribed to."""
        self._abort("the broker says what it was not asked for")

    def _tell(self, function: Any, *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended, and with it everybody who would hear of it
            self._loop.call_soon_threadsafe(function, *arguments)

    # ---- in the event loop

    def _on_taken(self, refusal: str | None) -> None:
        if refusal is not None:
            self._fail(refusal)
        elif not self._taken.done():
            self._taken.set_result(None)

    def _on_confirmed(self, mid: int) -> None:
        confirmed = self._confirmed.get(mid)
        if confirmed is not None and not confirmed.done():
            confirmed.set_result(None)

    def _on_lost(self, reason: str) -> None:
        self._fail(self.reason if self._closed else reason)

    def _fail(self, reason: str) -> None:
        """Everybody who waits hears why; the first reason is the one that counts."""
        if self.lost.is_set():
            return
        self.reason = reason
        self.lost.set()
        for waiting in (self._taken, *self._confirmed.values()):
            if not waiting.done():
                waiting.set_exception(BrokerError(reason))
        if self._taken.done() and not self._taken.cancelled():
            self._taken.exception()  # nobody may be left who asks


class _BoundedClient(paho.Client):
    """A client that takes no long answers: paho makes room for the 256 MiB that an answer may say it has."""

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > LONGEST:
            raise ConnectionError("the broker's answer is too long")
        return super()._sock_recv(bufsize)


class _NamedContext(ssl.SSLContext):
    """TLS that verifies the broker's name, while paho only knows the address that it connects to."""

    name: str
    opened: ssl.SSLSocket | None = None
    """The connection, which can be ended while the handshake lasts; paho has it only afterwards."""

    @classmethod
    def of(cls, name: str, certificate: str | None) -> "_NamedContext":
        """Returns a context that trusts who signed ``certificate`` (PEM), or else whom the system trusts."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.name = name
        if certificate is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cadata=certificate)
        return context

    def wrap_socket(self, sock: socket.socket, *arguments: Any, **words: Any) -> ssl.SSLSocket:
        self.opened = super().wrap_socket(sock, *arguments, **{**words, "server_hostname": self.name})
        return self.opened


def _client(receiver: Receiver, options: MqttOptions, will: Message | None) -> paho.Client:
    client = _BoundedClient(
        CallbackAPIVersion.VERSION2,
        client_id=f"numberplate{secrets.token_hex(6)}",  # all that a broker of MQTT 3.1.1 has to take
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_S
    client.on_socket_register_write = lambda *_: None  # so that the connection's thread alone writes
    if options.user is not None:
        client.username_pw_set(options.user, receiver.secret)
    if will is not None:
        client.will_set(will.topic, will.payload, AT_LEAST_ONCE, will.retain)
    return client
