"""The pixels of rendered clips, and what compression leaves of them."""

from pathlib import Path

import numpy as np
import pytest

from src.data.annotations.manifest import read_manifest, write_manifest
from src.evaluation.video.clip import Conditions, Pole, truth
from src.evaluation.video.encode import decode, encode
from src.evaluation.video.kinds import KINDS, clip_of, clips
from src.evaluation.video.motion import HEIGHT, RATE, WIDTH
from src.evaluation.video.render import render
from src.evaluation.video.sheet import ABREAST, sheet
from src.evaluation.video.vehicles import stocks
from tests.evaluation.video.stage import clip, photographs, picture


def plate_of(image, box):  # type: ignore[no-untyped-def]
    x1, y1, x2, y2 = (round(side) for side in box)
    return image[y1:y2, x1:x2].astype(int)


def test_the_plate_is_drawn_where_the_truth_says() -> None:
    made = clip([(500, 400, 1.0, 0.0), (620, 400, 2.0, 0.0)])
    frames = list(render(made))
    assert [frame.shape for frame in frames] == [(HEIGHT, WIDTH, 3)] * 2
    (passage,) = truth(made)
    original = picture()[200:222, 120:220].astype(int)
    drawn = plate_of(frames[0], passage.boxes[0].box)
    assert np.abs(drawn - original).mean() < 4
    larger = plate_of(frames[1], passage.boxes[1].box)[1::2, 1::2]
    assert np.abs(larger - original).mean() < 12
    assert frames[0][10, 10].tolist() == [60, 60, 60]  # the street


def test_a_vehicle_that_is_not_there_is_not_drawn() -> None:
    (frame,) = render(clip([(np.nan,) * 4]))
    assert (frame == 60).all()


def test_movement_blurs_along_itself() -> None:
    rows = [(400 + 30 * n, 400, 1.0, 0.0) for n in range(3)]
    sharp, blurred = (list(render(clip(rows, conditions=Conditions(0.0, 20, e))))[1] for e in (0.0, 0.5))
    box = (382, 390, 478, 410)
    changes = [np.abs(np.diff(plate_of(frame, box), axis=1)).max() for frame in (sharp, blurred)]
    assert changes[1] < 0.4 * changes[0]
    upright = [plate_of(frame, box).mean((1, 2)) for frame in (sharp, blurred)]
    assert upright[1] == pytest.approx(upright[0], abs=12)


def test_noise_night_and_poles() -> None:
    rows = [(500, 400, 1.0, 0.0)]
    (noisy,) = render(clip(rows, conditions=Conditions(10.0, 20, 0.0)))
    assert noisy[:200].astype(int).std() == pytest.approx(10, abs=1)
    (dark,) = render(clip(rows, conditions=Conditions(0.0, 20, 0.0, night=0.2)))
    assert dark[10, 10, 0] < 20
    assert plate_of(dark, (450, 389, 550, 411)).max() > 120
    assert plate_of(dark, (300, 300, 700, 480)).max() == 255  # the lamps
    (hidden,) = render(clip(rows, poles=(Pole(480, 30),)))
    assert np.ptp(plate_of(hidden, (481, 100, 509, 600)), axis=0).max() < 60


def test_compression_keeps_frames_times_and_less_with_a_higher_factor() -> None:
    rows = [(500 + 7 * n, 400, 1.0, 0.0) for n in range(5)]
    pictures = list(render(clip(rows, conditions=Conditions(3.0, 20, 0.0))))
    fine, coarse = (encode(iter(pictures), quality) for quality in (18, 40))
    assert len(coarse) < len(fine) / 2
    frames = list(decode(fine))
    assert [frame.number for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.time for frame in frames] == [n / RATE for n in range(5)]
    assert np.abs(frames[4].image.astype(int) - pictures[4].astype(int)).mean() < 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_the_same_legible_clip_again(kind: str, stock) -> None:  # type: ignore[no-untyped-def]
    one, again = (clip_of(kind, 3, "measure", stock["measure"]) for _ in range(2))
    assert one.frames == again.frames <= 150
    passages = truth(one)
    assert passages == truth(again)
    assert len(passages) == len(one.actors) >= 1
    for passage in passages:
        assert passage.legible >= 10
        assert passage.first < passage.last
        assert passage.half == "measure"
    if kind == "successor":
        first, second = (passage.text for passage in passages)
        assert sum(a != b for a, b in zip(first, second, strict=True)) == 1


def test_clips_fill_both_halves_and_fewer_are_the_beginning(stock) -> None:  # type: ignore[no-untyped-def]
    some = list(clips(stock, 5))
    names = [made.name for made in some]
    assert sum(len(made.actors) for made in some) >= 5
    assert [made.half for made in some[:4]] == ["fit", "measure", "fit", "measure"]
    assert [made.kind for made in some[:4]] == ["zoom", "zoom", "pan", "pan"]
    assert names[:3] == [made.name for made in clips(stock, 3)]


def test_the_halves_share_no_picture(stock) -> None:  # type: ignore[no-untyped-def]
    for part in ("photographs", "crops", "carriers"):
        names = [{thing.name for thing in getattr(half, part)} for half in stock.values()]
        assert all(names)
        assert not names[0] & names[1]


def test_one_text_is_in_one_half(fonts: Path, tmp_path: Path) -> None:
    data = photographs(tmp_path / "data")
    crops = read_manifest(data / "ocr" / "manifest.jsonl")
    write_manifest(
        data / "ocr" / "manifest.jsonl", [crops[0], *(c.model_copy(update={"text": "SAME1"}) for c in crops[1:])]
    )
    halves = [{crop.text for crop in half.crops} for half in stocks(data, fonts).values()]
    assert halves == [{"CD5670"}, {"SAME1"}]


def test_a_sheet_has_a_row_for_each_clip() -> None:
    rows = [(500 + 7 * n, 400, 1.0, 0.0) for n in range(8)]
    one, two = (sheet([clip(rows)] * n) for n in (1, 2))
    assert one.shape[1] >= ABREAST * 320
    assert two.shape[0] >= 2 * one.shape[0]
