"""A real Triton server with the repository that ships: only its ONNX backend is a stand-in.

pip install --no-deps --target .triton nvidia-pytriton==0.7.0     # 55 MB; nothing of the environment changes
"""

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import onnx
import pytest

from src.core.card import load_card, sha256_of, write_card
from src.core.image import read_image
from src.data.annotations.manifest import read_manifest
from src.export.triton import add_model
from src.runtime.reader import Reader
from src.runtime.triton import TritonError, TritonServer
from src.runtime.triton_model import TritonModel

PACKAGE = Path(".triton").resolve()
HOME = PACKAGE / "pytriton" / "tritonserver"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
STUB = HOME / "python_backend_stubs" / PYTHON / "triton_python_backend_stub"
LIBRARY = f"libpython{PYTHON}.so.1.0"
SAMPLES = Path("data/samples/manifest.jsonl")
SCHEMES = ("grpc", "http")


def lacks() -> str | None:
    """Why there can be no server here."""
    if not STUB.is_file():
        return "no Triton server here: pip install --no-deps --target .triton nvidia-pytriton==0.7.0"
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return f"Triton's Python backend needs {LIBRARY}"
    return None


pytestmark = pytest.mark.skipif(lacks() is not None, reason=str(lacks()))


@dataclass(frozen=True)
class Running:
    process: "subprocess.Popen[bytes]"
    ports: dict[str, int]
    models: Path
    repository: Path

    def url(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self.ports[scheme]}"

    def wait(self, what: str = "health/ready", seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, "the server has ended"
            try:
                urlopen(f"{self.url('http')}/v2/{what}", timeout=5).close()
                return
            except URLError:
                time.sleep(0.1)
        raise TimeoutError(what)

    def counts(self, name: str) -> tuple[int, int]:
        """Images that a model has seen, and batches that they came in."""
        with urlopen(f"{self.url('http')}/v2/models/{name}/stats", timeout=5) as answer:
            (stats,) = json.load(answer)["model_stats"]
        return stats["inference_count"], stats["execution_count"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def backends(folder: Path) -> Path:
    """Triton's backend for Python, and the stand-in for ONNX that it runs."""
    shutil.copytree(HOME / "backends" / "python", folder / "python")
    shutil.copy(STUB, folder / "python")
    (folder / "onnxruntime").mkdir()
    shutil.copy(Path(__file__).with_name("onnxruntime_backend.py"), folder / "onnxruntime" / "model.py")
    return folder


@contextmanager
def started(folder: Path) -> Iterator[Running]:
    """A server that watches a repository of the shipped pair."""
    models, repository, ports = folder / "exports", folder / "triton", {s: free_port() for s in SCHEMES}
    for name in ("detector", "ocr"):
        shutil.copytree(Path("exports", name), models / name)
        add_model(models / name, repository)
    libraries = [str(PACKAGE / "nvidia_pytriton.libs"), str(sysconfig.get_config_var("LIBDIR"))]
    environment = {"LD_LIBRARY_PATH": ":".join(libraries), "PYTHONPATH": sysconfig.get_path("platlib")}
    command = [
        str(HOME / "bin" / "tritonserver"),
        f"--model-repository={repository}",
        f"--backend-directory={backends(folder / 'backends')}",
        "--disable-auto-complete-config",
        "--model-control-mode=poll",
        "--repository-poll-secs=1",
        "--http-address=127.0.0.1",
        f"--http-port={ports['http']}",
        "--grpc-address=127.0.0.1",
        f"--grpc-port={ports['grpc']}",
        "--allow-metrics=false",
    ]
    with subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL) as process:
        server = Running(process, ports, models, repository)
        try:
            server.wait()
            yield server
        finally:
            process.kill()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server of the test's own."""
    with started(tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server for the tests that leave it as it is."""
    with started(tmp_path_factory.mktemp("server")) as server:
        yield server


def ask_on(reader: TritonModel, images: np.ndarray, seconds: float = 30) -> None:
    """Asks until an error comes, or so many seconds are over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        reader.run(images)


def test_the_shipped_pair_reads_the_samples_as_it_does_here(shared: Running) -> None:
    here, plates = Reader(shared.models, 1), 0
    for scheme in SCHEMES:
        there = Reader(shared.models, triton=shared.url(scheme))
        for record in read_manifest(SAMPLES):
            image = read_image(SAMPLES.parent / record.image)
            for ours, theirs in zip(there.read(image).plates, here.read(image).plates, strict=True):
                assert (ours.reading.text, ours.reading.region) == (theirs.reading.text, theirs.reading.region)
                assert ours.reading.confidence == pytest.approx(theirs.reading.confidence, abs=1e-5)
                np.testing.assert_allclose(ours.box, theirs.box, atol=1e-2)
                plates += 1
    assert plates >= 2 * 7


def test_requests_that_wait_are_one_batch(shared: Running) -> None:
    reader, barrier = TritonModel(TritonServer(shared.url("grpc")), shared.models / "ocr"), threading.Barrier(12)
    crops = np.random.default_rng(0).integers(0, 256, (12, 1, 32, 128, 3), np.uint8)

    def read(crop: np.ndarray) -> np.ndarray:
        barrier.wait()
        return reader.run(crop)["log_probs"]

    before = shared.counts("plate_reader")
    with ThreadPoolExecutor(12) as pool:
        together = np.concatenate(list(pool.map(read, crops)))
    inferences, executions = (after - b for after, b in zip(shared.counts("plate_reader"), before, strict=True))
    alone = np.concatenate([reader.run(crop)["log_probs"] for crop in crops])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert inferences == 12
    assert executions < 12


def test_a_newer_version_ends_the_older_ones_readers(running: Running) -> None:
    old, crops = (
        TritonModel(TritonServer(running.url("grpc")), running.models / "ocr"),
        np.zeros((1, 32, 128, 3), np.uint8),
    )
    network = onnx.load(running.models / "ocr" / "model.onnx")
    network.producer_name = "another"
    onnx.save(network, running.models / "ocr" / "model.onnx")
    sha256 = sha256_of(running.models / "ocr" / "model.onnx")
    write_card(load_card(Path("exports/ocr")).model_copy(update={"sha256": sha256}), running.models / "ocr")
    assert add_model(running.models / "ocr", running.repository).name == "2"
    running.wait("models/plate_reader/versions/2/ready")
    with pytest.raises(TritonError, match=rf"^{running.url('grpc')}: .*plate_reader.*$"):
        ask_on(old, crops)
    new = TritonModel(TritonServer(running.url("http")), running.models / "ocr")
    assert new.run(crops)["log_probs"].shape == (1, 64, 68)


def test_a_kill_in_the_middle_is_one_line(running: Running) -> None:
    readers = [TritonModel(TritonServer(running.url(s), timeout=20), running.models / "ocr") for s in SCHEMES]
    threading.Timer(0.5, running.process.kill).start()
    start = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask_on, reader, np.zeros((64, 32, 128, 3), np.uint8)) for reader in readers]
        for scheme, future in zip(SCHEMES, asked, strict=True):
            with pytest.raises(TritonError, match=rf"^{running.url(scheme)}: \S.*$"):
                future.result()
    assert time.monotonic() - start < 15
