"""Regions without a plate are found again by hash, in training photographs alone."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.card import sha256_of
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluation.datasets.hard.empty import REGIONS, empty_regions, read_regions
from src.evaluation.datasets.sets import SetError


def photographs(data: Path) -> dict[str, str]:
    """Hashes of the pictures of a set, by name."""
    (data / "scenes").mkdir(parents=True)
    pixels = np.arange(40 * 60 * 3, dtype=np.uint32).reshape(40, 60, 3)
    names = ("train.png", "val.png", "broken.png")
    for n, name in enumerate(names):
        Image.fromarray((pixels // 31 + n).astype(np.uint8)).save(data / "scenes" / name)
    (data / "scenes" / "broken.png").write_bytes(b"no picture")
    splits = {"train.png": "train", "val.png": "val", "broken.png": "train"}
    plate = PlateLabel(box=(0, 0, 9, 3))
    records = [Record(image=name, split=split, source="street", plates=(plate,)) for name, split in splits.items()]
    write_manifest(data / "scenes" / "manifest.jsonl", records)
    return {name: sha256_of(data / "scenes" / name) for name in names}


def write(folder: Path, *lines: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "kept.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    return folder


def test_the_regions_of_training_photographs_are_cut_out(tmp_path: Path) -> None:
    hashes = photographs(tmp_path)
    box = [10, 4, 30, 16]
    lines = [{"set": "scenes", "sha256": digest, "box": box} for digest in hashes.values()]
    lines += [{"set": "elsewhere", "sha256": "0" * 64, "box": box}]
    (made,) = empty_regions(tmp_path, write(tmp_path / "regions", *lines))
    assert made.record.plates == ()
    assert (made.record.source, made.record.split) == ("street", "val")
    assert made.record.image == f"{hashes['train.png'][:12]}-10-4"
    np.testing.assert_array_equal(made.image, np.asarray(Image.open(tmp_path / "scenes" / "train.png"))[4:16, 10:30])


@pytest.mark.parametrize("line", [{"set": "scenes"}, {"set": "scenes", "sha256": "1", "box": [0, 0, 1, 1]}, "x"])
def test_a_malformed_line_is_named(tmp_path: Path, line: object) -> None:
    good = {"set": "scenes", "sha256": "0" * 64, "box": [0, 0, 1, 1]}
    with pytest.raises(SetError, match=r"kept\.jsonl:2: "):
        list(empty_regions(tmp_path, write(tmp_path / "regions", good, line)))


def test_the_kept_regions_of_the_repository_are_many_and_each_is_there_once() -> None:
    regions = [region for path in REGIONS.glob("*.jsonl") for region in read_regions(path)]
    assert len(regions) >= 500
    assert len({(region.sha256, region.box) for region in regions}) == len(regions)
