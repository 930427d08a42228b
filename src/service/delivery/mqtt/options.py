"""What a receiver of the kind ``mqtt`` has beside its address and its password."""

import ssl
from typing import Annotated

from pydantic import AfterValidator, Field

from src.core.schema import Closed
from src.service.query import PLAIN
from src.service.text import NAME_LENGTH


def _loadable(pem: str) -> str:
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ValueError("is no certificate in PEM") from None
    return pem


Prefix = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")]
Certificate = Annotated[str, Field(min_length=1, max_length=16_000), AfterValidator(_loadable)]


class MqttOptions(Closed):
    """How a broker is spoken to. Its password is the receiver's secret."""

    user: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN)] | None = Field(
        default=None, description="the name at the broker"
    )
    prefix: Prefix = Field(default="number-plate", description="what the topics begin with")
    discovery: bool = Field(default=True, description="whether Home Assistant finds the cameras by itself")
    certificate: Certificate | None = Field(
        default=None,
        description="whom the certificate of a broker (mqtts://) is signed by, in PEM; null: whom the system trusts",
    )
