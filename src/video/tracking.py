"""Follows plates from frame to frame: which box of this frame is which plate of the frames before.

A plate in a video is small, and between two frames it may move by several times its own height, so that boxes of one
plate need not overlap. Each track predicts where its plate is by now, in a straight line and growing as it has grown;
pairs of tracks and boxes are then chosen so that the sum of their costs is least (Kuhn, "The Hungarian method for the
assignment problem", 1955). The cost is how far the box lies from where it was expected, in widths of the plate, how
much its size differs, and how little its reading resembles that of the track.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from scipy.optimize import linear_sum_assignment

from src.core.types import Boxes
from src.video.fusion import Fused, Observation

FIRST_REACH = 3.0
"""A plate whose speed nobody knows yet may have moved by so many of its widths since the frame before."""
REACH = 1.0
"""A plate whose speed is known lies within so many widths of where it is expected."""
REACH_GROWTH = 2.0
"""That distance grows by so many widths for each second without the plate."""
FARTHEST = 5.0
"""A plate that is read as before may lie within so many widths of where it was expected."""
GROWS = 1.7
"""The width changes at most by this factor between two sights, and by a little more for each second between them."""
IMPOSSIBLE = 1e6
KNOWN = 4
"""After so many sights the movement of a plate is known."""
ODD = np.log([1.25, 1.6])
"""A box whose width or height differs by more than these factors from what is expected is not believed at once."""
BELIEVED = 3
"""So many such boxes in a row are believed."""
AWAY = 0.3
"""After so many seconds out of sight the next box is believed, whatever its size."""
FASTEST = 1.5
"""A size changes at most so fast: the plate of a car that comes near doubles its width in half a second."""
SMOOTHING = 0.6
"""The share of the newest movement in what is expected next."""
FADES = 1.0
"""The seconds after which a plate that is out of sight is expected to have slowed down to a third."""
NEAR = 0.6
"""A box with a lower cost is where the plate was expected. Farther away its text must agree in both directions."""
UNREAD = 0.4
"""A reading that is less sure says nothing about which plate it is of."""
SAME = 0.5
"""A reading that a track finds at least this probable brings a box to it that lies out of reach otherwise."""
PLAUSIBLE = 0.01
"""A reading contradicts a track whose text it finds less probable than this, relative to its own."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two readings resemble each other, from 0 to 1: how probable each finds the other's text."""

    either: float
    """What that one says that finds it more probable: a blurred frame contradicts nobody."""
    both: float
    """What the other one says."""


@dataclass
class Motion:
    """Where a plate is and how it moves: centre and logarithm of its size."""

    time: float
    state: Floats  # [4]: x, y, log width, log height
    velocity: Floats = field(default_factory=lambda: np.zeros(4))  # per second
    sights: int = 1
    odd: int = 0
    """How many boxes in a row had an unexpected size."""

    @classmethod
    def at(cls, box: Boxes, time: float) -> "Motion":
        """Returns the motion of a plate that was never seen before."""
        return cls(time, _state(box))

    @property
    def width(self) -> float:
        """The width of the plate in pixels when it was seen last."""
        return float(np.exp(self.state[2]))

    def expected(self, time: float) -> Floats:
        """Returns the state that the plate is expected to have."""
        ahead = FADES * (1 - np.exp(-(time - self.time) / FADES))  # a plate out of sight may slow down
        return self.state + self.velocity * ahead

    def box(self, time: float) -> Boxes:
        """Returns the box ``[4]`` that is expected."""
        x, y, log_width, log_height = self.expected(time)
        width, height = np.exp(log_width), np.exp(log_height)
        return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2], np.float32)

    def move(self, box: Boxes, time: float) -> None:
        """Takes in where the plate is seen now.

        A box that suddenly has another size shows a part of the plate, or something beside it: the plate goes on as it
        was expected to, unless the next boxes say the same.
        """
        now, expected = _state(box), self.expected(time)
        odd = bool((np.abs(now - expected)[2:] > ODD).any())
        self.odd = self.odd + 1 if odd else 0
        if self.sights >= KNOWN and 0 < self.odd < BELIEVED and time - self.time < AWAY:
            self.time, self.state = time, expected
            return
        if time > self.time:
            measured = (now - self.state) / (time - self.time)
            share = 1.0 if self.sights == 1 else SMOOTHING
            self.velocity = share * measured + (1 - share) * self.velocity
            # a size that is measured anew in each frame is noise at first
            self.velocity[2:] = np.clip(self.velocity[2:] * min(1.0, self.sights / KNOWN), -FASTEST, FASTEST)
        self.time, self.state = time, now
        self.sights += 1

    def rest(self, time: float) -> None:
        """Takes in that nothing has moved until ``time``."""
        self.time, self.velocity = time, np.zeros(4)

    def cost(self, box: Boxes, time: float, reach_factor: float = 1.0) -> float:
        """Returns how badly ``box`` fits what is expected, from 0 to 2; IMPOSSIBLE where it cannot be this plate."""
        expected, now, gap = self.expected(time), _state(box), time - self.time
        width = float(np.exp(max(expected[2], now[2])))
        distance = float(np.hypot(*(now[:2] - expected[:2]))) / width
        reach = FIRST_REACH if self.sights == 1 else REACH + REACH_GROWTH * gap
        reach = min(reach * reach_factor, FARTHEST)
        growth = abs(float(now[2] - expected[2])) / np.log(GROWS + gap)
        return distance / reach + 0.5 * growth if distance <= reach and growth <= 1 else IMPOSSIBLE


def associate(
    motions: Sequence[Motion],
    boxes: Boxes,
    time: float,
    likeness: Callable[[int, int], Likeness | None],
    doubtful: Callable[[int], bool],
) -> list[int | None]:
    """Returns for each of ``boxes [N, 4]`` the number of the motion that it continues, or None.

    ``likeness(motion, box)`` compares two readings; None means that nobody knows. It is asked only where places leave a
    doubt: a box with several possible motions, a motion with several boxes, one that is far from where it was expected,
    and motions that are ``doubtful`` as they have been out of sight.
    """
    costs = np.array([[m.cost(box, time) for box in boxes] for m in motions]).reshape(len(motions), len(boxes))
    possible = costs < IMPOSSIBLE
    of_motion, of_box = possible.sum(1, keepdims=True), possible.sum(0, keepdims=True)
    sure = np.array([not doubtful(i) for i in range(len(motions))], bool).reshape(-1, 1)
    near = costs < NEAR
    clear = near & (of_motion == 1) & (of_box == 1) & sure
    elsewhere = ~possible & (clear.any(1, keepdims=True) | clear.any(0, keepdims=True))
    for i, j in np.argwhere(~clear & ~elsewhere).tolist():
        wide = motions[i].cost(boxes[j], time, reach_factor=2.0)
        alike = likeness(i, j) if wide < IMPOSSIBLE else None
        if alike is None:
            if doubtful(i) and not near[i, j]:
                costs[i, j] = IMPOSSIBLE
            continue
        if (alike.either if near[i, j] else alike.both) < PLAUSIBLE:
            costs[i, j] = IMPOSSIBLE
        elif possible[i, j] or alike.both > SAME:
            costs[i, j] = min(costs[i, j], wide + 1) - alike.either
    rows, columns = linear_sum_assignment(np.minimum(costs, IMPOSSIBLE)) if costs.size else ((), ())
    found: list[int | None] = [None] * len(boxes)
    for row, column in zip(rows, columns, strict=True):
        if costs[row, column] < IMPOSSIBLE / 2:
            found[int(column)] = int(row)
    return found


def same_text(known: Fused, new: Observation) -> Likeness | None:
    """Returns how plausible it is that ``new`` shows the plate of which ``known`` is what was seen so far.

    Where one character alone differs, either may have misread it. The answer is None where nothing was read, or so
    little that it may be a part of a plate.
    """
    text, own = known.text, new.texts[0].text.text
    if not text or not own or new.reading.confidence < UNREAD:
        return None
    found = new.probability(text), known.probability(own)
    misread = PLAUSIBLE if Levenshtein.distance(own, text) <= 1 else 0.0
    return Likeness(either=max(*found, misread), both=min(found))


def _state(box: Boxes) -> Floats:
    x1, y1, x2, y2 = (float(v) for v in box)
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2, np.log(max(x2 - x1, 1)), np.log(max(y2 - y1, 1))])
