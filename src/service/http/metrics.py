"""The figures for Prometheus; each app counts by itself."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "number_plate"
STAGES = ("wait", "decode", "detect", "read", "store")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """The service's own figures, and those of its process."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        """``waiting`` tells how many pictures the queue holds."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = self._counter("requests", "Requests answered.", "method", "route", "status")
        self._plates = self._counter("plates_read", "Plates found and read.")
        self._refused = self._counter("pictures_refused", "Pictures that were not read.", "kind")
        self._seconds = Histogram(
            f"{PREFIX}_stage_seconds",
            "Seconds that a picture spent in each stage; what it shared with others is shared out among them.",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        for stage in STAGES:
            self._seconds.labels(stage)  # there from the start, at zero
        queue = Gauge(f"{PREFIX}_queue_pictures", "Pictures that wait to be read.", registry=self.registry)
        queue.set_function(waiting)

    def answered(self, method: str, route: str, status: int) -> None:
        """Counts one request."""
        self._requests.labels(method, route, status).inc()

    def read(self, plates: int) -> None:
        """Counts one picture that was read, with so many plates."""
        self._plates.inc(plates)

    def refused(self, kind: str) -> None:
        """Counts one picture that was not read."""
        self._refused.labels(kind).inc()

    def spent(self, stage: str, seconds: float) -> None:
        """Counts the seconds that one picture spent in a stage."""
        self._seconds.labels(stage).observe(seconds)

    def exposition(self) -> bytes:
        """Returns all figures in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", what, labels, registry=self.registry)


class CountRequests:
    """Middleware that counts requests by the templates of routes. Paths are no labels: they hold plates, or
    anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500  # an answer that was never begun counts as this

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path_format", "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            metrics: Metrics = scope["app"].state.service.metrics
            metrics.answered(method, route, status)
