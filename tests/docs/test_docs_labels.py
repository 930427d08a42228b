"""The page about hand labels names every file of them, with as many lines as it has."""

import re

from tests.commands import ROOT
from tests.docs.pages import page, rows

LABELS = ROOT / "data" / "labels"
FOLDERS = {"Texts": "", "Text corrections": "texts/", "Scene corrections": "scenes/", "Regions without a plate": ""}
"""Of the files in the table under a heading."""


def lines(name: str) -> int:
    """How many labels a file has."""
    return len((LABELS / name).read_text(encoding="utf-8").splitlines())


def told() -> dict[str, int]:
    """The labels of each file as the page counts them."""
    counts = {}
    for part in re.split(r"(?m)^## ", page("docs/labels.md"))[1:]:
        for row in rows(part):
            counts[FOLDERS[part.splitlines()[0]] + row[0].strip("`")] = int(re.findall(r"\d+", row[1])[0])
    return counts


def test_the_files_and_their_counts() -> None:
    there = [path.relative_to(LABELS).as_posix() for path in LABELS.rglob("*.jsonl")]
    assert told() == {name: lines(name) for name in there if not name.startswith("corners/")}


def test_the_corners_are_counted_together() -> None:
    (count,) = re.findall(r"has corners of ([\d,]+) pictures", page("docs/labels.md"))
    assert int(count.replace(",", "")) == sum(lines(f"corners/{path.name}") for path in (LABELS / "corners").iterdir())
