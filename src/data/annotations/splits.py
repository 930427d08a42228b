"""Chooses the split of a picture by its plates, so that a plate text is only ever in one split."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from src.data.annotations.manifest import Record


def split_by_plate(records: Sequence[Record], val: float) -> list[Record]:
    """Splits ``records`` into ``train`` and ``val``, which gets about a share of ``val`` of the plates.

    The result is the same for the same records. Pictures that share a text stay together, also through pictures in
    between. A picture without a text goes by the name of its file. The split of a crop depends on its text alone, so
    that it is the same in every source.
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
    """Returns the first, in sorted order, of the texts that ``text`` was joined with."""
    while leaders.get(text, text) != text:
        text = leaders[text]
    return text


def _fraction(key: str) -> float:
    """Maps a text to 0..1, evenly even for texts that are much alike."""
    return int(sha256(key.encode()).hexdigest()[:8], 16) / 16**8
