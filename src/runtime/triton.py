"""Asks a Triton server by gRPC or HTTP.

tritonclient is imported here alone, and only once a server is named: the runtime does without it.
"""

import re
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from src.runtime.model import INPUT

TIMEOUT = 10.0
"""Seconds within which each answer must come."""

_URL = re.compile(r"(?P<scheme>grpc|http)://(?P<host>[\w.-]+|\[[\da-fA-F:]+\])(:(?P<port>\d{1,5}))?/?")
_PORTS = {"grpc": 8001, "http": 8000}
_CHANNEL = [
    ("grpc.use_local_subchannel_pool", 1),  # or a new client shares the broken connection of an old one
    ("grpc.enable_http_proxy", 0),  # as over HTTP
]

Answer = TypeVar("Answer")


class TritonError(RuntimeError):
    """The error of a server that cannot be asked, fails to answer or has another model; it names its URL and the
    fault.
    """


@dataclass(frozen=True, slots=True)
class _Protocol:
    """tritonclient's client of one protocol, and how the two protocols differ."""

    package: ModuleType
    connect: Callable[[], Any]  # gives a client
    call: dict[str, Any]  # further arguments of each of its calls
    description: dict[str, Any]  # and of those that ask for a description
    faults: tuple[type[Exception], ...]
    """What the client raises where the server, or the way to it, is at fault."""


class TritonServer:
    """A running server; any number of threads may ask it at once."""

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        """``url`` is grpc://host:8001 or http://host:8000; each answer takes ``timeout`` seconds at most.

        Raises TritonError for another URL, for lack of tritonclient, and where no live server answers.
        """
        parts = _URL.fullmatch(url)
        if parts is None:
            raise TritonError(f"{url!r} is no URL of a Triton server such as grpc://host:8001 or http://host:8000")
        self.url, self.timeout = url, timeout
        self._address = f"{parts['host']}:{parts['port'] or _PORTS[parts['scheme']]}"
        self._protocol = self._over(parts["scheme"])
        self._of_thread = threading.local()
        if not self._ask(lambda client: client.is_server_live(**self._protocol.call)):
            raise TritonError(f"{url}: no live Triton server")

    def config(self, name: str) -> dict[str, Any]:
        """The configuration of the model ``name``, as Triton has completed it. Raises TritonError."""
        options = self._protocol.call | self._protocol.description
        answer = self._ask(lambda client: client.get_model_config(name, **options))
        config: dict[str, Any] = answer.get("config", answer)  # gRPC wraps it
        return config

    def metadata(self, name: str, version: str = "") -> dict[str, Any]:
        """Returns the served versions of the model ``name``, with the inputs and outputs of one. Raises TritonError."""
        options = self._protocol.call | self._protocol.description
        answer: dict[str, Any] = self._ask(lambda client: client.get_model_metadata(name, version, **options))
        return answer

    def infer(
        self, name: str, version: str, images: npt.NDArray[np.uint8], outputs: Collection[str]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """What the model ``name`` makes of ``images``; arrays travel as they are, not as JSON. Raises TritonError."""
        package, options = self._protocol.package, self._protocol.call
        batch = package.InferInput(INPUT, list(images.shape), "UINT8")
        batch.set_data_from_numpy(images)
        wanted = [package.InferRequestedOutput(output) for output in outputs]

        def question(client: Any) -> dict[str, npt.NDArray[np.float32]]:
            answer = client.infer(name, [batch], model_version=version, outputs=wanted, **options)
            return {output: answer.as_numpy(output) for output in outputs}

        return self._ask(question)

    def _over(self, scheme: str) -> _Protocol:
        try:
            package = import_module(f"tritonclient.{scheme}")
        except (ModuleNotFoundError, RuntimeError):  # the latter where it is installed without this protocol
            raise TritonError(f"{self.url}: needs tritonclient: pip install -c constraints.txt '.[triton]'") from None
        faults = (package.InferenceServerException, ValueError, LookupError)
        if scheme == "grpc":
            connect = partial(package.InferenceServerClient, self._address, channel_args=_CHANNEL)
            return _Protocol(package, connect, {"client_timeout": self.timeout}, {"as_json": True}, faults)
        # gevent complains where another thread lets go of a client than the one that used it
        client = type("HttpClient", (package.InferenceServerClient,), {"__del__": lambda self: None})
        limits = {"connection_timeout": self.timeout, "network_timeout": self.timeout}
        broken = import_module("geventhttpclient.response").HTTPParseError
        return _Protocol(package, partial(client, self._address, **limits), {}, {}, (*faults, broken, OSError))

    def _ask(self, question: Callable[[Any], Answer]) -> Answer:
        try:
            return question(self._client())
        except self._protocol.faults as error:
            self._hang_up()
            raise TritonError(f"{self.url}: {self._said(error)}") from error

    def _client(self) -> Any:
        """Returns the client of this thread: tritonclient wants one for each."""
        if not hasattr(self._of_thread, "client"):
            self._of_thread.client = self._protocol.connect()
        return self._of_thread.client

    def _hang_up(self) -> None:
        """Drops the client, so that the next question connects anew: a dead connection may look alive for minutes."""
        if hasattr(self._of_thread, "client"):
            self._of_thread.client.close()
            del self._of_thread.client

    def _said(self, error: Exception) -> str:
        said = next(iter(str(error).splitlines()), "")
        if isinstance(error, TimeoutError) or "DEADLINE_EXCEEDED" in said:
            return f"no answer within {self.timeout:g} s"
        if isinstance(error, ValueError | LookupError):
            return f"answer makes no sense ({type(error).__name__}: {said})"
        return said or type(error).__name__
