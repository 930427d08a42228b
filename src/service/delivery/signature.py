"""Signs what webhooks are sent, and verifies it, as Standard Webhooks 1.0 has it (https://www.standardwebhooks.com).

HMAC-SHA256 over the identifier, the time and the body. What is verified came from whoever knows the secret, as it is,
and was signed in the last five minutes. The same message may come twice, from the service or from somebody who has
heard it: its identifier is the same, and whoever must not act twice remembers identifiers for ten minutes or longer.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
VERSION = "v1"
KEY_BYTES = 32
TOLERANCE = timedelta(minutes=5)
"""How far the clocks of sender and receiver, and the way between them, may set a message apart from now."""


class SignatureError(ValueError):
    """The error of a message that is not to be believed; the message says why."""


def new_secret() -> str:
    """Returns a new secret, as both sides keep it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Returns the three headers of a message that is sent ``at`` a time."""
    seconds = str(int(at.timestamp()))
    signature = f"{VERSION},{_digest(secret, message_id, seconds, body)}"
    return {ID: message_id, TIMESTAMP: seconds, SIGNATURE: signature}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Returns the identifier of a message that is to be believed. Raises SignatureError.

    ``headers`` may be in capitals or not. Of several signatures, as there are while a secret is renewed, one has to be
    right.
    """
    said = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, seconds, signatures = (said[name] for name in (ID, TIMESTAMP, SIGNATURE))
    except KeyError as missing:
        raise SignatureError(f"there is no header {missing.args[0]}") from None
    try:
        at = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureError(f"{TIMESTAMP} is no time") from None
    if not abs(now - at) <= TOLERANCE:
        raise SignatureError(f"it was signed at {at.isoformat()}, too long before or after now")
    right = _digest(secret, message_id, seconds, body).encode()
    found = False
    for each in signatures.split():
        version, _, given = each.partition(",")
        found |= version == VERSION and hmac.compare_digest(given.encode(), right)
    if not found:
        raise SignatureError("no signature is right")
    return message_id


def _digest(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = f"{message_id}.{seconds}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
