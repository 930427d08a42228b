"""What a confidence is worth on sources that a model has never seen."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.card import ModelCard, Start
from src.evaluation.datasets.sets import SetError
from src.evaluation.fitting.unseen import _across, acceptance, accepted, known_sources, lowest_threshold, unseen_sets
from src.evaluation.metrics.calibration import Readings

SHA = "0" * 64


def card(*trained_on: str, started_on: str = "older") -> ModelCard:
    start = Start(name="first", sha256=SHA, trained_on={started_on: 3})
    return ModelCard(
        name="ocr",
        task="ocr",
        input_size=(8, 24),
        architecture={},
        trained_on=dict.fromkeys(trained_on, 5),
        started_from=(start,),
        metrics={},
        commit="",
        created="",
        sha256=SHA,
    )


def read(confidence: list[float], right: list[int], images: list[str] | None = None) -> Readings:
    names = images or [f"{number}.png" for number in range(len(right))]
    return Readings(np.array(confidence), np.array(right, float), np.array(names))


def test_photographs_under_pastes_and_the_weights_at_the_beginning_count_as_seen() -> None:
    assert known_sources(card("gate", "swapped_street", "pasted_lane")) == {"gate", "street", "lane", "older"}


def test_every_split_of_the_other_sources_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ocr").mkdir()
    rows = [("gate", "train"), ("yard", "train"), ("yard", "val"), ("older", "val")]
    lines = []
    for number, (source, split) in enumerate(rows):
        Image.new("RGB", (4, 4)).save(tmp_path / "ocr" / f"{number}.png")
        lines.append({"image": f"{number}.png", "text": "A1", "source": source, "split": split})
    (tmp_path / "ocr" / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    records = [record for s in unseen_sets(tmp_path, card("gate")) for record in s.records]
    assert [(r.source, r.split) for r in records] == [("yard", "train"), ("yard", "val")]
    with pytest.raises(SetError, match="'ocr' has seen all sources: gate, older, yard"):
        unseen_sets(tmp_path, card("gate", "yard"))


def test_the_threshold_is_the_lowest_that_keeps_the_promise() -> None:
    readings = read([0.9, 0.2, 0.8, 0.7, 0.6], [1, 0, 1, 0, 1])
    assert lowest_threshold(readings, 0.99) == 0.8
    assert lowest_threshold(readings, 0.75) == 0.6
    assert lowest_threshold(readings, 0.6) == 0.2
    assert lowest_threshold(read([0.9, 0.2], [0, 1]), 0.99) is None


def test_a_threshold_that_is_rounded_up_still_keeps_it() -> None:
    readings = read([0.70001, 0.70002, 0.9, 0.99999], [1, 0, 0, 1])
    assert lowest_threshold(readings, 0.99) is None  # 0.99999 rounded up keeps nothing
    assert lowest_threshold(read([0.70001] * 10 + [0.9], [1] * 10 + [0]), 0.9) is None  # nor any of the right ones
    assert lowest_threshold(read([0.12341, 0.5], [1, 1]), 0.9) == 0.1235


def test_what_is_accepted_is_counted_with_intervals_over_photographs() -> None:
    right, kept = accepted(read([0.9, 0.9, 0.9, 0.1], [1, 1, 0, 0]), 0.5)
    assert (right.value, kept.value) == (pytest.approx(2 / 3), 0.75)
    assert right.low < right.value < right.high
    nothing, none = accepted(read([0.1], [1]), 0.5)
    assert nothing.value == none.value == 0.0
    one = accepted(read([0.9, 0.9, 0.9], [1, 1, 0], ["a.png"] * 3), 0.5)[0]
    assert one.low == one.high == one.value  # a single photograph cannot be drawn anew


def test_a_source_that_is_worse_makes_the_interval_of_sources_wider() -> None:
    good = read([0.9] * 200, [1] * 200, [f"g{n}" for n in range(200)])
    bad = read([0.9] * 20, [1] * 10 + [0] * 10, [f"b{n}" for n in range(20)])
    chosen = acceptance({"good": good, "bad": bad}, SHA, promised=0.9)
    assert chosen is not None
    assert chosen.measured_on == {"good": 200, "bad": 20}
    assert (chosen.threshold, chosen.right.value, chosen.kept.value) == (0.9, pytest.approx(210 / 220), 1.0)
    assert chosen.right_elsewhere.low < 0.65 < chosen.right.low  # of two bad sources, about half are right
    assert chosen.right_elsewhere.high == 1.0


def test_a_source_that_is_drawn_twice_counts_twice() -> None:
    sources = [read([0.9] * 50, [right] * 50) for right in (1, 0, 0)]
    assert set(_across(sources, 0.5).round(3)) == {0.0, 0.333, 0.667, 1.0}


def test_no_threshold_may_be_good_enough() -> None:
    assert acceptance({"one": read([0.9], [0]), "two": read([0.8], [0])}, SHA) is None
