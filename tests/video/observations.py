"""Observations of a plate, made by hand."""

import numpy as np

from src.core.candidates import LikelyText
from src.core.formats.evidence import Spelled
from src.core.types import Reading
from src.video.fusion import Observation


def spelled(text: str, probability: float, odds: float = 2.0) -> Spelled:
    """A text of the network; O and I in it are preferred to 0 and 1 by ``odds``, digits to letters likewise."""
    merged = text.replace("O", "0").replace("I", "1")
    pairs = {"O": "O0", "0": "0O", "I": "I1", "1": "1I"}
    characters = tuple(pairs.get(char, char) for char in text)
    likely = LikelyText(merged, probability, tuple(range(len(text))))
    return Spelled(
        likely, characters, tuple(odds if char in pairs else np.inf for char in text), (probability,) * len(text)
    )


def seen(
    texts: dict[str, float], x: float = 0.0, quality: float = 1.0, whole: float | None = None, odds: float = 2.0
) -> Observation:
    box = np.array([x, 0, x + 100, 20], np.float32)
    found = tuple(spelled(text, p, odds) for text, p in sorted(texts.items(), key=lambda item: -item[1]))
    reading = Reading(found[0].preferred, found[0].text.probability, (), whole=whole)
    return Observation(x, box, quality, found, None, reading)
