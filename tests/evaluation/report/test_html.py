"""The page: whole, self-contained, escaped, and fit for those who cannot see it."""

import base64
import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from src.evaluation.accuracy.comparison import Change, Comparison, Difference, FlowComparison
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.metrics.acceptance import acceptance_report
from src.evaluation.metrics.errors import error_report
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.accuracy.gallery import glyphs
from src.evaluation.report.document import Exhibit, Gallery
from src.evaluation.report.html import html, jpeg
from tests.evaluation.metrics.test_acceptance import empty, precise
from tests.evaluation.reports import calibration, report, system
from tests.evaluation.rows import outcome, scene

VOID = {"meta", "img", "br", "source"}
HOSTILE = "<script>alert('&')</script>"
WRONG = outcome("A8", image=HOSTILE, confidence=0.97, char_confidences=(0.5, 0.25), region="DE")
ROWS = [outcome("AB1", region="RU"), WRONG, outcome("AB1", image=HOSTILE, flow="ocr"), outcome(None, image="c.jpg")]


CROP = np.full((20, 60, 3), (250, 0, 0), np.uint8)


class Page(HTMLParser):
    """Elements with their attributes, in order; fails on a tag that is closed out of turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def exhibit(row: ScoredPlate, **changes: object) -> Exhibit:
    stated = {"image": row.image, "truth": "AB1", "text": row.text, "confidence": row.confidence, "found": row.found}
    stated |= {
        "width": 99.6,
        "glyphs": glyphs(row) if row.found else (),
        "on_true_box": None,
        "crop": CROP,
    }
    return Exhibit(**stated | changes)  # type: ignore[arg-type]


def comparison() -> Comparison:
    change = Change(image=HOSTILE, plate=0, truth="AB1", before=None, after="AB1")
    read = Difference(figure="read", before=0.5, after=0.6, test="McNemar", p=0.01, beyond_noise=True)
    flow = FlowComparison(
        system="ours",
        set="gate",
        flow="path",
        plates=3,
        differences=(read,),
        became_right=(change,),
        became_wrong=(),
        only_after=(),
        only_before=(),
    )
    return Comparison(baseline=HOSTILE, commit="abc", created="2025-01-01", flows=(flow,), not_compared=(HOSTILE,))


@pytest.fixture(scope="module")
def full() -> Page:
    """Everything that a page can have, every free text of it hostile."""
    gone = Skipped(set=HOSTILE, image=HOSTILE, fault=HOSTILE)
    built = report(
        system("ours", ROWS, [scene(plates=3, found=2)], skipped=(gone,)),
        system(HOSTILE, ROWS[:1], predictions=HOSTILE),
        errors=error_report([o for o in ROWS if o.flow == "path"]),
        calibration=calibration(30, drawn=9),
        comparison=comparison(),
        command=HOSTILE,
    )
    shown = [Gallery(HOSTILE, 14, 1, (exhibit(WRONG, on_true_box="AB1"), *[exhibit(WRONG)] * 12, exhibit(ROWS[3])))]
    return Page(page(built, shown))


def page(built: Report, galleries: Sequence[Gallery] = ()) -> str:
    said = document(built, galleries)
    return html(said, {plot.file: (b"light", b"dark") for plot in said.plots})


def test_what_is_accepted_has_a_section() -> None:
    ours = system("ours", ROWS, [empty("1", 0.3, 0.97)])
    shown = Page(page(report(ours, acceptance=acceptance_report(ours, precise(0.9)))))
    assert {"href": "#what-is-accepted-and-must-not-be"} in shown.all("a")
    assert "Accepted is a reading with a confidence of 0.900 at least" in shown.text
    assert "hard/no-plate 1 2 1 0 0 1 1.00 1.00–1.00 –" in shown.text


def test_nothing_comes_from_outside_and_nothing_runs(full: Page) -> None:
    assert full.all("script") == full.all("link") == full.all("iframe") == []
    links = [a[key] or "" for _, a in full.elements for key in ("src", "srcset", "href") if key in a]
    assert len(links) > 20
    assert all(link.startswith(("data:image/", "#")) for link in links)
    assert not [a for _, a in full.elements for key in a if key.startswith("on")]
    assert "url(" not in full.text
    assert "@import" not in full.text
    assert full.text.count(HOSTILE) >= 10


def test_links_lead_somewhere_and_names_are_unique(full: Page) -> None:
    names = [a["id"] for _, a in full.elements if "id" in a]
    assert len(names) == len(set(names))
    assert {(a["href"] or "").removeprefix("#") for a in full.all("a")} <= set(names)
    assert {a["aria-labelledby"] for a in full.all("section")} <= set(names)


def test_every_picture_has_words_and_every_table_headers(full: Page) -> None:
    assert all(a["alt"] for a in full.all("img"))
    assert {a["scope"] for a in full.all("th")} == {"col", "row"}
    assert full.all("html")[0]["lang"] == "en"


def test_plots_come_for_both_kinds_of_page(full: Page) -> None:
    sources = full.all("source")
    assert len(sources) == 5
    assert {(a["media"], a["srcset"]) for a in sources} == {
        ("(prefers-color-scheme: dark)", "data:image/png;base64,ZGFyaw==")
    }


def test_the_figures_are_there_at_a_glance(full: Page) -> None:
    for words in (
        "33.3% of 3 plates read exactly right.",
        "95 % interval 0.0–100.0, 3 plates",
        "1 picture skipped: no figure counts it.",
        "found 66.7%",
        "on true boxes 100.0%",
        "milliseconds, median 31",
        "read +10.0 points, better",
        "1 became right, 0 wrong, of 3 in both",
        "B → 8 (1)",
        "commit abc+dirty",
        "processor A & B",
    ):
        assert words in full.text


def test_the_gallery_marks_what_differs_and_shows_how_sure_each_character_was(full: Page) -> None:
    bars = [a["style"] for a in full.all("span") if "height" in (a.get("style") or "")]
    assert bars[:2] == ["height: 50.0%", "height: 25.0%"]
    marked = [a for a in full.all("td") if a.get("class") == "wrong"]
    assert len(marked) == 13 * 4  # two places, in both lines of each exhibit
    assert "14 misread, 1 not found, 14 shown" in full.text
    assert "2 more" in full.text
    assert "confidence 97.0% · 100 px wide on the true box: right" in full.text
    assert "AB1 not found" in full.text


def test_a_page_of_found_plates_alone() -> None:
    built = report(system("ours", [outcome("A", None)], [scene(plates=2, found=1)]))
    shown = Page(page(built))
    assert "1 of 2 plates found; no text is known." in shown.text
    assert "50.0% found; no text is known" in shown.text
    assert [a.get("id") for a in shown.all("section")] == ["read-exactly-right", "how-this-was-made"]


def test_a_crop_is_shown_in_its_colours() -> None:
    head, _, data = jpeg(CROP).partition(",")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert head == "data:image/jpeg;base64"
    np.testing.assert_allclose(pixels, CROP, atol=6)
