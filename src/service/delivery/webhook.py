"""Sends events to webhooks: JSON by POST, signed as Standard Webhooks has it."""

import json
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from src.service.delivery.calls import Caller, Times
from src.service.delivery.destinations import Network
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent
from src.service.delivery.signature import sign

AT_A_TIME = 8
"""The requests on their way to one webhook at most."""
TIMES = Times(connect_s=5, read_s=10, total_s=15)


def _now() -> datetime:
    return datetime.now(UTC)


class WebhookSender:
    """Sends to webhooks."""

    def __init__(
        self,
        allowed: Sequence[Network],
        times: Times = TIMES,
        context: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """``allowed`` are the networks that are not public and may be called; ``now`` tells when it is signed."""
        self._caller, self._times, self._now = Caller(allowed, AT_A_TIME, context), times, now

    async def send(self, delivery: Outgoing) -> Sent | Failed:
        """Sends one event; its identifier is the same, and its signature another one, each time."""
        if delivery.receiver.secret is None:
            return Failed("it has no secret to sign with; renew it")
        body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
        signed = sign(delivery.receiver.secret, delivery.event_id, self._now(), body)
        headers = {"Content-Type": "application/json", **signed}
        return await self._caller.call(delivery.receiver, "POST", headers, body, self._times)

    def know(self, receivers: Sequence[Receiver]) -> None:
        """Forgets the connections to all other receivers."""
        self._caller.know(receivers)

    async def close(self) -> None:
        """Ends all connections."""
        await self._caller.close()
