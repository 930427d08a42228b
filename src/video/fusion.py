"""Fuses what many frames say of one plate: their distributions are multiplied, not their votes counted.

Each frame gives the probabilities of the likeliest texts, in which look-alikes (O and 0) are one. The probability of a
text after all frames is the product of its probabilities in each, to the power of the frame's weight, and the formats
of countries are weighed once, on the product. Frames of one vehicle are not independent: they share the light, the dirt
and the typeface. A frame weighs the less, the nearer to its place the plate was seen better in another, and even frames
far apart count as partly the same (``PassageCalibration.dependence``). No frame can veto: a text that is missing among
its likeliest ones has a small probability there, and none of zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from src.core.calibration import PassageCalibration, from_log_odds, to_log_odds
from src.core.candidates import BEAM, NEGLIGIBLE, LikelyText
from src.core.formats.evidence import IMPOSSIBLE, LOOK_ALIKES, Spelled
from src.core.types import Boxes, Reading
from src.runtime.plate_reader import PlateReader

UNFITTED = PassageCalibration(
    dependence=0.8, scale=1.0, shift=0.0, fitted_on={}, log_loss_before=0.0, log_loss_after=0.0
)
"""What holds for a reader whose card has none."""
SAME_PLACE = 0.02
"""A frame in which the plate has not moved weighs at least so much: it still has noise of its own."""
HESITANT = 0.02
"""Sights also count by the root of how sure they are alone, with this much added. By that one more of 253 passages that
were fitted on is right, and two more of 251 others.
"""
AGREEING = 2
"""A text that fewer frames read alone is not accepted."""
MOVED = 0.5
"""A plate that has moved by this many of its heights is seen anew, to two thirds."""
OTHERS = 1000
"""What a frame leaves to texts that it does not name is spread over about so many. In the product each of them counts
alone: the frames of a plate that is hard to read leave much, but not to the same text.
"""
CERTAIN = float(-np.log(IMPOSSIBLE))
"""The log-odds of a character whose look-alike is impossible."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one frame shows of a plate."""

    time: float
    """Seconds of the source."""
    box: Boxes
    """``[4]``, in pixels of the frame."""
    quality: float
    """How well the plate can be seen; only proportions count: the width in pixels times the sharpness."""
    texts: tuple[Spelled, ...]
    """The likeliest texts, best first, before formats count."""
    regions: npt.NDArray[np.float32] | None
    """``[R]``, log-probabilities of countries."""
    reading: Reading
    """What the frame says alone, with formats, calibrated."""

    def probability(self, text: str) -> float:
        """Returns how probable ``text`` (look-alikes as one) is, relative to the likeliest text of the frame."""
        return _relative(self.texts, text)


@dataclass(frozen=True, slots=True)
class Fused:
    """What many frames say together."""

    reading: Reading
    """With the confidence of the passage."""
    unfitted: float
    """The confidence before it is that of a passage. The fit was made on plates, so that what is none counts by it."""
    texts: tuple[Spelled, ...]
    """The likeliest texts of the product, best first, before formats count."""

    @property
    def text(self) -> str:
        """The likeliest text, look-alikes as one."""
        return self.texts[0].text.text

    def probability(self, text: str) -> float:
        """Returns how probable ``text`` (look-alikes as one) is, relative to the likeliest one."""
        return _relative(self.texts, text)


def fuse(
    observations: Sequence[Observation], reader: PlateReader, calibration: PassageCalibration | None = None
) -> Fused:
    """Returns what the observations of a plate, at least one, say together; they are in the order of time.

    ``calibration`` None means that of the reader's card.
    """
    fitted = calibration or reader.card.passages or UNFITTED
    weights = frame_weights(observations, fitted.dependence)
    texts = _product(observations, weights)
    reading = reader.conclude(texts, _regions(observations, weights), _whole(observations, texts[0], weights))
    return Fused(_passage(reading, fitted), reading.confidence, tuple(texts))


def _passage(reading: Reading, fitted: PassageCalibration) -> Reading:
    """Returns the reading with the confidence of a passage."""
    sure = float(fitted.apply(reading.confidence))
    factor = sure / max(reading.confidence, 1e-9)
    others = (1 - sure) / max(1 - reading.confidence, 1e-9)
    candidates = reading.candidates and tuple(
        replace(c, confidence=min(c.confidence * (factor if c.text == reading.text else others), 1.0))
        for c in reading.candidates
    )
    return replace(reading, confidence=sure, candidates=candidates)


def frames_agree(observations: Sequence[Observation], text: str) -> bool:
    """Tells whether several frames alone say ``text``, and whether they are half of what was seen, by quality."""
    saying = [o.quality for o in observations if o.reading.text == text]
    return len(saying) >= AGREEING and sum(saying) >= sum(o.quality for o in observations) / 2


def frame_weights(observations: Sequence[Observation], dependence: float) -> Floats:
    """Returns the weight of each frame, ``[N]``; they sum to 1 for a single frame, and to more for independent ones."""
    quality = np.array([o.quality * (1.0 if o.reading.whole is None else o.reading.whole) for o in observations])
    quality *= np.sqrt([o.reading.confidence + HESITANT for o in observations])
    quality = quality / max(quality.max(), 1e-9)
    boxes = np.array([o.box for o in observations], np.float64).reshape(-1, 4)
    fresh, better = np.ones(len(quality)), np.zeros(len(quality), bool)
    for number in np.argsort(-quality, kind="stable").tolist():
        if better.any():
            fresh[number] = max(1 - np.exp(-_shift(boxes[better], boxes[number]).min() / MOVED), SAME_PLACE)
        better[number] = True
    weights = quality * fresh
    total = max(weights.sum(), 1e-9)
    # the sum of weights is that of one frame, and of the others as far as they are independent
    effective = 1 + max(total - 1, 0.0) * (1 - dependence)
    return np.asarray(weights * effective / total, np.float64)


def _shift(boxes: Floats, box: Floats) -> Floats:
    """Returns by how many heights a plate at ``boxes [N, 4]`` has moved or grown to ``box [4]``, ``[N]``."""
    heights = np.maximum(np.maximum(boxes[:, 3] - boxes[:, 1], box[3] - box[1]), 1.0)
    return np.asarray(np.abs(boxes - box).max(1) / heights)


def _product(observations: Sequence[Observation], weights: Floats) -> list[Spelled]:
    """Returns the texts of the product of all frames, best first."""
    names = list(dict.fromkeys(text.text.text for o in observations for text in o.texts))
    # the last one is of all texts that no frame names: OTHERS of them share what a frame leaves
    scores = np.zeros(len(names) + 1)
    scores[-1] = np.log(OTHERS)
    for observation, weight in zip(observations, weights, strict=True):
        known = {text.text.text: text.text.probability for text in observation.texts}
        rest = max(1 - sum(known.values()), NEGLIGIBLE) / OTHERS  # each of the texts that this frame does not name
        scores += weight * np.log([*(max(known.get(name, 0.0), rest) for name in names), rest])
    probabilities = np.exp(scores - scores.max())
    probabilities /= probabilities.sum()
    order = np.argsort(-probabilities[:-1], kind="stable")[:BEAM]
    floor = NEGLIGIBLE * probabilities[order[0]]
    return [
        _spelled(names[i], float(probabilities[i]), observations, weights) for i in order if probabilities[i] >= floor
    ]


def _spelled(name: str, probability: float, observations: Sequence[Observation], weights: Floats) -> Spelled:
    """Returns a text of the product; its look-alikes are what the frames that read it say together."""
    seen = [(text, weight) for o, weight in zip(observations, weights, strict=True) for text in o.texts]
    seen = [(text, weight) for text, weight in seen if text.text.text == name]
    shares = np.array([weight * text.text.probability for text, weight in seen])
    shares = shares / max(shares.sum(), 1e-12)
    peaks = np.array([text.peaks for text, _ in seen]).reshape(len(seen), len(name))
    characters, odds = [], []
    for place, char in enumerate(name):
        if char not in LOOK_ALIKES or all(text.characters[place] == char for text, _ in seen):
            characters.append(seen[0][0].characters[place])
            odds.append(float("inf"))
            continue
        # positive for the digit
        log_odds = sum(weight * _digit_odds(text, place, char) for text, weight in seen)
        options = LOOK_ALIKES[char] if log_odds >= 0 else LOOK_ALIKES[char][::-1]
        certain = abs(log_odds) >= CERTAIN
        characters.append(options[0] if certain else options)
        odds.append(float("inf") if certain else abs(log_odds))
    text = LikelyText(name, probability, seen[0][0].text.columns)
    return Spelled(text, tuple(characters), tuple(odds), tuple(np.minimum(shares @ peaks, 1.0).tolist()))


def _digit_odds(text: Spelled, place: int, digit: str) -> float:
    odds = min(text.odds[place], CERTAIN)
    return odds if text.characters[place][0] == digit else -odds


def _regions(observations: Sequence[Observation], weights: Floats) -> npt.NDArray[np.float32] | None:
    """Returns the log-probabilities of countries after all frames, ``[R]``."""
    known = [(o.regions, w) for o, w in zip(observations, weights, strict=True) if o.regions is not None]
    if not known:
        return None
    total = np.sum([weight * regions.astype(np.float64) for regions, weight in known], axis=0)
    total -= np.logaddexp.reduce(total)
    return np.asarray(total, np.float32)


def _whole(observations: Sequence[Observation], best: Spelled, weights: Floats) -> float | None:
    """Returns the probability that the text is that of a whole plate: the mean log-odds of the frames that read it."""
    known = [
        (to_log_odds(o.reading.whole), weight, o.texts[0].text.text == best.text.text)
        for o, weight in zip(observations, weights, strict=True)
        if o.reading.whole is not None
    ]
    agreeing = [(odds, weight) for odds, weight, agrees in known if agrees] or [(o, w) for o, w, _ in known]
    if not agreeing:
        return None
    odds, of_odds = (np.array(column, np.float64) for column in zip(*agreeing, strict=True))
    return float(from_log_odds(np.asarray((odds * of_odds).sum() / max(of_odds.sum(), 1e-9))))


def _relative(texts: Sequence[Spelled], text: str) -> float:
    best = texts[0].text.probability
    found = next((t.text.probability for t in texts if t.text.text == text), 0.0)
    return max(found / best, NEGLIGIBLE)
