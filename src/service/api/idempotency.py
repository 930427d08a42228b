"""Idempotent requests: the first one with an ``Idempotency-Key`` is answered, and repeated ones get its answer."""

import hashlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from src.service.database import Database
from src.service.http.problems import MEDIA_TYPE, RETRY_AFTER_S, Kind, ServiceProblem, cause
from src.service.recognition.multipart import File
from src.service.store import Claim, FirstAnswer, InWork, OtherRequest, claim_answer, release_claim

log = logging.getLogger(__name__)


class Idempotency:
    """Tells first requests from repeated ones."""

    def __init__(self, database: Database, lease_s: float) -> None:
        """``lease_s`` is how many seconds a first request may take; after them its process counts as killed."""
        self._database, self._lease = database, timedelta(seconds=lease_s)

    async def claim(self, caller: str, key: str, query: str, files: Sequence[File]) -> Claim | Response:
        """Returns the claim to answer this request if it is the first one with its key, else the answer of the first
        one.

        Raises ServiceProblem where the first was another request, is not answered yet, or its answer is deleted.
        """
        found = await to_thread.run_sync(self._claim, caller, key, query, files)
        if isinstance(found, OtherRequest):
            detail = "header.Idempotency-Key: it came before, with other pictures or another query"
            raise ServiceProblem(Kind.KEY_REUSED, detail)
        if isinstance(found, InWork):
            detail = f"ask again; if its process was killed, it is begun anew in {found.retry_after} s"
            raise ServiceProblem(Kind.IN_WORK, detail, retry_after=min(found.retry_after, RETRY_AFTER_S))
        if isinstance(found, FirstAnswer):
            if found.body is None:
                raise ServiceProblem(Kind.FORGOTTEN, "a plate in it was deleted; a new key reads the pictures anew")
            is_problem = found.status >= 400
            return Response(found.body, found.status, media_type=MEDIA_TYPE if is_problem else "application/json")
        return found

    @asynccontextmanager
    async def holding(self, claim: Claim) -> AsyncIterator[None]:
        """Gives the claim up at the end of the block, if no answer is kept then: the client may ask again at once."""
        try:
            yield
        finally:
            try:
                await to_thread.run_sync(release_claim, self._database, claim)
            except SQLAlchemyError as error:  # the claim lapses by itself
                log.error("a claim is not released: %s", cause(error))

    def _claim(
        self, caller: str, key: str, query: str, files: Sequence[File]
    ) -> Claim | FirstAnswer | InWork | OtherRequest:
        now = datetime.now(UTC)
        return claim_answer(self._database, caller, key, _fingerprint(query, files), now, self._lease)


def _fingerprint(query: str, files: Sequence[File]) -> str:
    """Returns a digest of the query and of the names and contents of the pictures, in their order."""
    digest = hashlib.sha256()
    for part in (query.encode(), *(part for file in files for part in (file.name.encode(), file.data))):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()
