"""Signing in and out: forms are sent to two addresses of the page's server, beside those of Streamlit."""

from urllib.parse import SplitResult, parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from src.service.page.sessions import COOKIE, LIFETIME_S, OPEN

SIGN_IN, SIGN_OUT = "session", "session/end"
"""They are relative to any view, so that a proxy may put the page below a path."""
FIELD = "api-key"
MOST_BYTES = 4096
"""The largest form; a key has some fifty bytes."""
SEE_OTHER, BAD_REQUEST, FORBIDDEN, TOO_LARGE = 303, 400, 403, 413


async def sign_in(request: Request) -> Response:
    """Keeps the key of the form, gives the browser a cookie that stands for it, and leads back to the view."""
    if not _is_own(request):
        return PlainTextResponse("the form is not from this page", FORBIDDEN)
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return PlainTextResponse("the form is too large", TOO_LARGE)
    (key,) = parse_qs((await request.body()).decode("utf-8", "replace")).get(FIELD, [""])[:1]
    if not key.strip().isprintable() or not key.strip():
        return PlainTextResponse("there is no key in the form", BAD_REQUEST)
    _end(request)
    response = _back(request)
    is_secure = _origin(request).scheme == "https"  # the scheme is the one that the browser sees, whatever proxies do
    response.set_cookie(COOKIE, OPEN.begin(key.strip()), LIFETIME_S, secure=is_secure, httponly=True, samesite="strict")
    return response


async def sign_out(request: Request) -> Response:
    """Ends the session of the browser."""
    if not _is_own(request):
        return PlainTextResponse("the form is not from this page", FORBIDDEN)
    _end(request)
    response = _back(request)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


ROUTES = [
    Route(f"/{SIGN_IN}", sign_in, methods=["POST"]),
    Route(f"/{SIGN_OUT}", sign_out, methods=["POST"]),
]


def _is_own(request: Request) -> bool:
    """Tells whether the form was on a page of this host: others may not sign a visitor in or out.

    Over HTTPS, where a proxy may have put another name into ``Host``, browsers state it themselves.
    """
    origin = _origin(request).netloc
    if "sec-fetch-site" in request.headers:
        return bool(origin) and request.headers["sec-fetch-site"] == "same-origin"
    return bool(origin) and origin == request.headers.get("host")


def _origin(request: Request) -> SplitResult:
    return urlsplit(request.headers.get("origin", ""))


def _end(request: Request) -> None:
    OPEN.end(request.cookies.get(COOKIE, ""))


def _back(request: Request) -> Response:
    """Leads back to the view and the filters that the visitor came from."""
    came_from = urlsplit(request.headers.get("referer", ""))
    path = f"/{came_from.path.lstrip('/')}" if came_from.netloc == _origin(request).netloc else "/"
    return RedirectResponse(f"{path}?{came_from.query}" if came_from.query else path, SEE_OTHER)
