"""The fit of a passage calibration."""

from pathlib import Path

import numpy as np
import pytest

from src.core.calibration import from_log_odds, to_log_odds
from src.evaluation.video.fit import Evidence, fit, keep, kept, log_loss
from src.runtime.plate_reader import PlateReader
from src.video.fusion import fuse
from tests.video.observations import seen


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return PlateReader("exports/ocr", threads=1, countries=None)


def evidence(half: str, truth: str | None, frames: int = 4, sure: float = 0.8) -> Evidence:
    """A passage whose frames all say AB128C."""
    observations = tuple(seen({"AB128C": sure, "AB123C": 0.1}, 200 * n) for n in range(frames))
    return Evidence("pan", half, truth, observations)  # type: ignore[arg-type]


def test_frames_that_all_repeat_a_mistake_are_dependent(reader: PlateReader) -> None:
    """Half of the passages are wrong although all of their frames agree: more of them must not mean more certainty."""
    wrong = [evidence("fit", "AB123C", n) for n in range(1, 7)]
    right = [evidence("fit", "AB128C", n) for n in range(1, 7)]
    fitted = fit([*wrong, *right, evidence("measure", "AB128C"), evidence("measure", None)], reader)
    after = fitted.calibration
    assert after.log_loss_after == pytest.approx(np.log(2), abs=0.01)
    assert after.log_loss_after < after.log_loss_before
    assert float(after.apply(0.8)) == pytest.approx(0.5, abs=0.05)
    assert after.fitted_on == {"pan": 12}
    assert fitted.passages == 2
    assert fitted.losses[1] < fitted.losses[0]
    assert fitted.right == (1, 1)


def test_what_is_no_vehicle_counts_as_wrong(reader: PlateReader) -> None:
    some = [evidence("fit", "AB128C"), evidence("fit", None), Evidence("pan", "fit", "AB128C", ())]
    fitted = fit(some, reader)
    assert fitted.calibration.fitted_on == {"invented": 1, "pan": 1}
    assert (fitted.passages, fitted.losses) == (0, (0.0, 0.0))


def test_a_few_right_passages_do_not_ask_for_any_certainty(reader: PlateReader) -> None:
    fitted = fit([evidence("fit", "AB128C", 2, sure=0.6) for _ in range(3)], reader)
    assert fitted.calibration.log_loss_after == pytest.approx(0.5004, abs=0.002)  # right counts as 4 of 5
    assert float(fitted.calibration.apply(0.9)) < 0.99


def test_passages_are_accepted_from_where_98_percent_of_those_that_agree_are_right(reader: PlateReader) -> None:
    sure = [evidence("fit", "AB128C", 4, 0.97) for _ in range(60)]
    doubtful = [evidence("fit", truth, 4, 0.5) for truth in ("AB128C", "AB123C", "AB123C")]
    alone = [evidence("fit", None, 1, 0.999) for _ in range(3)]  # one frame is never accepted, however sure
    accepted = fit([*sure, *doubtful, *alone], reader).calibration
    assert accepted.accepted_from is not None
    of_sure, of_doubtful = (fuse(e[0].observations, reader, accepted).reading.confidence for e in (sure, doubtful))
    assert of_doubtful < accepted.accepted_from <= of_sure + 1e-4
    assert fit([evidence("fit", None) for _ in range(3)], reader).calibration.accepted_from is None


def test_evidence_is_kept_in_a_file(tmp_path: Path) -> None:
    some = [evidence("fit", "AB128C"), evidence("measure", None)]
    keep(some, tmp_path / "evidence.pickle")
    again = kept(tmp_path / "evidence.pickle")
    assert [e.truth for e in again] == ["AB128C", None]
    assert again[0].observations[1].texts == some[0].observations[1].texts


def test_log_loss_is_that_of_the_probabilities() -> None:
    odds, right = to_log_odds([0.9, 0.2, 0.5]), np.array([1.0, 0.0, 0.0])
    assert log_loss(odds, right) == pytest.approx(-np.log([0.9, 0.8, 0.5]).mean())
    assert log_loss(from_log_odds(np.array([800.0])) * 0 + 800, np.array([0.0])) == pytest.approx(800)
