"""What keeps other sites out of a service without keys: a browser on its network asks whatever a page tells it to."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from src.service.http.problems import Kind, ServiceProblem, respond

HARMLESS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing, and whose answers browsers keep from other sites."""


class CheckHost:
    """Middleware that refuses names of the internet, which lead to this service once their owner says so (DNS
    rebinding), and changes that a page of another host asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (fault := _fault(scope["method"], Headers(scope=scope))):
            problem = ServiceProblem(Kind.FOREIGN_SITE, fault, headers={"Connection": "close"})
            await respond(problem, scope["path"])(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _fault(method: str, headers: Headers) -> str | None:
    host, origin = _name(f"//{headers.get('host', '')}"), headers.get("origin")
    if host is None or not _is_near(host):
        return "Host: without API keys it is an address, localhost or a name without dots"
    if method not in HARMLESS and origin is not None and _name(origin) != host:
        return "Origin: without API keys it is the host that is asked"
    return None


def _name(url: str) -> str | None:
    """The host in ``url``, without its port; None: that is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return None


def _is_near(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." not in host
    return True
