"""The figures for Prometheus; each app counts by itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "number_plate"
STAGES = ("wait", "decode", "detect", "read", "store")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


ENDED = {
    "delivered": "Deliveries that arrived.",
    "failed": "Attempts to deliver that failed, and are tried again.",
    "dead": "Deliveries that were given up.",
}


class CameraFigures(Protocol):
    """What is counted of a camera."""

    @property
    def online(self) -> bool: ...

    @property
    def frames_per_second(self) -> float: ...


class _CameraCollector(Collector):
    """The figures of the cameras at the moment in which somebody asks."""

    def __init__(self) -> None:
        self.states: Callable[[], Mapping[str, CameraFigures]] = dict
        """Tells how each camera is, by its name."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yields the figures."""
        states = self.states()
        watched = GaugeMetricFamily(f"{PREFIX}_cameras", "Cameras that are to be watched.")
        watched.add_metric([], len(states))
        online = GaugeMetricFamily(f"{PREFIX}_cameras_online", "Cameras whose pictures come.")
        online.add_metric([], sum(state.online for state in states.values()))
        frames = GaugeMetricFamily(
            f"{PREFIX}_camera_frames_per_second", "Pictures that a camera sends.", labels=["camera"]
        )
        for name, state in states.items():
            frames.add_metric([name], state.frames_per_second)
        yield from (watched, online, frames)


class _DeliveryCollector(Collector):
    """The figures of the deliveries, by kind of receiver, at the moment in which somebody asks."""

    def __init__(self) -> None:
        self.waiting: Callable[[], Mapping[Any, int]] = dict
        self.ended: Callable[[], Mapping[tuple[Any, str], int]] = dict

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Yields the figures."""
        waiting = GaugeMetricFamily(f"{PREFIX}_deliveries_waiting", "Deliveries that wait.", labels=["kind"])
        for kind, number in self.waiting().items():
            waiting.add_metric([str(kind)], number)
        yield waiting
        ended = self.ended()
        for what, said in ENDED.items():
            counted = CounterMetricFamily(f"{PREFIX}_deliveries_{what}", said, labels=["kind"])
            for kind in self.waiting():
                counted.add_metric([str(kind)], ended.get((kind, what), 0))
            yield counted


class Metrics:
    """The service's own figures, and those of its process."""

    def __init__(self, waiting: Callable[[], int], listening: Callable[[], int]) -> None:
        """``waiting`` tells how many pictures the queue holds, ``listening`` how many streams of events are open."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._cameras = _CameraCollector()
        self.registry.register(self._cameras)
        self._deliveries = _DeliveryCollector()
        self.registry.register(self._deliveries)
        self._requests = self._counter("requests", "Requests answered.", "method", "route", "status")
        self._plates = self._counter("plates_read", "Plates found and read.")
        self._refused = self._counter("pictures_refused", "Pictures that were not read.", "kind")
        self._passages = self._counter("passages", "Passages that cameras told and that are stored.")
        self._seconds = Histogram(
            f"{PREFIX}_stage_seconds",
            "Seconds that a picture spent in each stage; what it shared with others is shared out among them.",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        for stage in STAGES:
            self._seconds.labels(stage)  # there from the start, at zero
        self._gauge("queue_pictures", "Pictures that wait to be read.", waiting)
        self._gauge("live_listeners", "Streams of events that are open.", listening)

    def answered(self, method: str, route: str, status: int) -> None:
        """Counts one request."""
        self._requests.labels(method, route, status).inc()

    def read(self, plates: int) -> None:
        """Counts one picture that was read, with so many plates."""
        self._plates.inc(plates)

    def refused(self, kind: str) -> None:
        """Counts one picture that was not read."""
        self._refused.labels(kind).inc()

    def passed(self) -> None:
        """Counts one passage that a camera told."""
        self._passages.inc()

    def cameras_are(self, states: Callable[[], Mapping[str, CameraFigures]]) -> None:
        """Takes the figures of the cameras from ``states``, which tells how each of them is, by its name."""
        self._cameras.states = states

    def deliveries_are(
        self, waiting: Callable[[], Mapping[Any, int]], ended: Callable[[], Mapping[tuple[Any, str], int]]
    ) -> None:
        """Takes the figures of the deliveries: how many wait of each kind of receiver, and of each kind and how it
        ended how many there were.
        """
        self._deliveries.waiting, self._deliveries.ended = waiting, ended

    def spent(self, stage: str, seconds: float) -> None:
        """Counts the seconds that one picture spent in a stage."""
        self._seconds.labels(stage).observe(seconds)

    def exposition(self) -> bytes:
        """Returns all figures in Prometheus' text format."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, what: str, current: Callable[[], int]) -> None:
        Gauge(f"{PREFIX}_{name}", what, registry=self.registry).set_function(current)

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
