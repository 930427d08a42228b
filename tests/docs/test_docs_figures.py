"""Figures that stand in more than one place are the same everywhere: READMEs, pages, cards, files, code."""

import re

import pytest

from src import infer
from src.core.card import load_card
from src.core.limits import LEAST_SIDE
from tests.commands import ROOT
from tests.docs.pages import PAGES, READMES, page, rows, section

MIB = 2**20
ENGLISH, RUSSIAN = (page(name) for name in READMES)
TABLES = {"README.md": "How good, how fast", "README.ru.md": "Насколько точно и насколько быстро"}
RESULTS = page("docs/results.md")
DETECTOR, READER = (load_card(ROOT / "exports" / name) for name in ("detector", "ocr"))


def flat(name: str) -> str:
    """A page with single blanks, wherever its lines break."""
    return " ".join(page(name).split())


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short(name: str) -> None:
    assert len(page(name).splitlines()) <= 170


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_a_readme_repeats_the_results(name: str) -> None:
    """The rows of ours and of the peer in the results, and the milliseconds, side by side in one row."""
    accuracy, milliseconds = (rows(section(RESULTS, h)) for h in ("Accuracy on three benchmarks", "Milliseconds"))
    wanted = []
    for ours, peer in zip(accuracy[::2], accuracy[1::2], strict=True):
        ((benchmark, photographs),) = re.findall(r"([\w-]+), (\d+) photographs", ours[0])
        (times,) = (row for row in milliseconds if row[0].startswith(benchmark))
        wanted.append([benchmark, photographs, ours[2], peer[2], times[1], times[2]])
    told = [[plain(cell) for cell in row] for row in rows(section(page(name), TABLES[name]))]
    assert told == [[plain(cell) for cell in row] for row in wanted]


def plain(cell: str) -> str:
    """A figure as it is written in English, without what makes it stand out."""
    return cell.replace("*", "").replace("–", "-").replace(",", ".")


def test_both_readmes_say_the_same_figures() -> None:
    """Numbers of sentences and tables, in order within a section; the Russian ones have a comma."""
    english, russian = (re.split(r"(?m)^## ", re.sub(r"(?ms)^```.*?^```$", "", text)) for text in (ENGLISH, RUSSIAN))
    assert len(english) == len(russian)
    for one, other in zip(english, russian, strict=True):
        assert sorted(figures(one)) == sorted(figures(plain(other))), one.splitlines()[0]


def figures(text: str) -> list[str]:
    """Numbers that are no part of a word, an address or a span of code."""
    return re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w])", re.sub(r"`[^`]*`|\]\([^)]*\)", "", text))


def test_the_countries_are_counted() -> None:
    counts = {count for name in PAGES for count in re.findall(r"(\d+) (?:countries|стран\b)", flat(name))}
    assert counts == {str(len(list((ROOT / "configs" / "plates").glob("*.yaml"))))}


def test_the_models_are_those_of_the_cards() -> None:
    for name in (*READMES, "docs/results.md"):
        assert DETECTOR.commit[:7] in page(name), name
    sizes = re.search(r"The detector is in 8 bits: ([\d.]+) MiB. The reader is in float: ([\d.]+) MiB.", RESULTS)
    assert sizes is not None
    for told, name in zip(sizes.groups(), ("detector", "ocr"), strict=True):
        assert told == f"{(ROOT / 'exports' / name / 'model.onnx').stat().st_size / MIB:.1f}"
    assert f"whose long side is {DETECTOR.input_size[0]}." in flat("docs/results.md")


def test_thresholds_are_those_of_the_cards() -> None:
    assert f"by the card's threshold of {DETECTOR.confidence_threshold} " in flat("docs/results.md")
    assert READER.confidence_threshold is not None
    assert f"`MIN_READING` ({READER.confidence_threshold:.0%} with".replace("%", " %") in flat("docs/service.md")


def test_metrics_of_the_cards_are_repeated_as_they_are() -> None:
    (small,) = re.findall(r"`val/recall_0_24`, (\d+) %, is another metric", flat("docs/results.md"))
    assert int(small) == round(100 * DETECTOR.metrics["val/recall_0_24"])
    (same,) = re.findall(r"([\d.]+) % of the answers are those in float", flat("docs/export.md"))
    assert float(same) == round(100 * DETECTOR.metrics["val/8_bits_as_float"], 1)


def test_a_huge_photograph_is_one_of_twice_the_least_side() -> None:
    (told,) = re.findall(r"photograph with ([\d,]+) pixels or more", flat("docs/command-line.md"))
    assert int(told.replace(",", "")) == 2 * LEAST_SIDE


def test_what_is_printed_is_what_the_models_print(capsys: pytest.CaptureFixture[str]) -> None:
    """The table that a newcomer sees after the first command; its figures may differ a little on another processor."""
    assert infer.main(["--format", "text", "--", "data/samples/00-ru.jpg"]) == 0
    now = capsys.readouterr().out.split()
    for name in (*READMES, "docs/command-line.md"):
        (row,) = (line.split() for line in page(name).splitlines() if line.startswith("M356CC65 "))
        text, read, region, sure, found, *box, image = row
        assert [text, region, image] == [word for word in now if word in (text, region, image)], name
        for told, printed in zip(
            (read, sure, found, *box), [w for w in now if w.rstrip("%").replace(".", "").isdecimal()], strict=True
        ):
            assert float(told.rstrip("%")) == pytest.approx(float(printed.rstrip("%")), abs=1.5), name
