"""FastAPI dependencies that say who may ask for what."""

from datetime import UTC, datetime
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service
from src.service.store import Actor, Allowed, Key, Scope, count_use, verify_key

_ABOUT = "An API key, np_...; needed once the operator has set NUMBER_PLATE_REQUIRE_KEYS."
_bearer = HTTPBearer(scheme_name="bearer", description=_ABOUT, auto_error=False)
_header = APIKeyHeader(name="X-API-Key", scheme_name="header", description=_ABOUT, auto_error=False)


def service(request: Request) -> Service:
    """Returns the service that answers ``request``."""
    found: Service = request.app.state.service
    return found


Here = Annotated[Service, Depends(service)]


async def actor(
    request: Request,
    here: Here,
    wanted: SecurityScopes,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> Actor:
    """Returns whose request it is. Where keys are needed, its key is valid, allows this, and is within its limits.

    Raises ServiceProblem, before anything of the body is read.
    """
    remote = request.client.host if request.client else None
    if not here.resources.settings.require_keys:
        return Actor(None, remote)
    secret = bearer.credentials if bearer else header
    key = await to_thread.run_sync(_admitted, here, secret or "", [Scope(scope) for scope in wanted.scopes])
    return Actor(key.id, remote, key.allows(Scope.PERSONS))


def _admitted(here: Service, secret: str, scopes: list[Scope]) -> Key:
    database, now = here.resources.database, datetime.now(UTC)
    key = verify_key(database, secret, now) if secret else None
    if key is None:
        raise ServiceProblem(
            Kind.NO_KEY, "Authorization: Bearer np_... or X-API-Key: np_...", headers={"WWW-Authenticate": "Bearer"}
        )
    for scope in scopes:
        if not key.allows(scope):
            raise ServiceProblem(Kind.WRONG_SCOPE, f"it lacks the scope {scope.value}")
    use = count_use(database, key, now)
    if not isinstance(use, Allowed):
        detail = f"its limit {use.limit} is reached, ask again in {use.retry_after} s"
        raise ServiceProblem(Kind.LIMIT_REACHED, detail, retry_after=use.retry_after)
    return key


Anybody = Annotated[Actor, Security(actor)]
"""Whoever has a valid key."""
Recognizer = Annotated[Actor, Security(actor, scopes=[Scope.RECOGNIZE])]
Looker = Annotated[Actor, Security(actor, scopes=[Scope.READ])]
Deleter = Annotated[Actor, Security(actor, scopes=[Scope.DELETE])]
Registrar = Annotated[Actor, Security(actor, scopes=[Scope.REGISTRY])]
PersonKeeper = Annotated[Actor, Security(actor, scopes=[Scope.PERSONS])]
Corrector = Annotated[Actor, Security(actor, scopes=[Scope.CORRECT])]
Administrator = Annotated[Actor, Security(actor, scopes=[Scope.ADMIN])]
