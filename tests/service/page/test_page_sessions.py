"""Who is signed in to the page: sessions of its server, and the forms that begin and end them."""

from http.cookies import Morsel, SimpleCookie
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from src.service.page import sessions, signing
from src.service.page.sessions import COOKIE, LIFETIME_S, Session, Sessions

KEY = "np_1a2b3c4d_secret"


class Clock:
    """Stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_sessions(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Those that the forms begin and end."""
    made = Sessions(clock)
    monkeypatch.setattr(signing, "OPEN", made)
    return made


def test_a_session_stands_for_a_key_until_it_ends(open_sessions: Sessions, clock: Clock) -> None:
    first, second = open_sessions.begin(KEY), open_sessions.begin("np_other")
    assert first != second
    assert len(first) >= 43  # of 256 random bits
    assert KEY not in first
    assert (open_sessions.key(first), open_sessions.key(second)) == (KEY, "np_other")
    open_sessions.end(first)
    assert (open_sessions.key(first), open_sessions.key(second)) == (None, "np_other")
    clock.now = LIFETIME_S
    assert open_sessions.key(second) is None
    assert open_sessions.key("") is None


def test_of_too_many_sessions_the_oldest_ends(open_sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    known = [open_sessions.begin(str(number)) for number in range(3)]
    assert [open_sessions.key(one) for one in known] == [None, "1", "2"]


def test_no_log_shows_a_key() -> None:
    assert KEY not in repr(Session(KEY, 1.0))


def post(path: str, body: bytes = b"", **headers: str) -> httpx.Response:
    """What the page's server answers to a form on one of its own views, or where ``headers`` say."""
    said = {"Host": "gate:8501", "Origin": "http://gate:8501", "Referer": "http://gate:8501/search?text=834"}
    said |= {"Content-Type": "application/x-www-form-urlencoded"} | headers

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=signing.ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url="http://gate:8501") as client:
            return await client.post(path, content=body, headers={name: value for name, value in said.items() if value})

    return anyio.run(ask)


def cookie(answer: httpx.Response) -> "Morsel[Any]":
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE]


FORM = f"api-key=+{KEY}+".encode()


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(open_sessions: Sessions) -> None:
    answer = post("/session", FORM)
    given = cookie(answer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?text=834")
    assert open_sessions.key(given.value) == KEY
    assert KEY not in str(answer.headers)
    assert (given["httponly"], given["samesite"].lower(), given["path"]) == (True, "strict", "/")
    assert int(given["max-age"]) == LIFETIME_S
    assert not given["secure"]
    secure = post("/session", FORM, Origin="https://gate:8501", Referer="https://gate:8501/")
    assert cookie(secure)["secure"]


def test_signing_in_again_ends_the_earlier_session(open_sessions: Sessions) -> None:
    first = cookie(post("/session", FORM)).value
    post("/session", FORM, Cookie=f"{COOKIE}={first}")
    assert open_sessions.key(first) is None


def test_signing_out_ends_the_session_on_the_server_too(open_sessions: Sessions) -> None:
    known = open_sessions.begin(KEY)
    answer = post("/session/end", Cookie=f"{COOKIE}={known}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?text=834")
    assert open_sessions.key(known) is None
    assert cookie(answer)["max-age"] == "0"


@pytest.mark.parametrize("path", ["/session", "/session/end"])
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://gate:80", "null", ""])
def test_forms_of_other_sites_are_refused(open_sessions: Sessions, path: str, origin: str) -> None:
    known = open_sessions.begin(KEY)
    answer = post(path, FORM, Origin=origin, Cookie=f"{COOKIE}={known}")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert open_sessions.key(known) == KEY


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 303), ("same-site", 403), ("cross-site", 403), ("none", 403)]
)
def test_behind_a_proxy_that_renames_the_host_the_browser_says_where_the_form_was(
    open_sessions: Sessions, site: str, status: int
) -> None:
    outside = {"Origin": "https://plates.example", "Referer": "https://plates.example/np/search?text=8"}
    answer = post("/session", FORM, **outside, **{"Sec-Fetch-Site": site})
    assert answer.status_code == status
    assert answer.headers.get("location") == ("/np/search?text=8" if status == 303 else None)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"api-key=", 400), (b"api-key=++", 400), (b"api-key=a%0Ab", 400), (b"api-key=" + b"x" * 5000, 413)],
)
def test_what_is_no_key_begins_no_session(open_sessions: Sessions, body: bytes, status: int) -> None:
    answer = post("/session", body)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("referer", "place"),
    [
        ("https://elsewhere.example/x", "/"),
        ("", "/"),
        ("http://gate:8501//elsewhere.example/x", "/elsewhere.example/x"),
        ("http://gate:8501/np/search", "/np/search"),
    ],
)
def test_the_way_back_never_leads_elsewhere(open_sessions: Sessions, referer: str, place: str) -> None:
    assert post("/session", FORM, Referer=referer).headers["location"] == place
