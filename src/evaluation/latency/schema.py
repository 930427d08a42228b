"""What a run of ``python -m src.benchmark`` found: the closed schema of ``benchmark.json``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ValidationError

from src.core.schema import Closed, first_fault
from src.evaluation.accuracy.plate_result import Figure

Stage = Literal["decode", "resize", "detect", "postprocess", "crop", "read", "decode_text", "from_pixels", "total"]
"""``from_pixels`` is everything but decoding the file, ``total`` everything; ``detect`` and ``read`` are onnxruntime's
own share. ``crop``, ``read`` and ``decode_text`` do not run where no plate was found."""


class BenchmarkError(ValueError):
    """A benchmark that cannot be run or read; the message names the input and its fault."""


class Quantiles(Closed):
    """Of ``n`` times in milliseconds; between two of them interpolated linearly."""

    median: float
    p95: float
    p99: float
    n: int

    @classmethod
    def of(cls, ms: Sequence[float]) -> "Quantiles":
        """Quantiles of at least one time."""
        median, p95, p99 = (float(value) for value in np.percentile(ms, [50, 95, 99]))
        return cls(median=median, p95=p95, p99=p99, n=len(ms))


class _Session(Closed):
    """Who did the work of a row."""

    threads: int  # 0: all cores
    providers: tuple[str, ...]  # of the running onnxruntime session, the one asked for first
    device: str  # that this onnxruntime was built for


class PictureRow(_Session):
    """The whole path on pictures of one size."""

    megapixels: float
    pictures: int
    plates: float  # found per picture, the mean
    warm_up: tuple[float, ...]  # total milliseconds of the runs before, which count for nothing
    stages: dict[Stage, Quantiles]
    outside: float  # share of `from_pixels` that was not spent in onnxruntime, the median over pictures


class BatchRow(_Session):
    """The reader alone on a batch of crops."""

    plates: int
    read: Quantiles  # onnxruntime
    total: Quantiles  # with stacking the crops and decoding the texts


class FreshRow(Closed):
    """``python -m src.infer`` as a new process for one picture."""

    megapixels: float
    start: Quantiles  # from the start of the process to its first result
    peak_mib: float  # most resident memory that any of the runs held


class ModelRow(Closed):
    """An exported model: its size, its work for one input, and how fast one thread does that."""

    name: str
    task: str
    sha256: str
    mib: float
    gflop: float  # 2 x multiply-accumulates of Conv, MatMul and Gemm
    ms: float  # median for one input
    gflop_per_s: float
    share: float  # of the machine's matrix-multiply rate


class PeerRow(Closed):
    """Both systems on the pictures of one set, from pixels to texts, one thread each."""

    set: str
    ours: Quantiles
    peer: Quantiles
    ratio: Figure  # of the medians, ours by the peer's
    detect: float  # our median stages by the peer's whole median
    read: float
    rest: float


class VideoRow(Closed):
    """A video, watched from the file to its passages."""

    clip: str
    width: int
    height: int
    threads: int  # of the networks, and of OpenCV; decoding has its own. 0: all cores
    providers: tuple[str, ...]
    frames: int
    seconds: float  # that the video plays
    searched: int  # frames that the detector saw
    per_frame: Quantiles  # milliseconds of a whole run by its frames
    times_real_time: float  # by the median run
    peer_per_frame: Quantiles | None = None  # of every third frame, alone, one thread, decoding not counted
    ratio: float | None = None  # of the medians, ours by the peer's


class Peer(Closed):
    """Another system, its weights as file name -> sha256, and how it did."""

    name: str
    weights: dict[str, str]
    rows: tuple[PeerRow, ...]


class Benchmark(Closed):
    """The whole run."""

    schema_version: Literal[1] = 1
    command: str
    commit: str
    created: str
    machine: dict[str, str | int | None]
    versions: dict[str, str]
    load: float  # processes that wanted a core when the run began, the mean of a minute
    sets: tuple[str, ...]
    matmul_gflop_per_s: float  # float32, one thread
    models: tuple[ModelRow, ...]
    pictures: tuple[PictureRow, ...]
    batches: tuple[BatchRow, ...]
    fresh: tuple[FreshRow, ...]
    videos: tuple[VideoRow, ...] = ()
    peer: Peer | None = None


def read_benchmark(path: Path) -> Benchmark:
    """An earlier run. Raises BenchmarkError for a file that is none, or of another schema version."""
    try:
        return Benchmark.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BenchmarkError(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        raise BenchmarkError(f"{path}: not a report of src.benchmark: {first_fault(error, 'file')}") from None
