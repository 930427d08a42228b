"""Vehicles and clips for tests, and a data folder that passages can be rendered from."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from src.core.types import Image
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluation.video.clip import Actor, Clip, Conditions
from src.evaluation.video.schema import Told, TrueBox, TruePassage
from src.evaluation.video.vehicles import Vehicle

DAY = Conditions(noise=0.0, quality=20, exposure=0.0)
BOX = (120, 200, 220, 222)
"""The plate of ``vehicle``: white, with six black bars that stand for characters."""


def picture(box: tuple[int, int, int, int] = BOX, grey: int = 110) -> Image:
    """A grey picture of 400 x 300 with a plate in ``box``."""
    image = np.full((300, 400, 3), grey, np.uint8)
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = 235
    for left in np.linspace(x1 + 6, x2 - 14, 6).astype(int):
        image[y1 + 4 : y2 - 4, left : left + 8] = 20
    return image


def vehicle(text: str = "AB1234", name: str = "car.png") -> Vehicle:
    """A vehicle whose plate is 100 pixels wide."""
    x1, y1, x2, y2 = BOX
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    return Vehicle(picture(), corners, text, "XX", 1, "photograph", name)


def clip(*paths: Any, conditions: Conditions = DAY, **changes: Any) -> Clip:
    """A clip of vehicles ``AB1230``, ``AB1231``, ... on these paths, before a grey street."""
    actors = tuple(Actor(vehicle(f"AB123{n}", f"car{n}.png"), np.array(path, float)) for n, path in enumerate(paths))
    stated = {
        "name": "pan-0000",
        "kind": "pan",
        "half": "fit",
        "seed": 0,
        "background": np.full((90, 160, 3), 60, np.uint8),
        "actors": actors,
        "camera": np.zeros((len(paths[0]), 2)),
        "conditions": conditions,
    }
    return Clip(**stated | changes)


def passage(
    number: int = 0, text: str = "AB1234", first: float = 0.0, last: float = 1.0, x: float = 0.0
) -> TruePassage:
    """A passage that stands at ``x`` from ``first`` to ``last``."""
    times = np.arange(round(first * 25), round(last * 25) + 1) / 25
    return TruePassage(
        source="pan-0000",
        number=number,
        kind="pan",
        group="photograph",
        half="fit",
        picture=f"car{number}.png",
        text=text,
        lines=1,
        region=None,
        first=first,
        last=last,
        legible=len(times),
        boxes=tuple(TrueBox(time=time, box=(x, 0.0, x + 100.0, 20.0)) for time in times.tolist()),
    )


def told(track: int = 1, text: str = "AB1234", at: Any = ((0.2, 0.0), (0.4, 0.0)), **changes: Any) -> Told:
    """What was told of a plate that was seen ``at`` (time, x)."""
    stated = {
        "source": "pan-0000",
        "track": track,
        "first": at[0][0],
        "last": at[-1][0],
        "text": text,
        "confidence": 0.9,
        "accepted": True,
        "boxes": tuple(TrueBox(time=time, box=(x, 0.0, x + 100.0, 20.0)) for time, x in at),
    }
    return Told(**stated | changes)


def photographs(data: Path) -> Path:
    """Writes scenes with plates of known texts, and crops, of ``val`` below ``data``."""
    for folder in ("scenes", "ocr"):
        (data / folder).mkdir(parents=True)
    scenes, crops = [], []
    for number in range(8):
        box = (30 + 4 * number, 180, 130 + 4 * number, 202) if number % 4 > 1 else (150, 150, 200, 162)
        name = f"{number}.png"
        PillowImage.fromarray(picture(box, 90 + 10 * number)).save(data / "scenes" / name)
        plate = PlateLabel(box=tuple(map(float, box)), text=f"AB123{number}", region="XX", lines=1)
        scenes.append(Record(image=name, width=400, height=300, split="val", source="gate", plates=(plate,)))
        PillowImage.fromarray(picture()[200:222, 120:220]).save(data / "ocr" / name)
        crops.append(Record(image=name, split="val", source="crops", text=f"CD567{number}", region="XX", lines=1))
    write_manifest(data / "scenes" / "manifest.jsonl", scenes)
    write_manifest(data / "ocr" / "manifest.jsonl", crops)
    return data
