"""The API as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import cache, partial
from importlib.metadata import version

from fastapi import Depends, FastAPI

from src.service.api import openapi
from src.service.api.requests import only_what_is_known
from src.service.api.routes import (
    audit,
    cameras,
    compatible,
    deliveries,
    documentation,
    keys,
    live,
    operations,
    plates,
    receivers,
    recognize,
    registry_lists,
    registry_persons,
    registry_places,
    registry_sheets,
    registry_vehicles,
    sightings,
    visits,
)
from src.service.http import problems
from src.service.http.drain import DrainRequests
from src.service.http.host_check import CheckHost
from src.service.http.metrics import CountRequests
from src.service.lifespan import Resources, opened, serving
from src.service.settings import Settings


def create_app(settings: Settings | None = None, resources: Resources | None = None) -> FastAPI:
    """Returns the API, by ``settings`` or those of the environment; nothing is opened before it starts.

    ``resources`` are open already, and whoever opened them closes them. Raises SettingsError.
    """
    found = Settings.load() if settings is None else settings

    def opening() -> AbstractContextManager[Resources]:
        return opened(found) if resources is None else nullcontext(resources)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with opening() as open_resources:
            async with serving(open_resources) as service:
                app.state.service = service
                yield

    # a redirect would be an answer without a key; FastAPI's own documents are off for the same reason, as they are
    # routes here
    app = FastAPI(
        title="Number Plate",
        version=version("number-plate"),
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
    )
    of_registry = (registry_lists, registry_places, registry_vehicles, registry_persons, registry_sheets)
    of_operators = (live, receivers, deliveries, keys, audit, operations)
    known = (recognize, sightings, plates, visits, cameras, *of_registry, compatible, *of_operators, documentation)
    for router in (*(routes.router for routes in known), live.files):
        app.include_router(router, dependencies=[Depends(only_what_is_known)])
    app.openapi = cache(partial(openapi.describe, app, found.require_keys))  # type: ignore[method-assign]
    problems.install(app)
    app.add_middleware(DrainRequests)
    if not found.require_keys:
        app.add_middleware(CheckHost)
    app.add_middleware(CountRequests)  # it is the outermost, so that it also counts what the others refuse
    return app
