"""The audit, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query

from src.service import store
from src.service.api.access import AuditRecord, AuditRecords
from src.service.api.auth import Administrator, Here
from src.service.api.openapi import problems
from src.service.store import Action, AuditQuery

router = APIRouter(tags=["audit"])


@router.get("/v1/audit", response_model=AuditRecords, responses=problems())
def audit(here: Here, actor: Administrator, query: Annotated[AuditQuery, Query()]) -> AuditRecords:
    """Who looked what up, deleted what, and changed what, newest first, page by page; reading it is audited, too."""
    asked = query.model_dump(mode="json", exclude_none=True)
    store.record(here.resources.database, Action.AUDIT, None, actor, asked)
    page = store.search_audit(here.resources.database, query)
    items = [AuditRecord.model_validate(each) for each in page.items]
    return AuditRecords(items=items, next=page.next_cursor, total=page.total)
