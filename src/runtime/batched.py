"""Reads several images in shared batches, each image by the reader that it asks for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TypeVar

import numpy as np

from src.core.types import Detection, Image, Reading
from src.runtime import plate_reader
from src.runtime.detector import Detector, joined
from src.runtime.plate_reader import PlateReader
from src.runtime.reader import ImageResult, Reader, Timings, as_plates, read_within

CanvasShape = TypeVar("CanvasShape")
ReaderAndImage = tuple[Reader, Image]
"""A reader, with the countries and the threshold for its image, and the image (RGB)."""


def read_batched(pairs: Sequence[ReaderAndImage]) -> list[ImageResult]:
    """Returns what each reader finds and reads in its image; all of them must have the same two models.

    Canvases of one size are one batch of the detector, and all plates are one batch of the OCR. The time of a batch is
    shared out among its images, so that the times of all images add up to the time that was spent.
    """
    start = perf_counter()
    found = _detect([(reader.detector, image) for reader, image in pairs])
    detected = perf_counter()
    cut = [
        (reader.plate_reader, reader.plate_reader.crop(image, read_within(detection)))
        for (reader, image), detections in zip(pairs, found, strict=True)
        for detection in detections
    ]
    readings = iter(_read(cut))
    end = perf_counter()
    detect, per_plate = (detected - start) * 1e3 / max(len(pairs), 1), (end - detected) * 1e3 / max(len(cut), 1)
    results = []
    for (_, image), detections in zip(pairs, found, strict=True):
        plates = as_plates(detections, [next(readings) for _ in detections])
        read = per_plate * len(plates)
        ms = Timings(None, detect, read, detect + read)
        results.append(ImageResult(image.shape[1], image.shape[0], plates, ms))
    return results


def _detect(pairs: Sequence[tuple[Detector, Image]]) -> list[list[Detection]]:
    """Returns what each detector finds in its image, second looks included; all of them have the same model."""
    prepared = [detector.prepare(image) for detector, image in pairs]
    found: list[list[Detection]] = [[] for _ in pairs]
    for numbers in _alike({i: canvas.shape for i, (canvas, _) in enumerate(prepared)}):
        raw = pairs[0][0].infer_batch(np.stack([prepared[i][0] for i in numbers]))
        for place, i in enumerate(numbers):
            (detector, image), fit = pairs[i], prepared[i][1]
            own = {name: values[place : place + 1] for name, values in raw.items()}
            found[i] = detector.postprocess(own, fit, (image.shape[0], image.shape[1]))
    further = ((i, detector.again(image, found[i])) for i, (detector, image) in enumerate(pairs))
    again = {i: detector for i, detector in further if detector is not None}
    if again:
        looks = _detect([(detector, pairs[i][1]) for i, detector in again.items()])
        for i, second in zip(again, looks, strict=True):
            found[i] = joined(pairs[i][1], found[i], second)
    return found


def _read(cut: Sequence[tuple[PlateReader, Image]]) -> list[Reading]:
    """Returns the readings of crops, each with the formats of its own reader."""
    readings: list[Reading] = []
    for start in range(0, len(cut), plate_reader.MAX_BATCH):
        batch = cut[start : start + plate_reader.MAX_BATCH]
        outputs = batch[0][0].infer(np.stack([crop for _, crop in batch]))
        for place, (reader, _) in enumerate(batch):
            readings += reader.decode({name: values[place : place + 1] for name, values in outputs.items()})
    return readings


def _alike(shapes: Mapping[int, CanvasShape]) -> list[list[int]]:
    groups = defaultdict[CanvasShape, list[int]](list)
    for number, shape in shapes.items():
        groups[shape].append(number)
    return list(groups.values())
