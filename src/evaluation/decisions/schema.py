"""``decisions.json``: a closed schema."""

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import MeasuredPair
from src.evaluation.accuracy.system_result import Skipped


class Errors(Closed):
    """What a list does to plates of one split at one size of the list and one threshold; shares of plates."""

    split: str
    size: int
    allow_from: float | None  # None: texts are compared, and nothing else
    residents_in: Figure
    residents_asked: Figure  # unsure
    residents_away: Figure  # unknown
    strangers_in: Figure  # one in ten of them has a near plate on the list
    strangers_asked: Figure
    neighbours_in: Figure  # strangers whose number is missing in a fleet of the list
    look_alikes_in: Figure  # strangers who differ from a listed plate in one character that looks like its own


class Denied(Closed):
    """What a deny list does."""

    split: str
    size: int
    denied: Figure  # of the plates on the list
    unsure: Figure
    passed: Figure  # told as unknown
    strangers_denied: Figure


class Calibrated(Closed):
    """Candidates other than the likeliest, by their probability."""

    split: str
    least: float
    most: float
    candidates: int
    expected: float  # the sum of their probabilities
    right: int


class Gain(Closed):
    """The log loss, in nats, of whether a plate is listed, with one gain, on ``val``."""

    gain: float
    log_loss: float


class Decisions(MeasuredPair):
    """One run of ``python -m src.evaluate_decisions``."""

    plates: dict[str, int]  # by split, with a known text and a reading
    missed: dict[str, int]  # not found by the detector, so that nothing is decided
    skipped: tuple[Skipped, ...]
    allow_from: float  # the shipped thresholds
    deny_from: float
    unsure_from: float
    share: float
    gain: float
    by_size: tuple[Errors, ...]
    by_threshold: tuple[Errors, ...]
    denied: tuple[Denied, ...]
    calibration: tuple[Calibrated, ...]
    gains: tuple[Gain, ...]
