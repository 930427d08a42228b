"""A paste covers the old plate, marks the new one exactly, and is the same for the same seed."""

import pickle
from dataclasses import replace
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from src.core.geometry import corners_to_box, iou_matrix
from src.data.copy_paste import CopyPaste, clear
from src.data.copy_paste import copy_paste as pasting
from src.data.copy_paste.distractors import MAKERS
from src.data.copy_paste.paste import paste, wipe
from src.data.copy_paste.photometry import nearby, photometry_of, shaded
from src.data.copy_paste.place import alone, beside, over
from src.data.synthesis import FontError, find_fonts
from src.data.synthesis.drawing.draw import Flat, draw_plate
from src.data.synthesis.layout.generic import three_lines
from src.data.synthesis.typefaces.fonts import Faces
from src.data.transforms.scene import Scene

FONTS = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
RED = (230, 10, 10)


@pytest.fixture(scope="module")
def copy_paste() -> CopyPaste:
    return CopyPaste(FONTS, occluded=0.0, overlaid=0.0)


def red_plates(*boxes: tuple[float, ...], size: int = 256) -> Scene:
    """Pure red plates on a body of smooth blue-grey with a horizon and some grain."""
    rng = np.random.default_rng(0)
    image = np.full((size, size, 3), (90, 100, 130), np.uint8)
    image[: size // 3] = (200, 210, 220)
    image = (image + rng.normal(0, 3, image.shape)).clip(0, 255).astype(np.uint8)
    for x1, y1, x2, y2 in boxes:
        image[int(y1) : int(y2), int(x1) : int(x2)] = RED
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return Scene(image, found, np.zeros((len(found), 4, 3), np.float32))


def redness(image, box) -> float:
    """The share of pure red pixels in ``box``."""
    x1, y1, x2, y2 = np.round(box).astype(int)
    part = image[y1:y2, x1:x2].reshape(-1, 3).astype(int)
    return float(((part[:, 0] > 200) & (part[:, 1:].max(1) < 60)).mean())


def test_copy_paste_is_fixed_by_its_seed_and_survives_pickling(copy_paste: CopyPaste) -> None:
    scene = red_plates((60, 150, 140, 172))
    before = scene.image.copy()
    first = copy_paste(scene, np.random.default_rng(3))
    again = pickle.loads(pickle.dumps(copy_paste))(scene, np.random.default_rng(3))
    assert (first.image == again.image).all()
    assert (first.corners == again.corners).all()
    assert (scene.image == before).all()
    assert (first.image != before).any()


def test_a_covered_plate_is_gone_from_picture_and_truth_together(copy_paste: CopyPaste, monkeypatch) -> None:
    monkeypatch.setattr(pasting, "distractor", lambda faces, rng, height: _green(height))
    scene, covered = red_plates((60, 150, 140, 172), (170, 100, 220, 130)), 0
    for seed in range(60):
        after = copy_paste(scene, np.random.default_rng(seed))
        for box in scene.boxes:
            kept = bool((after.boxes == box).all(1).any())
            covered += not kept
            assert (redness(after.image, box) == 1.0) == kept
            if not kept:
                assert redness(after.image, box) < 0.35  # a red plate may have been drawn there, a whole one is seldom
        assert len(after.boxes) == len(after.corners)
    assert covered > 30


def _green(height: int) -> Flat:
    image = np.full((height, height * 4, 3), (10, 160, 30), np.uint8)
    box = np.array([0, 0, height * 4, height], np.float32)
    return Flat(image, np.full(image.shape[:2], 255, np.uint8), box, np.zeros((0, 4), np.float32))


def test_plates_and_what_is_none_are_pasted_alike(copy_paste: CopyPaste) -> None:
    scene, plates, pastes = red_plates((60, 150, 140, 172)), 0, 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        marked = copy_paste(scene, rng).corners[..., 2].all(1)
        plates += int(marked.sum())
        pastes += 1
    assert 0.7 < plates / (0.5 * pastes * 2.25) < 1.2  # 2.25 pastes a scene, half of them plates, some find no room


def test_new_corners_lie_where_the_plate_was_painted() -> None:
    canvas = np.full((200, 200, 3), (90, 60, 150), np.uint8)
    canvas[::2] = (200, 130, 220)
    corners = np.array([[60, 80], [150, 90], [148, 118], [58, 106]], np.float32)
    before = canvas.copy()
    paste(canvas, _green(40), corners, photometry_of(canvas), np.random.default_rng(0))
    mask = np.zeros((200, 200), np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 1)
    inner, outer = cv2.erode(mask, np.ones((7, 7))), cv2.dilate(mask, np.ones((13, 13)))
    changed = np.abs(canvas.astype(int) - before).sum(-1) > 0
    assert changed[inner == 1].all()
    assert not changed[outer == 0].any()
    green = canvas[..., 1].astype(int) - canvas[..., 0]
    assert green[inner == 1].min() > 20


def test_a_plate_with_corners_is_replaced_in_its_own_pose() -> None:
    old = np.array([[50, 60], [130, 80], [126, 102], [46, 82]], np.float32)
    marked = np.concatenate([old, np.ones((4, 1), np.float32)], 1)
    new = over(corners_to_box(old), marked, 80 / 22.4, np.random.default_rng(0))
    for a, b in ((0, 1), (3, 2)):
        assert np.arctan2(*(new[b] - new[a])[::-1]) == pytest.approx(np.arctan2(*(old[b] - old[a])[::-1]), abs=1e-3)
    assert new.mean(0) == pytest.approx(old.mean(0), abs=0.5)


def test_square_plates_take_their_true_size_beside_long_ones() -> None:
    box, none = np.array([20, 100, 124, 124], np.float32), np.zeros((4, 3), np.float32)
    widths = [np.ptp(over(box, none, 1.5, np.random.default_rng(s))[:, 0]) for s in range(50)]
    assert pytest.approx(float(np.mean(widths)), rel=0.1) == 104 * 305 / 520


def test_what_stands_alone_keeps_clear_of_plates_and_fill() -> None:
    image = np.full((256, 256, 3), 114, np.uint8)
    image[:, 60:] = np.random.default_rng(0).integers(0, 113, (256, 196, 3))
    taken = np.array([[100, 100, 180, 120]], np.float32)
    found = [alone(image, taken, 3.0, np.random.default_rng(seed)) for seed in range(200)]
    boxes = np.stack([corners_to_box(corners) for corners in found if corners is not None])
    assert len(boxes) > 100
    assert not iou_matrix(boxes, taken).any()
    assert boxes[:, 0].min() >= 59
    widths = boxes[:, 2] - boxes[:, 0]
    assert 18 < widths.min() < 24  # a turned rectangle is a little narrower than its long side
    assert widths.max() > 80


def test_a_wiped_box_looks_like_what_is_around_it() -> None:
    scene = red_plates((60, 150, 140, 172))
    image = scene.image.copy()
    wipe(image, scene.boxes[0], np.random.default_rng(0))
    assert np.abs(image[150:172, 60:140].mean((0, 1)) - (90, 100, 130)).max() < 4
    assert (image[:140] == scene.image[:140]).all()


@pytest.mark.parametrize("box", [(0, 0, 256, 256), (-9, -9, 30, 12), (240, 250, 256, 256)])
def test_a_box_at_the_edge_can_be_wiped(box: tuple[float, ...]) -> None:
    image = red_plates().image
    wipe(image, np.array(box, np.float32), np.random.default_rng(0))


def test_clear_paints_over_ignored_plates_and_spares_labelled_ones() -> None:
    scene = red_plates((60, 150, 140, 172), (170, 100, 220, 130))
    ignored = Scene(scene.image, scene.boxes[:1], scene.corners[:1], np.array([[130, 90, 225, 160]], np.float32))
    cleared = clear(ignored, np.random.default_rng(0))
    assert len(cleared.ignore) == 0
    assert redness(cleared.image, scene.boxes[1]) == 0
    assert redness(cleared.image, scene.boxes[0]) == 1
    assert redness(scene.image, scene.boxes[1]) == 1


def test_the_look_of_a_blurred_dark_grey_picture() -> None:
    rng = np.random.default_rng(0)
    image = np.kron(rng.integers(0, 2, (32, 32, 1)) * 100, np.ones((8, 8, 3))).astype(np.uint8) + 20
    sharp, soft = photometry_of(image), photometry_of(np.asarray(cv2.GaussianBlur(image, (0, 0), 2)))
    assert (sharp.dark, sharp.bright) == pytest.approx((20, 120))
    assert sharp.blur == pytest.approx(0.4, abs=0.04)
    assert soft.blur == pytest.approx(2, rel=0.1)
    assert sharp.saturation == 0
    red = sharp.toned(np.array([[RED]], np.uint8))
    assert np.ptp(red) < 1
    old, flat = nearby(sharp, image[:16, :64] // 2), nearby(sharp, image[:2, :2])
    assert (old.dark, old.bright, flat.bright) == pytest.approx((10, 70, 120))  # at least 60 grey values apart


def test_softness_needs_no_contrast_and_is_not_taken_from_the_edge_of_the_fill() -> None:
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.integers(0, 2, (32, 32, 1)), np.ones((8, 8, 3)))
    for contrast in (30, 180):
        image = np.asarray(cv2.GaussianBlur((blocks * contrast + 20).astype(np.uint8), (0, 0), 1.5), np.uint8)
        image[:8], image[16:24] = 20, 255  # levels that the edges do not reach
        image[:, :64] = image[:, 200:] = 114
        assert photometry_of(image).blur == pytest.approx(1.5, rel=0.1)


def test_a_small_thing_is_no_softer_than_its_letters_allow() -> None:
    look = replace(photometry_of(red_plates().image), blur=2.0)
    assert shaded(look, np.full((8, 30, 3), 90, np.uint8)).blur == 1
    assert shaded(look, np.full((40, 150, 3), 90, np.uint8)).blur == 2


def test_only_plates_take_the_place_of_far_plates(copy_paste: CopyPaste) -> None:
    scene, gone = red_plates((100, 150, 132, 160)), 0
    for seed in range(100):
        after = copy_paste(scene, np.random.default_rng(seed))
        if not (after.boxes == scene.boxes).all(1).any():
            gone += 1
            assert (iou_matrix(after.boxes, scene.boxes) > 0.2).any()
    assert gone > 20


@pytest.mark.parametrize("maker", dict.fromkeys(MAKERS), ids=lambda m: m.__name__)
def test_what_is_no_plate_is_drawn_at_the_height_asked_for(maker) -> None:
    faces = Faces(find_fonts(Path(FONTS)))
    for seed in range(5):
        flat = maker(faces, np.random.default_rng(seed), 96)
        assert flat.image.shape[:2] == flat.alpha.shape
        assert flat.image.std() > 0 or flat.alpha.std() > 0
        assert flat.alpha.max() > 200


def test_what_hangs_beside_a_plate_touches_it_not_and_is_near() -> None:
    image, taken = red_plates().image, np.array([[100, 100, 180, 120]], np.float32)
    found = [beside(image, taken, 4.0, np.random.default_rng(seed)) for seed in range(100)]
    boxes = np.stack([corners_to_box(corners) for corners in found if corners is not None])
    assert len(boxes) > 60
    assert not iou_matrix(boxes, taken).any()
    near = taken[0] + 45 * np.array([-1, -1, 1, 1], np.float32)
    assert (iou_matrix(boxes, near[None]) > 0).all()
    assert beside(image, taken[:0], 4.0, np.random.default_rng(0)) is None


def test_three_in_ten_distractors_and_no_plates_are_hung_beside_plates(copy_paste: CopyPaste, monkeypatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(pasting, "OVER", 0.0)
    monkeypatch.setattr(pasting, "beside", lambda *args: asked.append(True))
    for seed in range(160):
        copy_paste(red_plates((100, 150, 180, 170)), np.random.default_rng(seed))
    assert 0.2 < len(asked) / (160 * 2.25 * 0.5) < 0.4


@pytest.mark.parametrize("share", [-0.1, 0.51])
def test_more_than_half_may_not_be_touched(share: float) -> None:
    with pytest.raises(ValueError, match=r"within 0\.\.0\.5"):
        CopyPaste(FONTS, share)


def test_copy_paste_needs_fonts(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="no font file"):
        CopyPaste(str(tmp_path))


def shapes(copy_paste: CopyPaste, scene: Scene, seeds: int) -> list[float]:
    """Width against height of the plates that are drawn into ``scene``, along their own edges."""
    found = []
    for seed in range(seeds):
        after = copy_paste(scene, np.random.default_rng(seed))
        for corners in after.corners[after.corners[..., 2].all(1), :, :2]:
            found.append(float(np.linalg.norm(corners[1] - corners[0]) / np.linalg.norm(corners[3] - corners[0])))
    return found


@pytest.mark.parametrize("squarer", [0.0, 1.0])
def test_the_share_of_squarer_plates_is_what_is_asked_for(squarer: float) -> None:
    """A paste is drawn up to 1.3 times as high as it is, so that shapes are only roughly kept."""
    found = shapes(CopyPaste(FONTS, squarer=squarer), red_plates(), 60)
    assert len(found) > 40
    assert np.mean(np.array(found) < 2.2) == pytest.approx(squarer, abs=0.3)


def test_a_squarer_plate_mostly_gives_way_to_a_squarer_one() -> None:
    copy_paste, square, long = CopyPaste(FONTS, squarer=0.0), ((100, 120, 140, 148),), ((90, 130, 178, 149),)
    alike, other = (np.mean([a < 2.2 for a in shapes(copy_paste, red_plates(*boxes), 100)]) for boxes in (square, long))
    assert alike > other + 0.15


def test_a_motorcycle_s_plate_takes_its_own_size_beside_long_ones_and_the_old_one_s_beside_squarer_ones() -> None:
    none = np.zeros((4, 3), np.float32)
    long, square = np.array([20, 100, 124, 124], np.float32), np.array([20, 100, 124, 170], np.float32)
    for box, width in ((long, 104 * 200 / 520), (square, 104)):
        found = [np.ptp(over(box, none, 1.3, np.random.default_rng(s), 200.0)[:, 0]) for s in range(50)]
        assert pytest.approx(float(np.mean(found)), rel=0.12) == width


def test_turned_pastes_have_any_turn() -> None:
    box, none = np.array([20, 100, 124, 124], np.float32), np.zeros((4, 3), np.float32)
    turns = []
    for seed in range(60):
        corners = over(box, none, 4.6, np.random.default_rng(seed), turned=1.0)
        turns.append(np.degrees(np.arctan2(*(corners[1] - corners[0])[::-1])))
    assert min(turns) < -35
    assert max(turns) > 35


def test_a_plate_of_three_lines() -> None:
    faces = Faces(find_fonts(Path(FONTS)))
    for seed in range(20):
        plate = three_lines(np.random.default_rng(seed))
        assert plate.lines == 3
        assert sorted(set(plate.rows)) == [0, 1, 2]
        assert draw_plate(plate, faces, np.random.default_rng(seed), 96).image.shape[0] == 96


def test_overlays_are_written_over_the_share_that_is_asked_for(monkeypatch) -> None:
    written = []
    monkeypatch.setattr(pasting, "overlay", lambda image, taken, faces, rng: written.append(len(taken)))
    for share in (0.0, 1.0):
        written.clear()
        copy_paste = CopyPaste(FONTS, overlaid=share)
        for seed in range(10):
            copy_paste(red_plates((60, 150, 140, 172)), np.random.default_rng(seed))
        assert len(written) == 10 * share


def test_plates_and_distractors_are_hidden_as_often_as_is_asked_for(monkeypatch) -> None:
    hidden: list[bool] = []
    monkeypatch.setattr(pasting, "occlude", lambda image, index, boxes, *rest: hidden.append(index < 1))
    for share in (0.0, 1.0):
        hidden.clear()
        copy_paste = CopyPaste(FONTS, occluded=share, overlaid=0.0)
        for seed in range(20):
            copy_paste(red_plates((60, 150, 140, 172)), np.random.default_rng(seed))
        assert len(hidden) > 40 if share else not hidden  # the plate, and 2.25 things a scene
