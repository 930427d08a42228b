"""Which split a picture is in: decided by its plates, so that one plate text is only ever in one split."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from src.data.annotations.manifest import Record


def split_by_plate(records: Sequence[Record], val: float) -> list[Record]:
    """``records`` as ``train`` and, about a share of ``val`` of the plates, ``val``; equal for equal records.

    Pictures that have a text in common stay together, over any number of pictures in between. A picture without a
    text goes by the name of its file. A crop's split depends on its text alone: it is the same in every source.
    """
    leaders: dict[str, str] = {}
    for record in records:
        for text in (texts := _texts(record)):
            _join(leaders, texts[0], text)
    keys = [_leader(leaders, texts[0]) if (texts := _texts(r)) else Path(r.image).name for r in records]
    splits = ["val" if _fraction(key) < val else "train" for key in keys]
    return [record.model_copy(update={"split": split}) for record, split in zip(records, splits, strict=True)]


def _texts(record: Record) -> list[str]:
    return sorted(label.text for label in record.labels if label.text)


def _join(leaders: dict[str, str], a: str, b: str) -> None:
    first, second = sorted((_leader(leaders, a), _leader(leaders, b)))
    leaders[second] = first


def _leader(leaders: dict[str, str], text: str) -> str:
    """The least text of those that ``text`` was joined with."""
    while leaders.get(text, text) != text:
        text = leaders[text]
    return text


def _fraction(key: str) -> float:
    """0 to 1, spread evenly over texts however alike they are."""
    return int(sha256(key.encode()).hexdigest()[:8], 16) / 16**8
