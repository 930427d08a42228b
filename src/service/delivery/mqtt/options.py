"""What a receiver of the kind ``mqtt`` has beside its address and its password."""

import ssl
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from src.core.schema import Closed

PORTS = {"mqtt": 1883, "mqtts": 8883}
"""The schemes of a broker's address, and the ports where it names none."""
_TOPIC = r"^[^\x00-\x20\x7f+#/$][^\x00-\x1f\x7f+#/]*(/[^\x00-\x1f\x7f+#/]+)*$"
"""A topic without wildcards and empty levels; those that begin with $ are the broker's own."""


def _loadable(pem: str) -> str:
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ValueError("is no certificate in PEM") from None
    return pem


Topic = Annotated[str, Field(min_length=1, max_length=128, pattern=_TOPIC)]
Certificate = Annotated[str, Field(min_length=1, max_length=65_536), AfterValidator(_loadable)]


class MqttOptions(Closed):
    """How a broker is spoken to. Its password is the receiver's secret."""

    user: str | None = Field(default=None, min_length=1, max_length=255, description="the name at the broker")
    prefix: Topic = Field(default="number-plate", description="what all topics begin with")
    discovery: Topic | None = Field(
        default="homeassistant", description="the topic at which Home Assistant looks for devices; null: not told"
    )
    certificate: Certificate | None = Field(
        default=None, description="whom the broker's certificate is signed by, in PEM; null: whom the system trusts"
    )


def broker_of(address: str) -> tuple[str, int, bool]:
    """Returns the host and the port of ``mqtt://host`` or ``mqtts://host:port``, and whether TLS is spoken.

    Raises ValueError for another address.
    """
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("a broker's address begins with mqtt:// or mqtts://, and has a host")
    return parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "mqtts"
