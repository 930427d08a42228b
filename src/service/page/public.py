"""Where the browsers of visitors find the API, whose live view and zones the page links to.

The address that the page itself uses may lead nowhere in a browser, as in a network of containers.
"""

from ipaddress import ip_address
from urllib.parse import quote, urlsplit


def public_api(api: str, stated: str, page: str) -> str:
    """Returns the address of the API for a browser that shows the page at the address ``page``.

    ``stated`` is what the operator says: an address or, as in ``:8000``, a port of the host that the page has; empty,
    it is ``api``, the address that the page uses, with the page's host in the place of this machine.
    """
    if stated and not stated.startswith(":"):
        return stated.rstrip("/")
    shown, used = urlsplit(page), urlsplit(api)
    if stated:
        return f"{shown.scheme}://{_bracketed(shown.hostname or '127.0.0.1')}{stated.rstrip('/')}"
    if not _is_loopback(used.hostname or "") or not shown.hostname:
        return api
    port = "" if used.port is None else f":{used.port}"
    return f"{used.scheme}://{_bracketed(shown.hostname)}{port}{used.path}"


def live(api: str, language: str, camera: str | None = None) -> str:
    """Returns the address of the live view, or of the zone of the ``camera`` with this identifier."""
    place = "" if camera is None else f"&camera={quote(camera, safe='')}"
    return f"{api}/live#lang={language}{place}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
