"""Uploads that mean no good are answered with what is wrong with them, and leave nothing behind."""

import asyncio
import io
import struct
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from tests.service.api_client import PROBLEM, Api, assert_problem, picture, running, texts

SQL = "'; DROP TABLE sightings; --"
LIMIT = 50_000
FORM = "multipart/form-data; boundary=b"


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    limits = {"max_upload_bytes": LIMIT, "max_pixels": 1_000_000, "max_pictures": 3, "request_timeout_s": 5}
    with running(built_models, tmp_path / "data", **limits) as running_api:
        yield running_api
        assert texts(running_api.recognize(picture())) == [["AB01"]]  # whatever came before


def post(api: Api, body: Any, content_type: str = FORM, **headers: str) -> Any:
    return api.ask("POST", "/v1/recognize", content=body, headers={"Content-Type": content_type, **headers})


def form(data: bytes, name: str = "a.jpg", field: str = "images") -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + data + b"\r\n--b--\r\n"


def bomb() -> bytes:
    """A PNG of a few bytes that says that it is 50,000 x 50,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def large_bitmap() -> bytes:
    """Over the pixels, under the bytes."""
    file = io.BytesIO()
    Image.new("1", (1500, 1000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (picture(size=4)[:-200], 422, "damaged"),
        (picture(kind="JPEG")[:300], 422, "damaged"),
        (bomb(), 413, "too_large"),
        (large_bitmap(), 413, "too_large"),
        (b"a text that somebody called .jpg", 415, "unknown_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unknown_format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 415, "unknown_format"),
        (b"PK\x03\x04" + bytes(100), 415, "unknown_format"),
        (b"", 415, "unknown_format"),
        (b"x" * (LIMIT + 1), 413, "too_large"),
    ],
    ids=["cut PNG", "cut JPEG", "bomb", "pixels", "text", "SVG", "EPS", "ZIP", "empty", "bytes"],
)
@pytest.mark.parametrize("path", ["/v1/recognize", "/upload_image/"])
def test_files_that_are_no_good_pictures(api: Api, path: str, data: bytes, status: int, kind: str) -> None:
    field = {"/v1/recognize": "images", "/upload_image/": "file"}[path]
    answer = api.ask("POST", path, files={field: ("gate.jpg", data, "image/jpeg")})
    problem = assert_problem(answer, status, kind)
    assert problem["picture"] == "gate.jpg"
    assert api.get("/v1/statistics").json()["images"] == 0


@pytest.mark.parametrize(
    ("body", "content_type", "status", "kind"),
    [
        (b"", FORM, 400, "invalid_form"),
        (form(picture()), "multipart/form-data; boundary=other", 400, "invalid_form"),
        (form(picture()), "multipart/form-data", 400, "invalid_form"),
        (form(picture()), f"multipart/form-data; boundary={'b' * 300}", 400, "invalid_form"),
        (form(picture())[:-5], FORM, 400, "invalid_form"),
        (form(picture(), name="x" * 9000), FORM, 400, "invalid_form"),
        (b"--b\r\nno header\r\n\r\n\r\n--b--\r\n", FORM, 400, "invalid_form"),
        (b"--b--\r\n", FORM, 422, "invalid_request"),
        (form(picture(), field="image"), FORM, 422, "invalid_request"),
        (picture(), "image/png", 415, "no_form"),
        (b'{"images": []}', "application/json", 415, "no_form"),
        (b"images=x", "application/x-www-form-urlencoded", 415, "no_form"),
    ],
    ids=[
        *("empty", "other boundary", "no boundary", "long boundary", "cut", "long name", "no header"),
        *("no part", "other field", "picture", "JSON", "urlencoded"),
    ],
)
def test_bodies_that_are_no_good_forms(api: Api, body: bytes, content_type: str, status: int, kind: str) -> None:
    assert_problem(post(api, body, content_type), status, kind)


def test_too_many_pictures(api: Api) -> None:
    assert_problem(api.recognize(*[picture()] * 4), 413, "too_many_pictures")
    assert api.recognize(*[picture()] * 3).status_code == 200


def test_the_original_route_takes_one_picture(api: Api) -> None:
    files = [("file", ("a.png", picture())), ("file", ("b.png", picture()))]
    assert_problem(api.ask("POST", "/upload_image/", files=files), 413, "too_many_pictures")


class Endless:
    """The ASGI messages of an upload that never ends, counted as they are taken."""

    def __init__(self, api: Api, head: bytes, **headers: str) -> None:
        self.taken, self.answer = 0, bytearray()
        self.status = 0
        self._api, self._head = api, head
        pairs = {"content-type": FORM} | headers
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/v1/recognize",
            "raw_path": b"/v1/recognize",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
            "server": ("api", 80),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }

    def run(self) -> None:
        async def asked() -> None:
            await self._api.app(self._scope, self._receive, self._send)

        self._api.call(asked)

    async def _receive(self) -> dict[str, Any]:
        await asyncio.sleep(0)
        body = b"x" * 1000 if self.taken else self._head
        self.taken += len(body)
        return {"type": "http.request", "body": body, "more_body": True}

    async def _send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.answer += message.get("body", b"")


HEAD = b'--b\r\nContent-Disposition: form-data; name="images"; filename="a"\r\n\r\n'


WHOLE = 3 * LIMIT + 64 * 1024
"""Bytes of a body at most."""


def test_an_upload_without_a_length_is_read_to_the_limit_and_no_further(api: Api) -> None:
    upload = Endless(api, HEAD)
    upload.run()
    assert upload.status == 413
    assert WHOLE < upload.taken < WHOLE + 3000


def test_a_length_that_lies_changes_nothing(api: Api) -> None:
    upload = Endless(api, HEAD, **{"content-length": "10"})
    upload.run()
    assert upload.status == 413
    assert upload.taken < WHOLE + 3000


def test_a_picture_that_is_too_large_says_so_in_its_place(api: Api) -> None:
    large = picture() + bytes(LIMIT)
    good, refused, better = api.recognize(picture(), large, picture(blue=True)).json()["results"]
    assert (len(good["plates"]), len(better["plates"])) == (1, 2)
    assert refused == {"image": "1.png", "error": {"type": "too_large", "message": "over 50000 bytes"}}
    assert api.get("/v1/statistics").json()["images"] == 2


def test_a_length_that_is_too_large_is_refused_before_anything_is_read(api: Api) -> None:
    upload = Endless(api, HEAD, **{"content-length": str(10**9)})
    upload.run()
    assert (upload.status, upload.taken) == (413, 0)


def test_a_field_that_nobody_asks_for_is_bounded_too(api: Api) -> None:
    upload = Endless(api, HEAD.replace(b"images", b"other"))
    upload.run()
    assert upload.status == 400
    assert upload.taken < 64 * 1024 + 3000


def test_the_parts_of_a_form_are_bounded(api: Api) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\n\r\n'
    assert post(api, part * 66 + form(picture())).status_code == 200  # 64 and one for each picture that there may be
    problem = assert_problem(post(api, part * 67 + form(picture())), 400, "invalid_form")
    assert problem["detail"] == "over 67 parts"


def test_uploads_together_are_bounded(built_models: Path, tmp_path: Path) -> None:
    """By two requests of one picture of 50,000 bytes and the overhead of a form, of 64 KiB."""
    other = HEAD.replace(b"images", b"other")
    begun, may_end = threading.Semaphore(0), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield other + b"x" * 60_000
        begun.release()  # asked for more: those are taken
        await may_end.wait()
        yield b"\r\n" + form(picture())

    with running(built_models, tmp_path, max_upload_bytes=LIMIT, max_pictures=1) as api:
        taken = [api.begin("POST", "/v1/recognize", content=slow(), headers={"Content-Type": FORM}) for _ in "ab"]
        assert all(begun.acquire(timeout=30) for _ in taken)
        answer = post(api, other + b"x" * 112_000)
        assert_problem(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) > 0
        api.call(may_end.set)
        assert [first.result(30).status_code for first in taken] == [200, 200]
        assert texts(api.recognize(picture())) == [["AB01"]]  # all gave back what they held


def test_an_upload_that_stops_is_given_up(built_models: Path, tmp_path: Path) -> None:
    async def stopping() -> AsyncIterator[bytes]:
        yield HEAD
        await asyncio.sleep(60)

    with running(built_models, tmp_path, request_timeout_s=0.2) as api:
        assert_problem(post(api, stopping()), 408, "too_slow")


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "/etc/passwd",
        "..\\..\\boot.ini",
        "a/b.png",
        "nul\x00.png",
        "\r\nX: y",
        SQL,
        "é京\u202e.png",
    ],
)
def test_names_are_only_shown(api: Api, tmp_path: Path, name: str) -> None:
    answer = api.ask("POST", "/v1/recognize", files={"images": (name, picture())})
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    known = ("data/number-plate.db", "data/cameras/", "data/deliveries/")  # the locks of their owners may come late
    assert [Path(file).name for file in files if not file.startswith(known)] == [result["id"]]
    sighting = api.get(f"/v1/sightings/{result['plates'][0]['sighting']}").json()
    assert "\x00" not in sighting["image"]


@pytest.mark.parametrize("text", [SQL, "' OR '1'='1", "%", "_", '"; SELECT 1; --', "$(reboot)", "{{7*7}}"])
def test_sql_in_any_field_is_text(api: Api, text: str) -> None:
    api.ask("POST", "/v1/recognize", files={"images": (text, picture())}, params={"camera": text})
    for query in ({"text": text}, {"camera": "other", "text": text}, {"cursor": text}, {"region": text}):
        answer = api.get("/v1/sightings", params=query)
        assert answer.status_code in (200, 422)
        assert answer.status_code == 422 or answer.json()["items"] == []
    assert len(api.get("/v1/sightings", params={"camera": text}).json()["items"]) == 1
    assert api.get(f"/v1/plates/{quote(text, safe='')}").json()["sightings"] == 0
    assert api.delete(f"/v1/plates/{quote(text, safe='')}").status_code == 404
    assert api.get(f"/v1/sightings/{quote(text, safe='')}").status_code in (404, 422)
    assert api.get("/v1/statistics").json()["sightings"] == 1


def test_every_refusal_is_a_problem_and_counted_by_its_kind(api: Api) -> None:
    api.recognize(b"text")
    api.recognize(picture(), b"text")
    api.recognize(b"x" * (LIMIT + 1))
    figures = api.get("/metrics").text
    assert 'number_plate_pictures_refused_total{kind="unknown_format"} 2.0' in figures
    assert 'number_plate_pictures_refused_total{kind="too_large"} 1.0' in figures
    assert api.get("/v1/nothing").headers["content-type"] == PROBLEM
