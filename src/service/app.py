"""The API as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import cache, partial
from importlib.metadata import version

from fastapi import Depends, FastAPI

from src.service.api import openapi
from src.service.api.requests import only_what_is_known
from src.service.api.routes import compatible, documentation, operations, plates, recognize, sightings
from src.service.http import problems
from src.service.http.drain import PassGate
from src.service.http.host_check import RefuseOtherSites
from src.service.http.metrics import CountRequests
from src.service.lifespan import Parts, opened, serving
from src.service.settings import Settings


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> FastAPI:
    """The API, by ``settings`` or those of the environment; nothing is opened before it starts.

    ``parts`` are what is open already, and closed by whoever opened it. Raises SettingsError.
    """
    found = Settings.load() if settings is None else settings

    def opening() -> AbstractContextManager[Parts]:
        return opened(found) if parts is None else nullcontext(parts)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with opening() as open_parts:
            async with serving(open_parts) as service:
                app.state.service = service
                yield

    # a redirect would be an answer without a key, and its documents are routes like any other, for the same reason
    app = FastAPI(
        title="Number Plate",
        version=version("number-plate"),
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
    )
    for routes in (recognize, sightings, plates, compatible, operations, documentation):
        app.include_router(routes.router, dependencies=[Depends(only_what_is_known)])
    app.openapi = cache(partial(openapi.describe, app, found.require_keys))  # type: ignore[method-assign]
    problems.install(app)
    app.add_middleware(PassGate)
    if not found.require_keys:
        app.add_middleware(RefuseOtherSites)
    app.add_middleware(CountRequests)  # outermost: what the gate refuses is counted too
    return app
