"""Chinese plates in a held-out face: each province as often, and no training's face among them."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from src.core.alphabet import PROVINCES, SUFFIXES
from src.core.formats.registry import load_registry
from src.data.synthesis import FontError, find_fonts, held_out_chinese_fonts, held_out_fonts
from src.data.synthesis.typefaces.fonts import Lettering
from src.evaluation.datasets.hard import provinces
from src.evaluation.datasets.hard.provinces import province_crops, province_set
from tests.fonts import FONTS


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A face to train on, one held out, and one that stands in for a Chinese one: no such is sure to be here."""
    for folder, name in ((".", "DejaVuSans"), ("held-out", "DejaVuSans-Bold"), ("held-out-chinese", "DejaVuSansMono")):
        (tmp_path / folder).mkdir(exist_ok=True)
        shutil.copy(FONTS / f"{name}.ttf", tmp_path / folder)
    chinese = set(PROVINCES + SUFFIXES)
    monkeypatch.setattr(
        "src.data.synthesis.typefaces.fonts._holds",
        lambda face, char: (char in chinese) == ("held-out-chinese" in face),
    )
    return tmp_path


def test_chinese_faces_that_are_held_out_are_for_nothing_else(fonts: Path) -> None:
    assert [p.stem for p in find_fonts(fonts)] == ["DejaVuSans"]
    assert [p.stem for p in held_out_fonts(fonts)] == ["DejaVuSans-Bold"]
    assert [p.stem for p in held_out_chinese_fonts(fonts)] == ["DejaVuSansMono"]


def test_every_province_comes_as_often(fonts: Path) -> None:
    records = [record for record, _ in province_crops(fonts, 2 * len(PROVINCES))]
    assert Counter((record.text or "")[0] for record in records) == dict.fromkeys(PROVINCES, 2)
    forms = load_registry()["CN"].formats
    assert all(any(form.fits(record.text or "") for form in forms) for record in records)
    assert {record.region for record in records} == {"CN"}


def test_no_face_of_a_training_writes_them(fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used, mask = set(), Lettering.mask
    monkeypatch.setattr(Lettering, "mask", lambda self, text: used.add(Path(self.face).stem) or mask(self, text))
    province_crops(fonts, 4)
    assert used == {"DejaVuSans-Bold", "DejaVuSansMono"}


def test_the_set_is_kept_and_counts_in_no_sum(fonts: Path, tmp_path: Path) -> None:
    made = province_set(tmp_path / "out", fonts, 3)
    assert made.name == provinces.NAME == "hard/provinces"
    assert all((made.root / record.image).is_file() for record in made.records)


def test_a_missing_face_names_the_command(fonts: Path) -> None:
    (fonts / "held-out-chinese" / "DejaVuSansMono.ttf").unlink()
    with pytest.raises(FontError, match=r"held-out-chinese: no font file there; run scripts/fetch_fonts\.sh"):
        province_set(fonts, fonts, 3)
