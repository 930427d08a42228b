"""Photographs in, plates out."""

from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from src.runtime.output import describe_error
from src.service.access import Here, Recognizer
from src.service.openapi import PICTURES, form, problems
from src.service.problems import Kind, ServiceProblem
from src.service.queries import RecognizeOptions
from src.service.recognise import Recognised, Wish
from src.service.schemas import Recognition

REFUSALS = (
    *(Kind.INVALID_FORM, Kind.NO_FORM, Kind.TOO_MANY_PICTURES, Kind.TOO_LARGE),
    *(Kind.UNKNOWN_FORMAT, Kind.DAMAGED, Kind.TOO_SLOW, Kind.BUSY, Kind.TIMED_OUT, Kind.NOT_READ, Kind.NOT_STORED),
)
"""What can be wrong with pictures."""

router = APIRouter(tags=["recognize"])


@router.post(
    "/v1/recognize", response_model=Recognition, responses=problems(*REFUSALS), openapi_extra=form("images", PICTURES)
)
async def recognize(
    request: Request, here: Here, actor: Recognizer, options: Annotated[RecognizeOptions, Query()]
) -> dict[str, Any]:
    """Finds and reads the plates in one picture or several, and keeps them unless `store` is false.

    The answer comes when what it says is stored. Where one of several pictures cannot be read, its place in `results`
    says why; where none can, the request is refused.
    """
    wish = Wish("images", options, actor.key_id, draw="JPEG" if options.annotated else None)
    outcomes = await here.recogniser.recognize(request, wish)
    return {"results": [_result(outcome) for outcome in outcomes]}


def _result(outcome: Recognised | ServiceProblem) -> dict[str, Any]:
    if isinstance(outcome, ServiceProblem):
        return describe_error(outcome.picture or "", str(outcome.kind), outcome.detail)
    drawn = f"data:image/jpeg;base64,{b64encode(outcome.drawn).decode()}" if outcome.drawn else None
    return outcome.described | {"annotated": drawn}
