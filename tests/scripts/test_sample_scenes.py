"""Drawn scenes: labels that fit the picture, and the commands that write them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts import sample_scenes as scenes
from src.core.geometry import crop_plate
from src.core.image import read_image
from src.data.annotations.manifest import Record, read_manifest, write_manifest
from src.data.synthesis import __main__ as sheet
from src.data.synthesis.typefaces.fonts import Faces
from tests.fonts import FONTS

FONT = FONTS / "DejaVuSans-Bold.ttf"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scenes")
    scenes.write_scenes(out, 6, 0, Faces([FONT]))
    return out


def test_the_manifest_describes_every_scene(folder: Path) -> None:
    records = read_manifest(folder / "manifest.jsonl")
    assert [len(r.plates or ()) for r in records] == [1, 1, 2, 1, 1, 1]
    assert {p.region for r in records for p in r.plates or ()} == {"RU", "DE", "PL", "CZ", "BR", "US"}
    for record in records:
        image = read_image(folder / record.image)
        assert image.shape == (record.height, record.width, 3) == (600, 800, 3)
        for plate in record.plates or ():
            x1, y1, x2, y2 = plate.box
            assert 0 < x1 < x2 < 800
            assert 0 < y1 < y2 < 600
            assert plate.text is not None
            assert plate.chars is not None
            assert len(plate.chars) == len(plate.text)
            assert all(x1 <= a and y1 <= b and c <= x2 and d <= y2 for a, b, c, d in plate.chars)


def test_characters_stand_where_the_label_says(folder: Path) -> None:
    """The Russian plate is dark on white: its characters' boxes are darker than the room around them."""
    (plate,) = read_manifest(folder / "manifest.jsonl")[0].plates or ()
    image = read_image(folder / "00-ru.jpg").mean(-1)
    corners = np.array(plate.corners, np.float32)
    whole = crop_plate(read_image(folder / "00-ru.jpg"), corners, (32, 128), margin=0)
    boxes = np.round(np.array(plate.chars)).astype(int)
    chars = np.mean([image[y1:y2, x1:x2].mean() for x1, y1, x2, y2 in boxes])
    assert chars < np.median(whole) - 20


def test_a_seed_draws_the_same_scene() -> None:
    faces, makers = Faces([FONT]), [scenes.maker_of(*which) for which in scenes.CASTS[2]]
    first, second = (scenes.render_scene(makers, faces, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]


def test_commands(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / FONT.name).write_bytes(FONT.read_bytes())
    out = tmp_path / "scenes"
    monkeypatch.setattr(sys, "argv", ["scenes", str(out), "--count", "1", "--seed", "0", "--fonts", str(fonts)])
    scenes.main()
    assert (out / "manifest.jsonl").read_text() == (folder / "manifest.jsonl").read_text().split("\n")[0] + "\n"
    picture = tmp_path / "sheet.png"
    monkeypatch.setattr(sys, "argv", ["sheet", str(picture), "--count", "7", "--fonts", str(fonts), "--boxes"])
    sheet.main()
    assert read_image(picture).shape == (2 * 118, 6 * 260, 3)


def test_a_sheet_shows_the_boxes_only_when_asked() -> None:
    image, corners = np.full((32, 128, 3), 200, np.uint8), np.zeros((4, 2), np.float32)
    crop = sheet.SyntheticCrop(
        image, "A", "A", "", "", 1, corners, np.array([[10, 5, 20, 25]], np.float32), np.array([0])
    )
    plain, boxed = sheet.contact_sheet([crop]), sheet.contact_sheet([crop], boxes=True)
    assert plain[10, 30].tolist() == [200, 200, 200]
    assert boxed[10, 30].tolist() == [255, 0, 0]


def test_real_crops_stand_beside_drawn_ones_of_their_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (96, 24), (255, 0, 0)).save(tmp_path / "a.png")
    records = [Record(image="a.png", text="A1", region="KZ"), Record(image="a.png", text="B2", region="EU")]
    write_manifest(tmp_path / "manifest.jsonl", records)
    (tmp_path / FONT.name).write_bytes(FONT.read_bytes())
    flags = ["--fonts", str(tmp_path), "--count", "12", "--beside", str(tmp_path / "manifest.jsonl")]
    monkeypatch.setattr(sys, "argv", ["sheet", str(tmp_path / "sheet.png"), *flags])
    sheet.main()
    picture = read_image(tmp_path / "sheet.png").reshape(2, 118, 6, 260, 3)[:, 30:60, :, 20:200]
    red = (picture == (255, 0, 0)).all((1, 3, 4))
    assert red.tolist() == [[True, True, True, False, False, False]] * 2
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--only", "FR"])
    with pytest.raises(SystemExit):
        sheet.main()
    assert "no plate with its text and a country of the registry" in capsys.readouterr().err
