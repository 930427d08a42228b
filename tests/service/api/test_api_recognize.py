"""Photographs in, plates out: what is read is what the command line reads, and what was asked for."""

import base64
import errno
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from src.core.image import decode_photograph
from src.runtime.output import describe
from src.runtime.reader import Reader, read_file
from src.service.recognition import engine as inference
from src.service.store import Pictures
from tests.commands import ROOT
from tests.conftest import BLUE_TEXT, RED_TEXT, with_formats
from tests.service.api_client import Api, assert_problem, is_marked, opened, picture, running, texts
from tests.service.registered import add_vehicle

SAMPLES = ROOT / "data" / "samples"


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path / "data") as running_api:
        yield running_api


def assert_alike(got: Any, wanted: Any) -> None:
    """Equal but for the last digits of numbers: a network sums up in another order in a batch."""
    if isinstance(wanted, dict):
        assert list(got) == list(wanted)
        for name, value in wanted.items():
            assert_alike(got[name], value)
    elif isinstance(wanted, list):
        for one, other in zip(got, wanted, strict=True):
            assert_alike(one, other)
    else:
        assert got == (
            pytest.approx(wanted, abs=1e-4 if wanted <= 1 else 0.02) if isinstance(wanted, float) else wanted
        )


def test_samples_are_read_as_the_command_line_reads_them(tmp_path: Path) -> None:
    names = ["00-ru.jpg", "02-pl-cz.jpg", "05-us.jpg"]
    reader = Reader(ROOT / "exports", threads=1)
    expected = [json.loads(describe(name, read_file(reader, SAMPLES / name)[1], 0.9).to_json()) for name in names]
    files = [("images", (name, (SAMPLES / name).read_bytes())) for name in names]
    with running(ROOT / "exports", tmp_path / "data") as api:
        answer = api.ask("POST", "/v1/recognize", files=files, params={"abstain": 0.9})
    assert answer.status_code == 200
    for result, wanted in zip(answer.json()["results"], expected, strict=True):
        assert result["ms"].keys() == wanted["ms"].keys()
        assert result["id"] is not None
        for plate, plate_wanted in zip(result["plates"], wanted["plates"], strict=True):
            assert plate.pop("decision") is None
            if plate["text"]:
                assert plate.pop("sighting") is not None
                assert_alike(plate, plate_wanted)
            else:  # a box that is read with less than MIN_READING is told, and is no sighting
                assert plate["sighting"] is None
                assert plate_wanted["confidence"] < 0.1
                assert_alike(plate["box"], plate_wanted["box"])
        assert (result["image"], result["width"], result["height"]) == (wanted["image"], 800, 600)


def test_several_pictures_are_answered_in_their_order(api: Api) -> None:
    answer = api.recognize(picture(), picture(red=False), picture(red=False, blue=True), picture(blue=True))
    assert texts(answer) == [[RED_TEXT], [], [BLUE_TEXT], [RED_TEXT, BLUE_TEXT]]
    assert [result["image"] for result in answer.json()["results"]] == ["0.png", "1.png", "2.png", "3.png"]


def test_boxes_of_a_huge_photograph_are_in_its_own_pixels_though_it_is_decoded_at_a_half(api: Api) -> None:
    answer = api.recognize(picture(size=40, kind="JPEG", quality=95), annotated=True)
    (result,) = answer.json()["results"]
    assert (result["width"], result["height"]) == (3840, 2560)
    assert result["plates"][0]["box"] == pytest.approx([1200, 800, 2400, 1200], abs=40)
    drawn = base64.b64decode(result["annotated"].removeprefix("data:image/jpeg;base64,"))
    assert opened(drawn).size == (1920, 1280)


def test_a_jpeg_whose_last_bytes_are_missing_is_read_and_says_so(api: Api) -> None:
    whole = picture(size=8, kind="JPEG")
    answer = api.recognize(whole, whole[:-9], annotated=True)
    assert texts(answer) == [[RED_TEXT], [RED_TEXT]]
    assert [result["truncated"] for result in answer.json()["results"]] == [False, True]


def test_what_is_stored_is_found_with_its_picture(api: Api) -> None:
    data = picture()
    (result,) = api.recognize(data, camera="gate", taken="2025-06-01T12:00:00+03:00").json()["results"]
    sighting = api.get(f"/v1/sightings/{result['plates'][0]['sighting']}").json()
    assert (sighting["text"], sighting["camera"], sighting["image"]) == (RED_TEXT, "gate", "0.png")
    assert sighting["image_id"] == result["id"]
    assert datetime.fromisoformat(sighting["seen"]) == datetime(2025, 6, 1, 9, tzinfo=UTC)
    assert api.get(f"/v1/sightings/{sighting['id']}/picture").content == data


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The service in a time zone nine hours ahead of UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "XXX-9")
        time.tzset()
        yield
    time.tzset()


def test_a_time_without_a_zone_is_in_that_of_the_service(api: Api, far_east: None) -> None:
    (result,) = api.recognize(picture(), taken="2025-06-01T12:00:00").json()["results"]
    seen = api.get(f"/v1/sightings/{result['plates'][0]['sighting']}").json()["seen"]
    assert datetime.fromisoformat(seen) == datetime(2025, 6, 1, 3, tzinfo=UTC)
    for query, count in {"since=2025-06-01T12:00:00": 1, "since=2025-06-01T12:00:01": 0}.items():
        assert len(api.get(f"/v1/sightings?{query}").json()["items"]) == count


def test_a_picture_of_the_day_after_tomorrow_is_refused(api: Api) -> None:
    """Some clocks are ahead, by a time zone at most; who sends such a time should know."""
    now = datetime.now(UTC)
    assert api.recognize(picture(), taken=(now + timedelta(hours=23)).isoformat()).status_code == 200
    problem = assert_problem(api.recognize(picture(), taken=(now + timedelta(hours=25)).isoformat()), 422)
    assert problem["detail"].startswith("query.taken: ")
    assert "more than a day ahead of" in problem["detail"]
    assert api.get("/v1/statistics").json()["images"] == 1
    assert api.get("/v1/sightings", params={"since": (now + timedelta(days=9)).isoformat()}).status_code == 200


@pytest.mark.parametrize("is_stored", [True, False])
def test_the_answer_says_what_is_decided(api: Api, is_stored: bool) -> None:
    add_vehicle(api.service.resources.database, RED_TEXT, "allow", region=None)
    (result,) = api.recognize(picture(blue=True), store=is_stored).json()["results"]
    red, blue = (plate["decision"] for plate in result["plates"])
    assert (red["outcome"], red["reason"], red["text"], red["list"]) == ("allowed", "listed", RED_TEXT, "allow")
    assert blue["outcome"] in ("unknown", "unsure")
    if is_stored:
        found = api.get("/v1/sightings", params={"outcome": "allowed"}).json()["items"]
        assert [(item["text"], item["decision"]) for item in found] == [(RED_TEXT, red)]


def test_what_is_not_to_be_stored_leaves_nothing(api: Api, tmp_path: Path) -> None:
    (result,) = api.recognize(picture(), store=False).json()["results"]
    assert (result["id"], result["plates"][0]["sighting"]) == (None, None)
    assert api.get("/v1/sightings").json()["items"] == []
    assert [path for path in (tmp_path / "data" / "pictures").rglob("*") if path.is_file()] == []


def test_one_bad_picture_of_several_says_why_in_its_place(api: Api) -> None:
    answer = api.recognize(picture(), b"no picture", picture(blue=True))
    good, bad, better = answer.json()["results"]
    assert answer.status_code == 200
    assert (len(good["plates"]), len(better["plates"])) == (1, 2)
    assert bad["image"] == "1.png"
    assert bad["error"] == {"type": "unknown_format", "message": "not an image, or of an unsupported format"}
    assert bad.keys() == {"image", "error"}


def wide() -> bytes:
    """A picture that is read, and too wide for any file in which its plates are marked."""
    file = io.BytesIO()
    Image.new("RGB", (700_000, 16)).save(file, "PNG")
    return file.getvalue()


def test_a_picture_that_cannot_be_drawn_says_so_in_its_place_and_is_not_stored(api: Api) -> None:
    good, undrawn = api.recognize(picture(), wide(), annotated=True).json()["results"]
    assert (undrawn["image"], undrawn["error"]["type"]) == ("1.png", "not_drawn")
    assert "87500 x 2 pixels" in undrawn["error"]["message"]
    assert good["annotated"] is not None
    assert api.get(f"/v1/sightings/{good['plates'][0]['sighting']}").status_code == 200
    assert_problem(api.recognize(wide(), annotated=True), 422, "not_drawn")
    assert_problem(api.ask("POST", "/upload_image/", files={"file": ("a.png", wide())}), 422, "not_drawn")
    assert api.get("/v1/statistics").json()["images"] == 1
    (plain,) = api.recognize(wide()).json()["results"]
    assert (plain["width"], plain["plates"]) == (700_000, [])
    assert_problem(api.get("/send_image/0.png"), 422, "not_drawn")


def test_a_fault_of_the_service_at_one_picture_leaves_the_others(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = picture(size=2)

    def decode(data: bytes, **limits: int) -> Any:
        if data == bad:
            raise OSError("nobody thought of it")
        return decode_photograph(data, **limits)

    monkeypatch.setattr(inference, "decode_photograph", decode)
    good, failed = api.recognize(picture(), bad).json()["results"]
    assert good["id"] is not None
    assert failed["error"]["type"] == "failed"
    assert "nobody" not in failed["error"]["message"]
    assert "nobody thought of it" in caplog.text
    assert_problem(api.recognize(bad), 500, "failed")
    assert api.get("/v1/statistics").json()["images"] == 1


def test_where_the_disk_fails_nothing_of_the_request_is_stored(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the client, who has to ask again, would store it twice."""
    put, second = Pictures.put, picture(blue=True)

    def full(self: Pictures, image_id: str, data: bytes) -> str:
        if data == second:
            raise OSError(errno.ENOSPC, "No space left on device")
        return put(self, image_id, data)

    monkeypatch.setattr(Pictures, "put", full)
    problem = assert_problem(api.recognize(picture(), second, b"no picture"), 503, "not_stored")
    assert "picture" not in problem
    assert api.get("/v1/statistics").json()["images"] == 0
    assert [path for path in (tmp_path / "data" / "pictures").rglob("*") if path.is_file()] == []
    assert 'number_plate_pictures_refused_total{kind="not_stored"} 2.0' in api.get("/metrics").text


def test_where_all_are_bad_the_request_is(api: Api) -> None:
    problem = assert_problem(api.recognize(picture()[:-30], b"no picture"), 422, "damaged")
    assert problem["picture"] == "0.png"
    assert problem["instance"] == "/v1/recognize"


def test_where_all_fail_and_one_may_be_read_later_the_request_may_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Pictures, "put", full)
    answer = api.recognize(b"no picture", picture())
    assert assert_problem(answer, 503, "not_stored")["picture"] == "1.png"
    assert int(answer.headers["retry-after"]) > 0


def test_detections_below_the_threshold_of_the_request_are_left_out(api: Api) -> None:
    assert texts(api.recognize(picture(blue=True), min_confidence=0.7)) == [[RED_TEXT]]
    assert texts(api.recognize(picture(blue=True), min_confidence=0.95)) == [[]]


def test_the_operators_threshold_holds_where_the_request_has_none(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, min_confidence=0.7) as api:
        assert texts(api.recognize(picture(blue=True))) == [[RED_TEXT]]
        assert texts(api.recognize(picture(blue=True), min_confidence=0.5)) == [[RED_TEXT, BLUE_TEXT]]


def test_countries_are_those_of_the_request(models: Path, tmp_path: Path) -> None:
    with running(with_formats(models, "AT", "CN"), tmp_path / "data") as api:
        regions = [
            api.recognize(picture(), countries=codes).json()["results"][0]["plates"][0]["region"]
            for codes in ("AT", "cn", "AT,CN")
        ]
        problem = assert_problem(api.recognize(picture(), countries="AT,RU"), 422, "invalid_request")
    assert regions[0] == regions[2] == "AT"
    assert "RU" in problem["detail"]


def test_countries_are_refused_by_a_reader_without_formats(api: Api) -> None:
    assert_problem(api.recognize(picture(), countries="RU"), 422, "invalid_request")


def test_readings_that_are_less_sure_than_asked_are_not_accepted(api: Api) -> None:
    accepted = [
        api.recognize(picture(), **query).json()["results"][0]["plates"][0]["accepted"]
        for query in ({}, {"abstain": 0.5}, {"abstain": 1})
    ]
    assert accepted == [None, True, False]


def test_a_marked_picture_comes_where_it_is_asked_for(api: Api) -> None:
    plain, marked = (api.recognize(picture(size=4), annotated=asked).json()["results"][0] for asked in (False, True))
    assert plain["annotated"] is None
    drawn = opened(base64.b64decode(marked["annotated"].removeprefix("data:image/jpeg;base64,")))
    assert (drawn.format, drawn.size) == ("JPEG", (384, 256))
    assert is_marked(drawn)


@pytest.mark.parametrize(
    "query",
    [
        {"countries": "Russia"},
        {"min_confidence": 0},
        {"min_confidence": "nan"},
        {"abstain": 2},
        {"camera": " "},
        {"camera": "a\x00b"},
        {"taken": "0001-01-01T00:00:00+14:00"},
        {"taken": "yesterday"},
        {"taken": "-5"},
        {"countries": ["RU", "DE"]},
        {"store": [True, False]},
        {"annotate": True},
    ],
)
def test_an_option_that_makes_no_sense_is_named(api: Api, query: dict[str, object]) -> None:
    problem = assert_problem(api.recognize(picture(), **query), 422, "invalid_request")
    assert problem["detail"].startswith(f"query.{next(iter(query))}: ")


def test_a_file_without_a_name_is_a_picture_too(api: Api) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="images"\r\n\r\n' + picture() + b"\r\n--b--\r\n"
    answer = api.ask("POST", "/v1/recognize", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert texts(answer) == [[RED_TEXT]]


def test_other_fields_of_the_form_do_not_matter(api: Api) -> None:
    files = [("other", ("x", b"x" * 1000)), ("images", ("a.png", picture()))]
    assert texts(api.ask("POST", "/v1/recognize", files=files, data={"note": "x"})) == [[RED_TEXT]]


def test_pictures_are_not_kept_where_the_operator_says_so(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path / "data", keep_pictures=False) as api:
        sighting = api.recognize(picture()).json()["results"][0]["plates"][0]["sighting"]
        assert api.get(f"/v1/sightings/{sighting}").json()["has_picture"] is False
        assert_problem(api.get(f"/v1/sightings/{sighting}/picture"), 404, "not_found")
        assert_problem(api.get(f"/v1/sightings/{sighting}/picture?annotated=true"), 404, "not_found")
    assert [path for path in (tmp_path / "data" / "pictures").rglob("*") if path.is_file()] == []
