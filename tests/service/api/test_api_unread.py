"""Plates whose text is hardly more than a guess: found, told and drawn, but no text that anybody searches or counts."""

import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from src.core.card import load_card
from src.core.limits import LEAST_READING
from src.runtime.draw import REJECTED
from src.service.database import tables
from tests.commands import ROOT
from tests.conftest import BLUE_TEXT, RED_TEXT
from tests.service.api_client import Api, opened, picture, running, texts

BETWEEN = 0.9853
"""The fake reader is a little surer of the red plate, and a little less sure of the blue one."""


def both_read(api: Api) -> bool:
    return texts(api.recognize(picture(blue=True))) == [[RED_TEXT, BLUE_TEXT]]


def has_orange(drawn: bytes) -> bool:
    """Whether there is a mark in the colour of what is not sure."""
    pixels = np.asarray(opened(drawn).convert("RGB")).astype(int)
    return bool((pixels == REJECTED).all(-1).sum() > 50)


def test_an_unread_plate_is_told_and_kept_without_its_text(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, min_reading=BETWEEN) as api:
        read, unread = api.recognize(picture(blue=True), abstain=0.99).json()["results"][0]["plates"]
        assert (read["text"], read["sighting"] is None) == (RED_TEXT, False)
        assert (unread["text"], unread["raw_text"], unread["char_confidences"]) == ("", "", [])
        assert (unread["region"], unread["format"], unread["candidates"], unread["sighting"]) == (None,) * 4
        assert unread["confidence"] == pytest.approx(BETWEEN, abs=1e-3)
        assert unread["box"] == pytest.approx([10, 40, 50, 50], abs=1)
        assert unread["accepted"] is False
        assert [item["text"] for item in api.get("/v1/sightings").json()["items"]] == [RED_TEXT]
        assert api.get(f"/v1/plates/{BLUE_TEXT}").json()["sightings"] == 0
        counted = api.get("/v1/statistics").json()
        assert (counted["sightings"], counted["plates"]) == (1, 1)
        assert [plate["text"] for plate in counted["by_plate"]] == [RED_TEXT]
        with api.service.resources.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(tables.DetectionRow)) == 2


def test_it_is_drawn_in_another_colour_now_and_later(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, min_reading=BETWEEN) as api:
        for blue in (True, False):
            file = {"file": ("a.png", picture(blue=blue))}
            for drawn in (api.ask("POST", "/upload_image/", files=file), api.get("/send_image/a.png")):
                assert has_orange(drawn.content) is blue


def test_the_least_confidence_is_that_of_the_card_unless_the_operator_sets_one(models: Path, tmp_path: Path) -> None:
    path = models / "ocr" / "card.json"
    stated = json.loads(path.read_text())
    for of_card, of_operator, is_read in [
        (BETWEEN, None, False),
        (None, None, True),  # a card from before
        (BETWEEN, 0, True),
        (0.1, BETWEEN, False),
    ]:
        path.write_text(json.dumps(stated | {"confidence_threshold": of_card}))
        with running(models, tmp_path / "data", min_reading=of_operator) as api:
            assert both_read(api) is is_read


def test_the_shipped_reader_has_one() -> None:
    assert load_card(ROOT / "exports" / "ocr").confidence_threshold == LEAST_READING
