"""Plates in held-out typefaces: the same each time, and in no other face."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from src.core.alphabet import Alphabet
from src.core.formats.registry import load_registry
from src.data.synthesis import FontError, SynthesisError, find_fonts, held_out_fonts
from src.data.synthesis.typefaces.fonts import Faces, Lettering
from src.evaluation.datasets.synthetic import SIZE, synthetic_set
from tests.fonts import FONTS


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """One face to train on, two held out."""
    (tmp_path / "held-out").mkdir()
    shutil.copy(FONTS / "DejaVuSans.ttf", tmp_path)
    for name in ("DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"):
        shutil.copy(FONTS / name, tmp_path / "held-out")
    return tmp_path


def test_held_out_faces_are_for_no_training(fonts: Path) -> None:
    assert [p.name for p in find_fonts(fonts)] == ["DejaVuSans.ttf"]
    assert [p.name for p in held_out_fonts(fonts)] == ["DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"]


def test_a_folder_of_held_out_faces_alone_is_none_to_train_on(fonts: Path) -> None:
    (fonts / "DejaVuSans.ttf").unlink()
    with pytest.raises(FontError, match=r"fetch_fonts\.sh"):
        find_fonts(fonts)


def test_missing_faces_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=rf"held-out: no font file there; run scripts/fetch_fonts\.sh {tmp_path}"):
        synthetic_set(tmp_path, 1)


def test_a_longer_set_begins_with_the_shorter(fonts: Path) -> None:
    short, long = synthetic_set(fonts, 5), synthetic_set(fonts, 9)
    for (record, image), (same, again) in zip(short, long, strict=False):
        assert record == same
        np.testing.assert_array_equal(image, again)
    assert len({record.text for record, _ in long}) == 9


def test_records_say_what_the_crops_show(fonts: Path) -> None:
    plates = synthetic_set(fonts, 200)
    assert len({record.image for record, _ in plates}) == 200
    for record, image in plates:
        assert (image.shape, image.dtype) == ((*SIZE, 3), np.uint8)
        assert (record.source, record.split) == ("synthetic", "val")
        assert record.text
        assert not Alphabet().unknown(record.text)
        assert record.text.isascii()  # provinces are of faces that training knows
        assert record.region != "TN" or "T" not in record.text  # and so are words
        assert record.region != "RU" or "Y" not in record.text  # drawn by hand
    assert sum(record.region == "RU" for record, _ in plates) > 20


def test_one_country_alone_may_be_asked_for(fonts: Path) -> None:
    plates = synthetic_set(fonts, 20, {"BO": 1}, [Path("notebooks/plates")])
    assert {record.region for record, _ in plates} == {"BO"}
    assert len({record.text for record, _ in plates}) == 20


def test_records_have_the_order_of_registration(fonts: Path) -> None:
    (form,) = (f for f in load_registry()["UA"].formats if f.type.name == "two lines")
    plates = [record for record, _ in synthetic_set(fonts, 200, {"UA": 1}) if record.lines == 2]
    assert any(form.fits(record.text or "") for record in plates)


def test_a_country_of_another_script_alone_is_refused(fonts: Path) -> None:
    with pytest.raises(SynthesisError, match="no plate of these countries can be set in the held-out faces"):
        synthetic_set(fonts, 1, {"EG": 1})


def test_no_other_face_sets_a_character(fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()
    mask = Lettering.mask
    monkeypatch.setattr(Lettering, "mask", lambda self, text: used.add(self.face) or mask(self, text))
    synthetic_set(fonts, 100)
    assert used == {str(path) for path in held_out_fonts(fonts)}


def test_pens_are_among_the_faces_of_training(fonts: Path) -> None:
    rng = np.random.default_rng(0)
    trained = {Faces(find_fonts(fonts)).choose(rng, "gost-50577") for _ in range(100)}
    assert trained >= {"gost-50577", "strokes-round"}
