"""How fast a video is watched, beside how fast it plays, and beside a peer that reads frame by frame."""

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import cv2
import numpy as np

from src.evaluation.latency.schema import BenchmarkError, Quantiles, VideoRow
from src.runtime.reader import Reader, ReadsImages
from src.video.address import SourceError
from src.video.sources import open_source
from src.video.watcher import Watcher, WatchOptions
from src.video.writer import VideoWriter

SIZE = 1280, 720
PEER_FRAMES = 50
"""A peer that reads frame by frame takes the same time for all: so many are enough."""


def time_video(clip: Path, reader: Reader, threads: int, repeats: int, peer: ReadsImages | None = None) -> VideoRow:
    """Watches ``clip``, brought to SIZE, from the file to its passages; with ``peer``, it reads frames of the same.

    Raises BenchmarkError for a clip that cannot be read.
    """
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "clip.mp4"
            frames, seconds = _copy(clip, file)
            spent, searched = [], 0
            for _ in range(repeats):
                start = perf_counter()
                searched = _watch(file, reader)
                spent.append((perf_counter() - start) * 1e3 / frames)
            theirs = [] if peer is None else _frame_by_frame(file, peer)
    except SourceError as error:
        raise BenchmarkError(str(error)) from None
    return VideoRow(
        clip=clip.name,
        width=SIZE[0],
        height=SIZE[1],
        threads=threads,
        providers=reader.detector.providers,
        frames=frames,
        seconds=seconds,
        searched=searched,
        per_frame=Quantiles.of(spent),
        times_real_time=seconds * 1e3 / (float(np.median(spent)) * frames),
        peer_per_frame=Quantiles.of(theirs) if theirs else None,
        ratio=float(np.median(spent) / np.median(theirs)) if theirs else None,
    )


def _copy(clip: Path, to: Path) -> tuple[int, float]:
    """Returns how many frames the copy has, and how many seconds."""
    with open_source(str(clip)) as source, VideoWriter(to, *SIZE, 25) as writer:
        for frame in source:
            writer.write(
                np.asarray(cv2.resize(frame.image, SIZE, interpolation=cv2.INTER_LINEAR), np.uint8), frame.time
            )
        return source.frames, source.duration or frame.time


def _watch(file: Path, reader: Reader) -> int:
    """Returns how many frames were searched."""
    with open_source(str(file)) as source:
        watcher = Watcher(reader, source.name, WatchOptions())
        for frame in source:
            watcher.see(frame)
        watcher.end()
    return watcher.searched


def _frame_by_frame(file: Path, peer: ReadsImages) -> list[float]:
    with open_source(str(file)) as source:
        images = [frame.image for frame in islice(source, 0, None, 3)]
    peer.read(images[0])  # the first run allocates
    return [peer.read(image).ms.total for image in images[:PEER_FRAMES]]
