"""Checks the hosts that requests name, as nothing else keeps other sites out of a service without keys.

A browser in the service's network sends whatever requests a page tells it to.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from src.service.http.problems import Kind, ServiceProblem, respond

HARMLESS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing, and whose answers browsers keep from other sites."""


class CheckHost:
    """Middleware that refuses requests by way of another site, with two checks.

    ``Host`` must be no name of the internet, as the owner of such a name can make it lead here (DNS rebinding). A
    request that changes something must not come from a page of another host.
    """

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
    """Returns the host in ``url``, without its port; None where ``url`` is damaged."""
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
