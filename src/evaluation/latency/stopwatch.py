"""Where the milliseconds go: the runtime's own calls, timed in place."""

import functools
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import get_args

import numpy as np
import onnxruntime as ort
from PIL import Image as PillowImage

from src.core.geometry import box_to_corners
from src.core.image import ImageError, read_photograph
from src.core.types import Image
from src.evaluation.latency.schema import BatchRow, BenchmarkError, PictureRow, Quantiles, Stage
from src.runtime.reader import Reader, read_file

CALLS: dict[Stage, tuple[str, str]] = {
    "resize": ("detector", "prepare"),
    "detect": ("detector", "infer"),
    "postprocess": ("detector", "postprocess"),
    "crop": ("plate_reader", "crop"),
    "read": ("plate_reader", "infer"),
    "decode_text": ("plate_reader", "decode"),
}
"""Stage -> the part of a ``Reader`` and the method of it that the stage is."""

WARM_UP = 5
"""Runs that count for nothing: the first ones allocate, and fill caches."""

BLOCK = 16
"""Cameras' sides are multiples of it: JPEG compresses such blocks, and what is even halves exactly."""

Lap = dict[Stage, float]
"""Milliseconds of one picture by stage."""


class Stopwatch:
    """Times the stages of a reader by wrapping its methods, so that what is timed is what ships."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._ms: Lap = {}
        for stage, (part, method) in CALLS.items():
            self._wrap(getattr(reader, part), method, stage)

    def _wrap(self, part: object, method: str, stage: Stage) -> None:
        call = getattr(part, method)

        @functools.wraps(call)
        def timed(*args: object, **kwargs: object) -> object:
            start = perf_counter()
            result = call(*args, **kwargs)
            self._ms[stage] = self._ms.get(stage, 0.0) + (perf_counter() - start) * 1e3
            return result

        setattr(part, method, timed)

    def lap(self) -> Lap:
        """The stages that ran since the last lap; several runs of one are added up."""
        lap, self._ms = self._ms, {}
        return lap


def time_pictures(watch: Stopwatch, paths: Sequence[Path], megapixels: float, threads: int, repeats: int) -> PictureRow:
    """Decodes and reads every file ``repeats`` times, after a warm-up; the reader was opened with ``threads``."""
    warm_up = [_read(watch, path)[0]["total"] for path in islice(cycle(paths), WARM_UP)]
    laps, plates = zip(*(_read(watch, path) for _ in range(repeats) for path in paths), strict=True)
    detector = watch.reader.detector
    return PictureRow(
        threads=threads,
        providers=detector.providers,
        device=ort.get_device(),
        megapixels=megapixels,
        pictures=len(paths),
        plates=float(np.mean(plates)),
        warm_up=tuple(warm_up),
        stages=by_stage(laps),
        outside=float(np.median([outside(lap) / lap["from_pixels"] for lap in laps])),
    )


def _read(watch: Stopwatch, path: Path) -> tuple[Lap, int]:
    """The lap of one file, and the number of plates in it."""
    _, result = read_file(watch.reader, path)
    decode = result.ms.decode or 0.0
    whole: Lap = {"decode": decode, "from_pixels": result.ms.total - decode, "total": result.ms.total}
    return watch.lap() | whole, len(result.plates)


def outside(lap: Lap) -> float:
    """Milliseconds from pixels to texts that were not spent in onnxruntime."""
    return lap["from_pixels"] - lap["detect"] - lap.get("read", 0.0)


def by_stage(laps: Sequence[Lap]) -> dict[Stage, Quantiles]:
    """Quantiles of every stage that ran at least once, in the order of the path."""
    times = {stage: [lap[stage] for lap in laps if stage in lap] for stage in get_args(Stage)}
    return {stage: Quantiles.of(ms) for stage, ms in times.items() if ms}


def time_batches(
    watch: Stopwatch, crops: Sequence[Image], sizes: Sequence[int], threads: int, repeats: int
) -> list[BatchRow]:
    """Reads batches of ``sizes`` crops, each ``repeats`` times; ``crops`` are gone round where there are fewer."""
    plate_reader, rows = watch.reader.plate_reader, []
    for plates in sizes:
        batch, laps, total = list(islice(cycle(crops), plates)), [], []
        for _ in range(WARM_UP + repeats):
            start = perf_counter()
            plate_reader.read_crops(batch)
            total.append((perf_counter() - start) * 1e3)
            laps.append(watch.lap())
        rows.append(
            BatchRow(
                threads=threads,
                providers=plate_reader.providers,
                device=ort.get_device(),
                plates=plates,
                read=Quantiles.of([lap["read"] for lap in laps[WARM_UP:]]),
                total=Quantiles.of(total[WARM_UP:]),
            )
        )
    return rows


def crops_of(reader: Reader, paths: Sequence[Path]) -> list[Image]:
    """The plates that the detector finds in ``paths``, cut out as the network sees them.

    Raises BenchmarkError where there is none.
    """
    crops = []
    for path in paths:
        image = load(path)
        for found in reader.detector.detect(image):
            corners = box_to_corners(found.box) if found.corners is None else found.corners
            crops.append(reader.plate_reader.crop(image, corners))
    if not crops:
        raise BenchmarkError(f"no plate is found in the {len(paths)} pictures, the first of which is {paths[0]}")
    return crops


def scaled(paths: Sequence[Path], megapixels: float, folder: Path) -> list[Path]:
    """Copies of ``paths`` as JPEG files of about ``megapixels`` million pixels, aspect kept, in whole blocks."""
    copies = []
    for number, path in enumerate(paths):
        picture = PillowImage.fromarray(load(path))
        factor = (megapixels * 1e6 / (picture.width * picture.height)) ** 0.5
        size = tuple(BLOCK * max(1, round(side * factor / BLOCK)) for side in picture.size)
        copies.append(folder / f"{megapixels:g}-{number}.jpg")
        picture.resize(size, PillowImage.Resampling.BICUBIC).save(copies[-1], quality=90)
    return copies


def load(path: Path) -> Image:
    """The picture as every command decodes it; its fault names the file. Raises BenchmarkError."""
    try:
        return read_photograph(path).pixels
    except ImageError as error:
        raise BenchmarkError(f"{path}: {error}") from None
