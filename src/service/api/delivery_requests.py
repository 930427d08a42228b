"""What may be asked of receivers and deliveries, as OpenAPI shows it."""

import re
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from src.core.result import Outcome
from src.core.schema import Closed
from src.service.api import delivery_examples as examples
from src.service.api.registry_requests import ListName, PlaceCalled
from src.service.api.requests import Identifier, _unset
from src.service.delivery.events import OF_SIGHTINGS, EventKind, ReceiverKind
from src.service.delivery.mqtt import MqttOptions
from src.service.query import PLAIN, CameraName
from src.service.text import NAME_LENGTH, name

MOST_NAMES = 100
MOST_HEADERS = 20
MOST_BODY = 10_000
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
"""Headers that say where a message goes and ends, which are the service's own."""

ReceiverName = Annotated[
    str, Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN), AfterValidator(partial(name, kind="receiver"))
]
AddressWord = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        pattern=PLAIN,
        description="`https://` or `http://` of a webhook and a barrier, `mqtts://` or `mqtt://` of a broker; without "
        "user and password. Its host is looked up now, and nothing else is connected to later",
        examples=["https://office.example/plates"],
    ),
]
Secret = Annotated[
    str,
    Field(min_length=1, max_length=1000, pattern=PLAIN, description="the password of a broker; no answer has it"),
]


def _each_once(names: list[Any]) -> list[Any]:
    return list(dict.fromkeys(names))


def _no_test(kinds: list[EventKind]) -> list[EventKind]:
    if EventKind.TEST in kinds:
        raise ValueError("a test is sent by the button alone")
    return kinds


Events = Annotated[
    list[EventKind],
    Field(max_length=20, description="the kinds of events; empty: all"),
    AfterValidator(_no_test),
    AfterValidator(_each_once),
]
Outcomes = Annotated[
    list[Outcome],
    Field(max_length=20, description="what was decided; empty: anything; of a new barrier, where unset: allowed"),
    AfterValidator(_each_once),
]
Lists = Annotated[
    list[ListName],
    Field(max_length=MOST_NAMES, description="names of lists that the vehicle is on; empty: any, and none"),
    AfterValidator(_each_once),
]
CamerasOf = Annotated[
    list[CameraName],
    Field(max_length=MOST_NAMES, description="names of cameras; empty: any"),
    AfterValidator(_each_once),
]
Places = Annotated[
    list[PlaceCalled],
    Field(max_length=MOST_NAMES, description="names of places; empty: any"),
    AfterValidator(_each_once),
]


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for called, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", called) or called.lower() in _OWN_HEADERS:
            raise ValueError("there is a name that no header may have here")
        if not re.fullmatch(r"[ -~\xa0-\xff]{0,1000}", value) or value != value.strip():
            raise ValueError("there is a value that no header may have")
    if len({called.lower() for called in headers}) < len(headers):
        raise ValueError("there is a header twice")
    return headers


class NoOptions(Closed):
    """A webhook has no options."""


class BarrierOptions(Closed):
    """How the controller of a barrier is called."""

    method: Literal["POST", "GET", "PUT"] = "POST"
    headers: Annotated[dict[str, str], Field(max_length=MOST_HEADERS), AfterValidator(_headers)] | None = Field(
        default=None,
        description="in answers each value is ***, and one that is sent as *** stays as it is; null: all stay",
    )
    body: Annotated[str, Field(max_length=MOST_BODY)] | None = None
    timeout_s: Annotated[float, Field(ge=0.5, le=10)] = Field(default=3, description="seconds that a call may take")


_OF_KIND: dict[ReceiverKind, type[Closed]] = {
    ReceiverKind.WEBHOOK: NoOptions,
    ReceiverKind.MQTT: MqttOptions,
    ReceiverKind.BARRIER: BarrierOptions,
}


def _said_of_one(sent: Any, taken: ValidatorFunctionWrapHandler) -> Any:
    """Has a fault told of the one kind of options whose fields were sent, and not of those of the other kinds."""
    try:
        return taken(sent)
    except ValidationError:
        for kind in (MqttOptions, BarrierOptions):
            if isinstance(sent, dict) and sent and sent.keys() <= kind.model_fields.keys():
                kind.model_validate(sent)
        raise


Options = Annotated[MqttOptions | BarrierOptions | NoOptions, WrapValidator(_said_of_one)]


class WrongOptionsError(ValueError):
    """The error of options that another kind of receiver has; the message is one line that begins with the field."""


def options_of(kind: ReceiverKind, sent: Closed) -> dict[str, Any]:
    """Returns the options of a receiver of this kind, with their defaults. Raises WrongOptionsError."""
    try:
        return _OF_KIND[kind].model_validate(sent.model_dump(exclude_unset=True)).model_dump()
    except ValidationError as error:
        where = ".".join(("options", *map(str, error.errors()[0]["loc"])))
        raise WrongOptionsError(f"{where}: a {kind} has no such option") from None


def check_kind(kind: ReceiverKind, events: list[EventKind], has_secret: bool) -> None:
    """Raises WrongOptionsError for what this kind of receiver cannot have."""
    if kind is ReceiverKind.BARRIER and not set(events) <= OF_SIGHTINGS:
        raise WrongOptionsError("events: a barrier opens for sightings alone")
    if kind is not ReceiverKind.MQTT and has_secret:
        raise WrongOptionsError("secret: the service makes that of a webhook, and a barrier has headers")


class NewReceiver(Closed):
    """Somebody who is to be told of events."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_RECEIVER, examples.NEW_BARRIER]})

    name: ReceiverName
    kind: ReceiverKind
    address: AddressWord
    secret: Secret | None = None
    options: Options = Field(default_factory=NoOptions, description="those of its kind")
    events: Events = Field(default_factory=list)
    outcomes: Outcomes = Field(default_factory=list)
    lists: Lists = Field(default_factory=list)
    cameras: CamerasOf = Field(default_factory=list)
    places: Places = Field(default_factory=list)
    enabled: bool = True

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        options_of(self.kind, self.options)
        check_kind(self.kind, self.events, self.secret is not None)
        if self.kind is ReceiverKind.BARRIER and not (self.places or self.cameras):
            raise ValueError("a barrier needs a place or a camera, or it would open for all of them")
        return self

    def fields(self) -> dict[str, Any]:
        """Returns the fields as they are stored."""
        said = self.model_dump(mode="json") | {"options": options_of(self.kind, self.options)}
        if self.kind is ReceiverKind.BARRIER and "outcomes" not in self.model_fields_set:
            said["outcomes"] = [str(Outcome.ALLOWED)]
        return said


class ReceiverChange(Closed):
    """What is to be changed of a receiver; what is not sent stays as it is. Its kind stays, too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}, {"outcomes": ["denied", "unsure"]}]})

    name: ReceiverName = Field(default="", json_schema_extra=_unset)
    address: AddressWord = Field(default="", json_schema_extra=_unset)
    secret: Secret | None = Field(default=None, json_schema_extra=_unset)
    options: Options = Field(default_factory=NoOptions, json_schema_extra=_unset)
    events: Events = Field(default_factory=list, json_schema_extra=_unset)
    outcomes: Outcomes = Field(default_factory=list, json_schema_extra=_unset)
    lists: Lists = Field(default_factory=list, json_schema_extra=_unset)
    cameras: CamerasOf = Field(default_factory=list, json_schema_extra=_unset)
    places: Places = Field(default_factory=list, json_schema_extra=_unset)
    enabled: bool = Field(default=True, json_schema_extra=_unset)

    def fields(self, kind: ReceiverKind) -> dict[str, Any]:
        """Returns what is sent, as it is stored of a receiver of this kind. Raises WrongOptionsError."""
        said = self.model_dump(mode="json", exclude_unset=True)
        check_kind(kind, self.events, self.secret is not None)
        return said | ({"options": options_of(kind, self.options)} if "options" in said else {})


class OfReceiver(Closed):
    """Whose deliveries are meant."""

    receiver: Identifier | None = Field(default=None, description="the identifier of a receiver; unset: all")
