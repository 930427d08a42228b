"""The groups lie in folders of their own, with a manifest that any command reads."""

import shutil
from pathlib import Path

from src.data.annotations.manifest import read_manifest, write_manifest
from src.evaluation.datasets.hard import hard_sets
from tests.evaluation.datasets.hard.drawings import label, photograph, quad


def test_each_group_is_a_folder_with_pictures_and_labels(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "more" / "scenes").mkdir(parents=True)
    taken = photograph(tmp_path, label(quad((200, 150), 90, 24), text="AB1"))
    shutil.copy(tmp_path / "a.png", data / "more" / "scenes" / "a.png")
    write_manifest(data / "more" / "scenes" / "manifest.jsonl", [taken.record])
    sets = list(hard_sets(tmp_path / "out", data))
    drawn = [f"hard/no-plate-{kind}" for kind in ("overlay", "sign", "page", "dealer")]
    assert [s.name for s in sets] == ["hard/close-up", "hard/turned", "hard/half-hidden", "hard/cut", *drawn]
    for pictures in sets:
        assert pictures.kind == "scenes"
        assert pictures.records == tuple(read_manifest(pictures.root / "manifest.jsonl"))
        assert all((pictures.root / r.image).is_file() and r.source == "street" for r in pictures.records)
        texts = [p.text for r in pictures.records for p in r.plates or ()]
        assert texts == (
            [] if "no-plate" in pictures.name else [None] if pictures.name.endswith(("hidden", "cut")) else ["AB1"]
        )


def test_training_photographs_make_none(tmp_path: Path) -> None:
    taken = photograph(tmp_path, label(quad((200, 150), 90, 24)))
    (tmp_path / "scenes").mkdir()
    shutil.copy(tmp_path / "a.png", tmp_path / "scenes" / "a.png")
    write_manifest(tmp_path / "scenes" / "manifest.jsonl", [taken.record.model_copy(update={"split": "train"})])
    assert not list(hard_sets(tmp_path / "out", tmp_path))
