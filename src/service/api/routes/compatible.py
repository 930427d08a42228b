"""The two routes of the original project, for clients that were written for it."""

from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from src.service import store
from src.service.api.auth import Here, Looker, Recognizer
from src.service.api.openapi import PICTURE, form, pictures, problems
from src.service.api.requests import RecognizeOptions
from src.service.api.routes.answers import drawn, existing, of_kind
from src.service.api.routes.recognize import REFUSALS
from src.service.http.problems import Kind
from src.service.query import PLAIN
from src.service.recognition.recogniser import Recognised, RecognisedOrProblem, Wish
from src.service.store import Action

router = APIRouter(tags=["compatible"])


@router.post(
    "/upload_image/",
    response_class=Response,
    responses=pictures("image/png") | problems(*REFUSALS),
    openapi_extra=form("file", PICTURE),
)
async def upload_image(request: Request, here: Here, actor: Recognizer) -> Response:
    """Finds, reads and keeps the plates of one picture, and answers with the picture, its plates marked."""
    wish = Wish("file", RecognizeOptions(), _drawn, actor.key_id, draw="PNG", most=1)
    return await here.recogniser.recognize(request, wish)


@router.get(
    "/send_image/{name:path}",
    response_class=Response,
    responses=pictures("image/png") | problems(Kind.NOT_FOUND, Kind.NOT_DRAWN),
)
async def send_image(
    here: Here, actor: Looker, name: Annotated[str, Path(min_length=1, max_length=255, pattern=PLAIN)]
) -> Response:
    """The picture that was uploaded last under this name, its plates marked."""
    database = here.resources.database
    await to_thread.run_sync(store.record, database, Action.PICTURE, name, actor)
    stored = await to_thread.run_sync(store.latest_picture, database, here.resources.pictures, name)
    return await drawn(here, existing(stored, "picture"), "PNG")


def _drawn(outcomes: Sequence[RecognisedOrProblem]) -> Response:
    (outcome,) = outcomes
    assert isinstance(outcome, Recognised)  # if it is a problem, the problem is the answer
    return of_kind(outcome.drawn, "PNG")
