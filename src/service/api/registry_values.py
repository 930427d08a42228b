"""What requests and answers about the registry have in common, as OpenAPI shows it."""

from typing import Annotated, Literal

from pydantic import Field

from src.core.schema import Closed

ListKind = Literal["allow", "deny", "watch"]
PersonRole = Literal["owner", "driver"]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]


class Hours(Closed):
    """A time of the day at the place; where `until` is not later than `from`, it is on the next day."""

    from_: Clock = Field(validation_alias="from", serialization_alias="from")
    until: Clock
