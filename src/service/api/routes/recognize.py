"""Photographs in, plates out."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from src.service.api.auth import Here, Recognizer
from src.service.api.openapi import PICTURES, form, problems
from src.service.api.requests import IdempotencyKey, RecognizeOptions
from src.service.api.responses import Failure, Fault, Recognition, Result
from src.service.http.problems import Kind, ServiceProblem
from src.service.recognition.drawing import FileKind
from src.service.recognition.recogniser import RecognisedOrProblem, Wish

REFUSALS = (
    *(Kind.INVALID_FORM, Kind.NO_FORM, Kind.TOO_MANY_PICTURES, Kind.TOO_LARGE),
    *(Kind.UNKNOWN_FORMAT, Kind.DAMAGED, Kind.NOT_DRAWN, Kind.FAILED),
    *(Kind.TOO_SLOW, Kind.BUSY, Kind.TIMED_OUT, Kind.NOT_READ, Kind.NOT_STORED),
)
"""The problems of pictures."""

KEY_HEADER = "Idempotency-Key"
IDEMPOTENCY_PROBLEMS = (Kind.IN_WORK, Kind.KEY_REUSED, Kind.FORGOTTEN)
"""The problems that may keep a repeated request from getting the first answer."""

router = APIRouter(tags=["recognize"])


@router.post(
    "/v1/recognize",
    response_model=Recognition,
    responses=problems(*REFUSALS, *IDEMPOTENCY_PROBLEMS),
    openapi_extra=form("images", PICTURES),
)
async def recognize(
    request: Request,
    here: Here,
    actor: Recognizer,
    options: Annotated[RecognizeOptions, Query()],
    idempotency_key: Annotated[IdempotencyKey | None, Header(alias=KEY_HEADER)] = None,
) -> Response:
    """Finds and reads the plates in one picture or several, and keeps them unless `store` is false.

    The answer comes when what it says is stored. Where one of several pictures cannot be read, or not be drawn, its
    place in `results` says why, and it is not stored; where none can, the request is refused. Where the database or the
    disk fails, nothing of the request is stored.

    A client that gets no answer sends the request again with the same `Idempotency-Key`: it is read and stored once,
    whatever happens to the connection or to the service.
    """
    if len(request.headers.getlist(KEY_HEADER)) > 1:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"header.{KEY_HEADER}: is there more than once")
    draw: FileKind | None = "JPEG" if options.annotated else None
    wish = Wish("images", options, _answer, actor.key_id, draw, key=idempotency_key)
    return await here.recogniser.recognize(request, wish)


def _answer(outcomes: Sequence[RecognisedOrProblem]) -> Response:
    answer = Recognition(results=tuple(map(_result, outcomes)))
    return Response(answer.model_dump_json(), media_type="application/json")


def _result(outcome: RecognisedOrProblem) -> Result | Failure:
    if isinstance(outcome, ServiceProblem):
        return Failure(image=outcome.picture or "", error=Fault(type=str(outcome.kind), message=outcome.detail))
    drawn = f"data:image/jpeg;base64,{b64encode(outcome.drawn).decode()}" if outcome.drawn else None
    record, stored = outcome.record, outcome.stored
    sightings = stored.sightings if stored else [None] * len(record.plates)
    plates = [
        plate.model_dump() | {"sighting": known, "decision": decision}
        for plate, known, decision in zip(record.plates, sightings, outcome.decisions, strict=True)
    ]
    said = {"id": stored.id if stored and stored.is_kept else None, "plates": plates, "annotated": drawn}
    return Result.model_validate(record.model_dump() | said)
