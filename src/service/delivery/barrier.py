"""Opens barriers, each by one plain HTTP request that its controller knows."""

import json
import ssl
from collections.abc import Sequence

from src.service.delivery.calls import Caller, Times
from src.service.delivery.destinations import Network
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent

AT_A_TIME = 8
TIMEOUT_S = 3.0


class BarrierSender:
    """Calls the controllers of barriers. Nothing of the event is sent but that it is time to open."""

    def __init__(self, allowed: Sequence[Network], context: ssl.SSLContext | None = None) -> None:
        """``allowed`` are the networks that are not public and may be called."""
        self._caller = Caller(allowed, AT_A_TIME, context, keeps=False)

    async def send(self, delivery: Outgoing) -> Sent | Failed:
        """Makes the request."""
        receiver, options = delivery.receiver, delivery.receiver.options
        seconds = float(options.get("timeout_s") or TIMEOUT_S)
        headers: dict[str, str] = {} if receiver.secret is None else json.loads(receiver.secret)
        body = str(options.get("body") or "").encode()
        times = Times(seconds, seconds, seconds)
        return await self._caller.call(receiver, str(options.get("method") or "POST"), headers, body, times)

    def know(self, receivers: Sequence[Receiver]) -> None:
        """Forgets the connections to all other receivers."""
        self._caller.know(receivers)

    async def close(self) -> None:
        """Ends all connections."""
        await self._caller.close()
