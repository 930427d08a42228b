"""What may be asked and is answered about keys and the audit, as OpenAPI shows it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from src.core.schema import Closed
from src.service.api import examples
from src.service.query import PLAIN, Moment
from src.service.scopes import Role, Scope
from src.service.text import NAME_LENGTH, name

MOST_REQUESTS = 999_999_999


def _ahead(moment: datetime) -> datetime:
    if moment <= datetime.now(UTC):
        raise ValueError(f"{moment.isoformat()} is over already")
    return moment


KeyName = Annotated[
    str,
    Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN, description="whose key it is"),
    AfterValidator(lambda text: name(text, "key")),
]
Expiry = Annotated[
    Moment,
    AfterValidator(_ahead),
    Field(description="from when on it is of no use; without a time zone it is the service's own; null: never"),
]
Requests = Annotated[int, Field(ge=1, le=MOST_REQUESTS)]
PER_MINUTE = "requests in a minute at most; null: any number"
PER_DAY = "requests on a day of UTC at most; null: any number"
BESIDE = "what it may be used for beside what its role allows"


class NewKey(Closed):
    """A key that is to be made: of a role, or with scopes, or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_KEY]})

    name: KeyName
    role: Role | None = None
    scopes: Annotated[list[Scope], Field(max_length=len(Scope), description=BESIDE)] = Field(default_factory=list)
    expires: Expiry | None = None
    per_minute: Requests | None = Field(default=None, description=PER_MINUTE)
    per_day: Requests | None = Field(default=None, description=PER_DAY)

    @model_validator(mode="after")
    def _is_of_use(self) -> Self:
        if self.role is None and not self.scopes:
            raise ValueError("a key without a role or scopes is of no use")
        return self


def _unset(schema: dict[str, Any]) -> None:
    """Takes the default out of the schema of a field that is left as it is where it is not sent."""
    schema.pop("default", None)


class KeyChange(Closed):
    """What is to be changed of a key; what is not sent stays as it is. What it may be used for stays, too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"per_minute": 60}, {"expires": None}]})

    name: KeyName = Field(default="", json_schema_extra=_unset)
    expires: Expiry | None = Field(default=None, json_schema_extra=_unset)
    per_minute: Requests | None = Field(default=None, description=PER_MINUTE, json_schema_extra=_unset)
    per_day: Requests | None = Field(default=None, description=PER_DAY, json_schema_extra=_unset)


class KeyRecord(BaseModel):
    """A key, without its secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.KEY]})

    id: str
    name: str
    prefix: str = Field(description="what the secret begins with")
    role: Role | None
    scopes: list[Scope] = Field(description=BESIDE)
    allows: list[Scope] = Field(description="all that it may be used for")
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    per_minute: int | None = Field(description=PER_MINUTE)
    per_day: int | None = Field(description=PER_DAY)
    used_today: int = Field(description="requests since midnight of UTC")
    state: Literal["valid", "expired", "revoked"]


class MadeKey(KeyRecord):
    """A key that was just made, with its secret: this answer alone has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.KEY | {"secret": examples.SECRET}]})

    secret: str = Field(description="the key itself, as clients send it; nobody can look it up later")


class KeyRecords(BaseModel):
    """A page of keys, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.KEY], "next": None, "total": 1}]})

    items: list[KeyRecord]
    next: str | None = Field(description="`cursor` of the next page; null on the last one")
    total: int = Field(description="keys on all pages")


class OwnKey(BaseModel):
    """The key of this very request. Where keys are not required, anything is allowed, and all else is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.OWN_KEY]})

    required: bool = Field(description="whether requests need a key")
    id: str | None
    name: str | None
    prefix: str | None
    role: Role | None
    allows: list[Scope] = Field(description="all that it may be used for")
    expires: datetime | None
    per_minute: int | None = Field(description=PER_MINUTE)
    per_day: int | None = Field(description=PER_DAY)


class AuditKey(BaseModel):
    """The key that did something; it may be revoked since."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    prefix: str


class AuditRecord(BaseModel):
    """Who did what, and when."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.AUDIT]})

    id: str
    at: datetime
    action: str
    subject: str | None = Field(
        description="what it was done to: an identifier, a name, or the plate that was looked for; null where it is "
        "too old, or was deleted on demand"
    )
    detail: dict[str, Any] | None
    key: AuditKey | None = Field(
        description="whose request it was; null where keys were not required, for the service itself, and for its "
        "operator on its machine"
    )
    remote: str | None = Field(description="the address that the request came from")


class AuditRecords(BaseModel):
    """A page of the audit, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.AUDIT], "next": None, "total": 1}]})

    items: list[AuditRecord]
    next: str | None = Field(description="`cursor` of the next page; null on the last one")
    total: int | None = Field(description="entries on all pages; null on pages that a `cursor` asks for")
