"""One plate text is only ever in one split, however the pictures are connected."""

from itertools import pairwise

from src.data.annotations.manifest import PlateLabel, Record
from src.data.annotations.splits import split_by_plate


def _crop(name: str, text: str | None) -> Record:
    return Record(image=name, text=text)


def _scene(name: str, *texts: str | None) -> Record:
    return Record(image=name, plates=tuple(PlateLabel(box=(0, 0, 9, 9), text=text) for text in texts))


def _splits(records: list[Record]) -> dict[str, str]:
    return {record.image: record.split for record in split_by_plate(records, 0.5)}


def test_pictures_of_one_text_stay_together_in_every_source() -> None:
    texts = [f"AB{number}" for number in range(50)]
    once = _splits([_crop(f"a/{text}", text) for text in texts])
    again = _splits([_crop(f"{k}/{text}", text) for text in reversed(texts) for k in "bc"])
    for text in texts:
        assert once[f"a/{text}"] == again[f"b/{text}"] == again[f"c/{text}"]
    assert {"train", "val"} == set(once.values())


def test_the_share_is_about_what_was_asked_for() -> None:
    records = split_by_plate([_crop(str(number), f"AB{number}") for number in range(2000)], 0.1)
    assert 0.08 < sum(r.split == "val" for r in records) / len(records) < 0.12


def test_scenes_are_tied_by_any_plate_in_between() -> None:
    chain = [_scene(f"{a}-{b}", b, a) for a, b in pairwise("KCZAQMBX")]
    loose = [_scene(f"loose {text}", text) for text in "DEFGHIJLNOPRSTUVWY"]
    splits = _splits(chain + loose)
    assert len({splits[record.image] for record in chain}) == 1
    assert {splits[record.image] for record in loose} == {"train", "val"}


def test_a_picture_without_text_goes_by_its_file_not_its_folder() -> None:
    names = [f"{number}.jpg" for number in range(50)]
    here, there = (_splits([_scene(f"{folder}/{name}") for name in names]) for folder in ("here", "there"))
    assert list(here.values()) == list(there.values())
    assert set(here.values()) == {"train", "val"}
    assert _splits([_crop("x/0.jpg", None)])["x/0.jpg"] == here["here/0.jpg"]
