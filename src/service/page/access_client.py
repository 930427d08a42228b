"""The part of the API that is about keys and the audit, as the page sees it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from src.service.api.access import AuditRecords, KeyRecord, KeyRecords, MadeKey, OwnKey
from src.service.page.client import ApiClient, Json

MOST = 500
"""The most entries that the API gives on one page."""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries of the audit are asked for; what is None does not matter."""

    action: str | None = None
    key: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50


class AccessClient:
    """One visitor's way to keys and the audit. Every method raises ServiceError."""

    def __init__(self, api: ApiClient) -> None:
        """``api`` has the visitor's key."""
        self._api = api

    def own_key(self) -> OwnKey:
        """Returns what the visitor's key may do."""
        return self._api.said(OwnKey, "GET", "/v1/key")

    def every_key(self) -> list[KeyRecord]:
        """Returns all keys that were ever made."""
        return self._api.said(KeyRecords, "GET", "/v1/keys", {"limit": MOST}).items

    def create_key(self, fields: Json) -> MadeKey:
        """Makes a key and returns it with its secret."""
        return self._api.said(MadeKey, "POST", "/v1/keys", json=fields)

    def change_key(self, key: str, fields: Json) -> None:
        """Changes these fields of a key, and leaves the others."""
        self._api.send("PATCH", f"/v1/keys/{quote(key, safe='')}", json=fields)

    def revoke_key(self, key: str) -> None:
        """Makes a key useless, for good."""
        self._api.send("POST", f"/v1/keys/{quote(key, safe='')}/revoke")

    def audit(self, query: AuditQuery, cursor: str | None) -> AuditRecords:
        """Returns a page of the audit, newest first."""
        asked = {
            "action": query.action,
            "key": query.key,
            "since": None if query.since is None else query.since.isoformat(),
            "until": None if query.until is None else query.until.isoformat(),
            "limit": query.limit,
            "cursor": cursor,
        }
        return self._api.said(AuditRecords, "GET", "/v1/audit", asked)
