"""A server of the KServe v2 protocol, by gRPC and by HTTP as Triton has it, that runs a written model repository."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import onnx
import onnxruntime as ort
from google.protobuf import json_format, text_format
from tritonclient.grpc import model_config_pb2, service_pb2, service_pb2_grpc

from src.export.triton import add_model
from tests.conftest import write_model

HEADER = "Inference-Header-Content-Length"
TYPES = {"TYPE_UINT8": "UINT8", "TYPE_FP32": "FP32"}


class RefusedError(Exception):
    """What Triton answers with status 400, 404 or their like of gRPC."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.code = {400: grpc.StatusCode.INVALID_ARGUMENT, 404: grpc.StatusCode.NOT_FOUND}[status]
        self.status = status


class GoneError(Exception):
    """The server dies before it has answered."""


class Served:
    """The newest version of a model."""

    def __init__(self, folder: Path) -> None:
        self.config = text_format.Parse((folder / "config.pbtxt").read_text(), model_config_pb2.ModelConfig())
        self.version = str(max(int(path.parent.name) for path in folder.glob("*/model.onnx")))
        self.session = ort.InferenceSession(folder / self.version / "model.onnx", providers=["CPUExecutionProvider"])

    def described(self) -> dict[str, Any]:
        tensors = {
            kind: [
                {
                    "name": t.name,
                    "datatype": TYPES[model_config_pb2.DataType.Name(t.data_type)],
                    "shape": [-1, *t.dims],
                }
                for t in getattr(self.config, kind)
            ]
            for kind in ("input", "output")
        }
        return {
            "name": self.config.name,
            "versions": [self.version],
            "platform": "onnxruntime_onnx",
            "inputs": tensors["input"],
            "outputs": tensors["output"],
        }

    def run(self, images: np.ndarray, outputs: list[str]) -> dict[str, np.ndarray]:
        wanted = list(self.config.input[0].dims)
        if len(images) > self.config.max_batch_size:
            raise RefusedError(400, f"inference request batch-size must be <= {self.config.max_batch_size}")
        if any(-1 != side != given for side, given in zip(wanted, images.shape[1:], strict=True)):
            raise RefusedError(400, f"unexpected shape for input 'images': {images.shape}")
        return dict(zip(outputs, self.session.run(outputs, {"images": images}), strict=True))


class Core:
    """What both protocols serve. ``before`` is called with the batch of each inference; ``die`` ends the server."""

    die: Callable[[], object]

    def __init__(self, repository: Path) -> None:
        self.before: Callable[[np.ndarray], object] = lambda images: None
        self.load(repository)

    def load(self, repository: Path) -> None:
        models = [Served(path.parent) for path in repository.glob("*/config.pbtxt")]
        self.models = {model.config.name: model for model in models}

    def find(self, name: str, version: str) -> Served:
        model = self.models.get(name)
        if model is None:
            raise RefusedError(404, f"Request for unknown model: '{name}' is not found")
        if version not in ("", model.version):
            raise RefusedError(404, f"Request for unknown model: '{name}' version {version} is not found")
        return model

    def infer(self, name: str, version: str, images: np.ndarray, outputs: list[str]) -> dict[str, np.ndarray]:
        model = self.find(name, version)
        self.before(images)
        return model.run(images, outputs)


class Servicer(service_pb2_grpc.GRPCInferenceServiceServicer):
    """By gRPC."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def ServerLive(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return service_pb2.ServerLiveResponse(live=True)

    def ModelConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return service_pb2.ModelConfigResponse(config=self._or_abort(context, request.name, request.version).config)

    def ModelMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        described = self._or_abort(context, request.name, request.version).described()
        return json_format.ParseDict(described, service_pb2.ModelMetadataResponse())

    def ModelInfer(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        images = np.frombuffer(request.raw_input_contents[0], np.uint8).reshape(request.inputs[0].shape)
        wanted = [output.name for output in request.outputs]
        try:
            answers = self.core.infer(request.model_name, request.model_version, images, wanted)
        except RefusedError as error:
            context.abort(error.code, str(error))
        response = service_pb2.ModelInferResponse(model_name=request.model_name)
        for name, values in answers.items():
            response.outputs.add(name=name, datatype="FP32", shape=values.shape)
            response.raw_output_contents.append(values.tobytes())
        return response

    def _or_abort(self, context: grpc.ServicerContext, name: str, version: str) -> Served:
        try:
            return self.core.find(name, version)
        except RefusedError as error:
            context.abort(error.code, str(error))


class Handler(BaseHTTPRequestHandler):
    """By HTTP."""

    protocol_version = "HTTP/1.1"
    core: Core

    def do_GET(self) -> None:
        words = self.path.strip("/").split("/")
        if words == ["v2", "health", "live"]:
            self._send(200, b"")
        elif words[:2] == ["v2", "models"]:
            version = words[4] if words[3:4] == ["versions"] else ""
            self._answer(lambda: self._described(words[2], version, words[-1] == "config"))
        else:
            self._send(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        _, _, name, _, version, _ = self.path.strip("/").split("/")
        length = int(self.headers[HEADER])
        head = json.loads(body[:length])
        images = np.frombuffer(body[length:], np.uint8).reshape(head["inputs"][0]["shape"])
        self._answer(lambda: self._inferred(name, version, images, [o["name"] for o in head["outputs"]]))

    def _described(self, name: str, version: str, config: bool) -> tuple[bytes, dict[str, str]]:
        model = self.core.find(name, version)
        described = model.described()
        if config:
            described = json_format.MessageToDict(model.config, preserving_proto_field_name=True)
        return json.dumps(described).encode(), {}

    def _inferred(self, *request: Any) -> tuple[bytes, dict[str, str]]:
        answers = self.core.infer(*request)
        outputs = [
            {
                "name": name,
                "datatype": "FP32",
                "shape": list(values.shape),
                "parameters": {"binary_data_size": values.nbytes},
            }
            for name, values in answers.items()
        ]
        head = json.dumps({"model_name": request[0], "outputs": outputs}).encode()
        return head + b"".join(values.tobytes() for values in answers.values()), {HEADER: str(len(head))}

    def _answer(self, make: Callable[[], tuple[bytes, dict[str, str]]]) -> None:
        try:
            self._send(200, *make())
        except RefusedError as error:
            self._send(error.status, json.dumps({"error": str(error)}).encode())
        except GoneError:
            self.server.socket.close()
            self._send(200, b"", {"Content-Length": "1000"})  # of which not one is sent
            self.close_connection = True

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:
        """Says nothing."""


@contextmanager
def by_grpc(core: Core, port: int = 0) -> Iterator[str]:
    """The URL of a server as long as the block lasts."""
    server = grpc.server(ThreadPoolExecutor(8))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(Servicer(core), server)
    taken = server.add_insecure_port(f"127.0.0.1:{port}")
    core.die = lambda: server.stop(None)  # requests under way are cut off
    server.start()
    try:
        yield f"grpc://127.0.0.1:{taken}"
    finally:
        server.stop(None).wait()


@contextmanager
def by_http(core: Core, port: int = 0) -> Iterator[str]:
    """The URL of a server as long as the block lasts."""
    handler = type("ForCore", (Handler,), {"core": core})

    def die() -> None:
        raise GoneError

    core.die = die
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


SERVERS = {"grpc": by_grpc, "http": by_http}


@dataclass
class Running:
    """A server that may be spoilt, and the exports that it has the models of."""

    core: Core
    url: str
    models: Path
    repository: Path

    def ships(self, name: str, model: onnx.ModelProto, **card: object) -> None:
        """Another model is exported and served."""
        write_model(self.models / name, model, **card)
        self.ships_again(name)

    def ships_again(self, name: str) -> None:
        """What the export has now is served."""
        add_model(self.models / name, self.repository)
        self.core.load(self.repository)


@contextmanager
def serving(models: Path, repository: Path, scheme: str) -> Iterator[Running]:
    """A server of a new ``repository`` of the two models."""
    for name in ("detector", "ocr"):
        add_model(models / name, repository)
    core = Core(repository)
    with SERVERS[scheme](core) as url:
        yield Running(core, url, models, repository)
