"""An MQTT broker of the tests' own: Mosquitto, with a user, and with TLS beside."""

import json
import os
import queue
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.service.processes import PATIENCE_S, free_port, wait_for

ROOT = Path(__file__).parents[2] / ".mosquitto"
MISSING = (
    None
    if (ROOT / "mosquitto").is_file() and (ROOT / "mosquitto_passwd").is_file()
    else "there is no MQTT broker: scripts/fetch_mqtt_broker.sh fetches it from Debian packages"
)
USER, PASSWORD = "gate", "only-the-broker-knows-7f3a"
"""Who may speak to the broker. The password is made up, and looked for in logs and answers."""


class Broker:
    """A process that can be killed, begun again at the same ports, stopped and continued.

    ``port`` speaks without encryption, ``tls_port`` with a certificate for ``localhost`` that ``certificate`` has.
    """

    def __init__(self, folder: Path) -> None:
        """Keeps its files in ``folder``."""
        self.folder, self.port, self.tls_port = folder, free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        self.log = folder / "log"
        _write_certificate(folder)
        (folder / "passwords").write_text(f"{USER}:{PASSWORD}\n")
        (folder / "passwords").chmod(0o600)
        _run([ROOT / "mosquitto_passwd", "-U", folder / "passwords"])
        (folder / "mosquitto.conf").write_text(
            f"user root\nallow_anonymous false\npassword_file {folder}/passwords\nlog_dest file {self.log}\n"
            f"listener {self.port} 127.0.0.1\nlistener {self.tls_port} 127.0.0.1\n"
            f"certfile {self.certificate}\nkeyfile {folder}/key.pem\n"
        )
        self.start()

    def start(self) -> None:
        """Begins, empty, and returns when it takes connections."""
        command = [ROOT / "mosquitto", "-c", self.folder / "mosquitto.conf"]
        self._process = subprocess.Popen(command, env=_environment())
        wait_for(self._takes_connections, "the broker takes connections")

    def kill(self) -> None:
        """Ends the process as a power cut ends a broker."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Stops the process; its connections stay, and new ones are taken and hear nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continues the process."""
        self._process.send_signal(signal.SIGCONT)

    def _takes_connections(self) -> bool:
        assert self._process.poll() is None, self.log.read_text() if self.log.exists() else "the broker ended"
        for port in (self.port, self.tls_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)):
                    return False
        return True


class Listener:
    """A client that hears all that the broker is told, from when it is made on."""

    def __init__(self, port: int, topics: str = "#") -> None:
        self._heard: queue.Queue[paho.MQTTMessage] = queue.Queue()
        subscribed: queue.Queue[None] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(USER, PASSWORD)
        self._client.on_connect = lambda *_: self._client.subscribe(topics, qos=1)
        self._client.on_subscribe = lambda *_: subscribed.put(None)
        self._client.on_message = lambda client, data, message: self._heard.put(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        subscribed.get(timeout=PATIENCE_S)

    def next(self, topic: str) -> Any:
        """The JSON of the next message under ``topic``, as ``message`` waits for it."""
        return json.loads(self.message(topic).payload)

    def message(self, topic: str | None = None) -> paho.MQTTMessage:
        """The next message under ``topic`` or, without one, the next at all; what comes before it is thrown away.

        Raises queue.Empty where none comes.
        """
        while True:
            message = self._heard.get(timeout=PATIENCE_S)
            if topic in (None, message.topic):
                return message

    def until(self, topic: str) -> list[paho.MQTTMessage]:
        """All messages before the next one under ``topic``, which is waited for."""
        heard = [self.message()]
        while heard[-1].topic != topic:
            heard.append(self.message())
        return heard[:-1]

    def close(self) -> None:
        """Hears nothing more."""
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def mqtt_broker(folder: Path) -> Iterator[Broker]:
    """A broker that is on within the block. ``MISSING`` says why there is none."""
    broker = Broker(folder)
    try:
        yield broker
    finally:
        broker.thaw()
        broker.kill()


@contextmanager
def listening(port: int, topics: str = "#") -> Iterator[Listener]:
    """A listener within the block."""
    listener = Listener(port, topics)
    try:
        yield listener
    finally:
        listener.close()


def no_broker() -> str | None:
    """Returns why there is no broker here; None where there is one."""
    if MISSING is None and shutil.which("openssl") is None:
        return "there is no MQTT broker with TLS: no openssl on PATH"
    return MISSING


def _write_certificate(folder: Path) -> None:
    """Writes a certificate for ``localhost`` that is signed by itself, and its key."""
    key: list[str | Path] = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        folder / "key.pem",
    ]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    _run(["openssl", "req", "-x509", "-days", "2", *key, *name, "-out", folder / "certificate.pem"])


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(command, env=_environment(), check=True, capture_output=True)


def _environment() -> dict[str, str]:
    """The environment in which the broker finds its libraries."""
    return os.environ | {"LD_LIBRARY_PATH": str(ROOT / "lib")}
