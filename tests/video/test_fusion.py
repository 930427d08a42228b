import pytest

from src.core.calibration import PassageCalibration
from src.runtime.plate_reader import PlateReader
from src.video.fusion import frame_weights, fuse
from tests.video.observations import seen, spelled

INDEPENDENT = PassageCalibration(
    dependence=0.0, scale=1.0, shift=0.0, fitted_on={}, log_loss_before=0.0, log_loss_after=0.0
)


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return PlateReader("exports/ocr", threads=1, countries=None)


def test_a_single_frame_says_what_it_says(reader: PlateReader):
    reading = fuse([seen({"AB123C": 0.8, "AB128C": 0.1})], reader, INDEPENDENT).reading
    assert reading.text == "AB123C"
    alone = reader.conclude([spelled("AB123C", 0.8), spelled("AB128C", 0.1)], None, None)
    assert reading.confidence == pytest.approx(alone.confidence, abs=0.02)


def test_the_text_that_every_frame_finds_possible_beats_those_that_each_prefers(reader: PlateReader):
    frames = [seen({"AB128C": 0.5, "AB123C": 0.4}, 0), seen({"A8123C": 0.5, "AB123C": 0.4}, 200)]
    assert fuse(frames, reader, INDEPENDENT).reading.text == "AB123C"


def test_one_sure_frame_counts_more_than_two_that_hesitate(reader: PlateReader):
    frames = [seen({"M12": 0.4, "H12": 0.35}, x) for x in (0, 200)] + [seen({"H12": 0.98, "M12": 0.01}, 400)]
    assert [frame.reading.text for frame in frames].count("M12") == 2  # the majority
    assert fuse(frames, reader, INDEPENDENT).reading.text == "H12"


def test_no_frame_can_veto(reader: PlateReader):
    frames = [seen({"AB123C": 0.95}, 200 * n) for n in range(4)] + [seen({"XY999Z": 0.99}, 900)]
    reading = fuse(frames, reader, INDEPENDENT).reading
    assert reading.text == "AB123C"
    assert reading.confidence > 0.9


def test_frames_that_disagree_are_not_sure(reader: PlateReader):
    frames = [seen({"AB123C": 0.95}, 0), seen({"XY999Z": 0.95}, 200)]
    assert fuse(frames, reader, INDEPENDENT).reading.confidence < 0.6


def test_frames_that_agree_are_surer_than_each_of_them_but_not_while_nothing_moves(reader: PlateReader):
    doubt = {"AB123C": 0.6, "AB128C": 0.3}
    one = fuse([seen(doubt)], reader, INDEPENDENT).reading.confidence
    moving = fuse([seen(doubt, 200 * n) for n in range(6)], reader, INDEPENDENT).reading.confidence
    still = fuse([seen(doubt) for _ in range(6)], reader, INDEPENDENT).reading.confidence
    assert moving > one + 0.1
    assert one - 0.01 <= still < one + 0.07


def test_dependence_holds_back_what_frames_add():
    frames = [seen({"AB123C": 0.6}, 200 * n) for n in range(10)]
    assert frame_weights(frames, 0.0).sum() == pytest.approx(10, rel=0.05)
    assert frame_weights(frames, 1.0).sum() == pytest.approx(1)
    assert frame_weights(frames, 0.5).sum() == pytest.approx(5.5, rel=0.05)


def test_a_small_blurred_sight_weighs_less_and_so_does_a_cut_one():
    weights = frame_weights([seen({"A": 1.0}, 0, 100), seen({"A": 1.0}, 200, 25), seen({"A": 1.0}, 400, 100, 0.1)], 0.0)
    assert weights[0] > 3 * weights[1] > 0
    assert weights[0] > 5 * weights[2] > 0


def test_look_alikes_are_decided_by_all_frames_together(reader: PlateReader):
    frames = [seen({"FALLYOU": 0.9}, 0, odds=3.0), seen({"FALLY0U": 0.9}, 200, odds=0.5)]
    assert fuse(frames, reader, INDEPENDENT).reading.text == "FALLYOU"
    assert fuse(frames[::-1], reader, INDEPENDENT).reading.text == "FALLYOU"
    frames = [seen({"FALLYOU": 0.9}, 0, odds=0.5), seen({"FALLY0U": 0.9}, 200, odds=3.0)]
    assert fuse(frames, reader, INDEPENDENT).reading.text == "FALLY0U"


def test_the_frames_that_read_the_text_say_whether_it_is_whole(reader: PlateReader):
    cut = [
        seen({"B123C": 0.9}, 0, whole=0.05),
        seen({"AB123C": 0.9}, 200, whole=0.95),
        seen({"AB123C": 0.9}, 400, whole=0.95),
    ]
    reading = fuse(cut, reader, INDEPENDENT).reading
    assert reading.text == "AB123C"
    assert reading.whole == pytest.approx(0.95, abs=0.01)
    assert (
        fuse([seen({"B123C": 0.9}, 200 * n, whole=0.05) for n in range(4)], reader, INDEPENDENT).reading.confidence
        < 0.1
    )


def test_the_cards_calibration_counts_where_none_is_given(reader: PlateReader):
    frames = [seen({"AB123C": 0.8}, 200 * n) for n in range(3)]
    halved = PassageCalibration(
        dependence=0.0, scale=0.5, shift=0.0, fitted_on={}, log_loss_before=0.0, log_loss_after=0.0
    )
    fitted = reader.calibrated_as(reader.card.model_copy(update={"formats": None}))
    fitted.card = fitted.card.model_copy(update={"passages": halved})
    assert fuse(frames, fitted).reading.confidence == pytest.approx(fuse(frames, reader, halved).reading.confidence)
    assert fuse(frames, fitted).reading.confidence < fuse(frames, reader, INDEPENDENT).reading.confidence


def test_candidates_are_as_sure_as_the_text():
    reader = PlateReader("exports/ocr", threads=1)
    frames = [seen({"KA123B": 0.7, "KA128B": 0.2}, 200 * n) for n in range(3)]
    reading = fuse(frames, reader, INDEPENDENT).reading
    assert reading.candidates is not None
    of_text = sum(c.confidence for c in reading.candidates if c.text == reading.text)
    assert of_text <= reading.confidence + 1e-6
    assert sum(c.confidence for c in reading.candidates) <= 1 + 1e-6


def test_what_hard_frames_leave_is_not_one_text(reader: PlateReader):
    hard = [seen({"AB123C": 0.08, "AB128C": 0.02}, 200 * n) for n in range(8)]
    assert fuse(hard, reader, INDEPENDENT).reading.confidence > 0.9
    assert fuse(hard[:1], reader, INDEPENDENT).reading.confidence < 0.3
