"""Drawn plates are pictures like any other, pixel by pixel those that were drawn."""

from pathlib import Path

import numpy as np
import pytest

from src.core.image import read_image
from src.data.annotations.manifest import Record
from src.evaluation.datasets import drawn


def test_drawn_plates_are_kept_without_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (8, 24, 3), np.uint8) for _ in range(2)]
    records = [Record(image=f"synthetic-{n}", text=f"AB{n}", source="synthetic") for n in range(2)]
    monkeypatch.setattr(drawn, "synthetic_set", lambda fonts, count, *choice: list(zip(records, pictures, strict=True)))
    made = drawn.drawn_set(tmp_path / "new" / "synthetic", Path(".fonts"), 2)
    assert (made.name, made.kind, [r.text for r in made.records]) == ("synthetic", "plates", ["AB0", "AB1"])
    for record, picture in zip(made.records, pictures, strict=True):
        np.testing.assert_array_equal(read_image(made.root / record.image), picture)
