"""Drawn plates with words of the owner's choice: allowed by their types, in held-out faces alone."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from src.core.formats.registry import load_registry
from src.core.types import Image
from src.data.synthesis.typefaces.fonts import Lettering
from src.evaluation.datasets.hard.vanity import NAME, SHARES, WORDS, vanity_crops, vanity_set
from tests.fonts import FONTS


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """A face to train on and one held out."""
    (tmp_path / "held-out").mkdir()
    shutil.copy(FONTS / "DejaVuSans.ttf", tmp_path)
    shutil.copy(FONTS / "DejaVuSans-Bold.ttf", tmp_path / "held-out")
    return tmp_path


def test_words_stand_on_the_plates_of_countries_that_sell_them(fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used, mask = set(), Lettering.mask

    def noted(self: Lettering, text: str) -> Image:
        used.add(Path(self.face).stem)
        return mask(self, text)

    monkeypatch.setattr(Lettering, "mask", noted)
    records = [record for record, _ in vanity_crops(fonts, 60)]
    assert used == {"DejaVuSans-Bold"}
    assert {record.text for record in records} <= set(WORDS.split())
    countries = Counter(record.region for record in records)
    assert countries.most_common(1)[0][0] == "US"
    assert len(countries) > 3
    registry = load_registry()
    for record in records:
        forms = registry[record.region or ""].formats
        assert any(f.fits(record.text or "") for f in forms if f.type.name.startswith("personalised"))


def test_every_word_is_one_that_some_country_allows() -> None:
    registry = load_registry()
    forms = [f for code in SHARES for f in registry[code].formats if f.type.name.startswith("personalised")]
    assert [word for word in WORDS.split() if not any(form.fits(word) for form in forms)] == []


def test_the_set_is_kept_and_counts_in_no_sum(fonts: Path, tmp_path: Path) -> None:
    made = vanity_set(tmp_path / "out", fonts, 3)
    assert made.name == NAME == "hard/vanity"
    assert all((made.root / record.image).is_file() for record in made.records)
    again = vanity_set(tmp_path / "again", fonts, 3)
    assert [r.text for r in again.records] == [r.text for r in made.records]
