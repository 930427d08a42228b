"""Plates as HTML: marked where they are, and nothing of a stranger's text is taken for markup."""

from typing import Any

import pytest

from src.service.api import examples
from src.service.api.responses import Result, Sighting
from src.service.page import model_cards, rendering
from src.service.page.figures import Bar
from src.service.page.pictures import Preview
from src.service.page.texts import Words
from tests.service.page_answers import READ, cards

SHOWN = Preview("data:image/jpeg;base64,AAAA", ("data:image/jpeg;base64,BBBB",))
EN = Words("en")


def plate(**said: Any) -> Sighting:
    """A sighting, which is a plate, of 800 x 600 pixels."""
    return Sighting.model_validate({**examples.SIGHTING, "box": [200, 300, 400, 360], "corners": None, **said})


def picture(*plates: Sighting) -> Result:
    """A picture that was read."""
    return Result.model_validate(READ).model_copy(update={"plates": plates})


def test_a_plate_is_marked_in_per_cent_of_the_picture() -> None:
    mark = rendering.mark(plate(), (800, 600), EN)
    assert mark.inside == "clip-path:polygon(25.00% 50.00%,50.00% 50.00%,50.00% 60.00%,25.00% 60.00%)"
    assert mark.outline.startswith("clip-path:polygon(evenodd,calc(25.00% - 2.5px) calc(50.00% - 2.5px),calc(50.00% + ")
    assert mark.place == "left:25.00%;bottom:50.00%"


@pytest.mark.parametrize(
    ("box", "place"),
    [([600, 300, 780, 350], "right:2.50%;bottom:50.00%"), ([0, 30, 200, 60], "left:0.00%;top:10.00%")],
)
def test_labels_stay_inside_the_picture(box: list[float], place: str) -> None:
    assert rendering.mark(plate(box=box), (800, 600), EN).place == place


def test_labels_are_numbered_where_there_are_several() -> None:
    one = rendering.reading(picture(plate()), SHOWN, EN)
    assert ">M356CC65</figcaption>" in one
    both = Preview(SHOWN.photo, SHOWN.crops * 2)
    two = rendering.reading(picture(plate(), plate(text="B2")), both, EN)
    assert ">1. M356CC65</figcaption>" in two
    assert ">2. B2</figcaption>" in two


@pytest.mark.parametrize(
    ("said", "shown", "hidden"),
    [
        ({"accepted": True}, "Accepted", "Not accepted"),
        ({"accepted": False}, "Not accepted", "Country unknown"),
        ({"accepted": None}, "Russia", "ccepted"),
        ({"region": None, "region_confidence": None}, "Country unknown", "Russia?"),
        ({"region_confidence": 0.4}, "Russia?", "Russia "),
        ({"text": "", "raw_text": ""}, "(no text)", "M356CC65</span>"),
        ({"candidates": None, "format": None}, "Without formats", "Format:"),
    ],
)
def test_what_a_card_says(said: dict[str, Any], shown: str, hidden: str) -> None:
    card = rendering.reading(picture(plate(**said)), SHOWN, EN)
    assert shown in card
    assert hidden not in card


def test_no_plate_and_no_preview() -> None:
    assert "No plate found" in rendering.reading(picture(), Preview(SHOWN.photo, ()), EN)
    assert "No preview" in rendering.reading(Result.model_validate(READ), None, EN)


def test_markup_in_texts_is_shown_and_not_obeyed() -> None:
    evil = '<img src=x onerror="alert(1)">'
    strange = plate(text=evil, raw_text=evil, format=evil, region=evil, candidates=[], camera=evil)
    shown = [
        rendering.reading(picture(strange), SHOWN, EN),
        rendering.sighting(strange, SHOWN, evil, EN),
        rendering.photograph(strange, SHOWN, EN),
        rendering.heading(evil, evil),
        rendering.bars([Bar(evil, 1, evil)], EN),
        rendering.facts([(evil, evil)]),
        rendering.table((evil,), [(evil,)]),
    ]
    for html in shown:
        assert "&lt;img" in html
        assert "<img src=x" not in html


def test_a_sighting_says_when_where_and_what() -> None:
    shown = rendering.sighting(plate(camera="North gate"), None, "26 Nov 2026, 10:00", Words("ru"))
    for said in ("26 Nov 2026, 10:00", "North gate", "Россия", "99,3%", "Снимок не сохранён"):
        assert said in shown


def test_bars_are_as_long_as_their_counts_and_ten_at_most() -> None:
    others = [Bar(str(number), 1) for number in range(20)]
    shown = "".join(line.strip() for line in rendering.bars([Bar("A", 2000), Bar("B", 500), *others], EN).splitlines())
    assert shown.count("<tr>") == 10
    assert '<th>A</th><td><span><i style="width:100.0%"></i></span></td><td>2,000<' in shown
    assert '<th>B</th><td><span><i style="width:25.0%"></i></span></td><td>500<' in shown
    assert "<tr>" not in rendering.bars([], EN)


def test_a_bar_with_a_link_leads_there_by_its_name_and_by_itself() -> None:
    shown = rendering.bars([Bar("A", 1, "search?text=A&lang=RU")], EN)
    assert shown.count('href="search?text=A&amp;lang=RU" target="_self"') == 2


def test_the_script_has_the_words_of_the_language_and_names_it() -> None:
    script = rendering.script(Words("ru"))
    assert script.startswith("<script>")
    assert r"\u0421\u0434\u0435\u043b\u0430\u0442\u044c" in script  # the words, with nothing that could end the script
    assert 'lang = "ru"' in script
    assert "Take a photograph" in rendering.script(EN)


def test_signing_in_and_out_are_forms_for_the_server_of_the_page() -> None:
    form = rendering.signing(signed_in=False, given=False, words=EN)
    assert '<form method="post" action="session">' in form
    assert 'type="password" name="api-key"' in form
    assert "has a key of its own" not in form
    assert "has a key of its own" in rendering.signing(signed_in=False, given=True, words=EN)
    assert '<form method="post" action="session/end">' in rendering.signing(signed_in=True, given=False, words=EN)


def test_the_card_of_the_reader_by_source() -> None:
    card = cards()["ocr"]
    head, rows = model_cards.sources(card, EN)
    assert head == ("Source", "Pictures", "Read", "Country", "CER")
    by_source = {row[0]: row[1:] for row in rows}
    assert by_source["Drawn for the training"][1:] == ("", "", "")
    assert by_source["synthetic"][0] == ""
    read = card["metrics"]["val/read_labels_eu"]
    assert by_source["labels_eu"][:2] == (f"{card['trained_on']['labels_eu']:,}", f"{read:.1%}")
    told = dict(model_cards.metrics(card, EN))
    assert {"Read", "Country", "Whole plates told from all else", "Cut plates noticed"} <= set(told)
    assert all(name[0].isupper() and value.endswith("%") for name, value in told.items())


def test_the_card_of_the_detector() -> None:
    card = cards()["detector"]
    said = dict(model_cards.facts(card, EN))
    height, width = card["input_size"]
    assert said["Input, pixels"] == f"{width} × {height}"
    assert said["Shows what it is sure of to"] == f"{card['confidence_threshold']:.0%}"
    assert "Characters" not in said
    assert model_cards.sources(card, EN)[0] == ("Source", "Pictures")
    assert dict(model_cards.metrics(card, EN))["AP50"] == f"{card['metrics']['val/ap50']:.1%}"


def test_a_figure_without_a_name_keeps_its_own() -> None:
    assert model_cards.metrics({"metrics": {"val/novel": 3.5}}, EN) == [("novel", "3.5")]
