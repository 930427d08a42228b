"""Where the passages of all sources arrive: they are saved and told, whoever brings them."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence

from src.core.cli import counted
from src.video.address import SourceError
from src.video.frame import Frame
from src.video.live import LiveSource
from src.video.output import Told
from src.video.passage import Passage, SourceRecord
from src.video.recorder import PassageFolder
from src.video.source import VideoSource
from src.video.watcher import Watcher
from src.video.writer import VideoWriteError

STATE_EVERY = 60.0
"""A live source says so often, in seconds, how it is doing."""
Sink = Callable[[Frame], None]


class Desk:
    """Tells passages one at a time. Faults are lines on standard error, and make ``status`` 1."""

    def __init__(self, tell: Callable[[Told], None], folder: PassageFolder | None = None) -> None:
        """Pictures are saved in ``folder``, where there is one."""
        self.status = 0
        self.vehicles: dict[str, int] = {}
        """How many vehicles each source has shown that have left."""
        self._tell, self._folder = tell, folder
        self._lock = threading.Lock()

    def watch(self, source: VideoSource, watcher: Watcher, sinks: Sequence[Sink] = ()) -> None:
        """Watches ``source`` to its end; ``sinks`` get every frame after the watcher.

        A sink that fails gets no more frames, and the others go on. Raises OSError where the output takes no more.
        """
        seconds, error, writing = 0.0, None, list(sinks)
        try:
            for frame in source:
                seconds = frame.time
                self._take(watcher.see(frame))
                for sink in tuple(writing):
                    try:
                        sink(frame)
                    except VideoWriteError as fault:
                        writing.remove(sink)
                        self.fault(str(fault))
        except SourceError as fault:
            error = str(fault)
        if source.fault is not None:
            error = f"{source.name}: {source.fault}"
        if error is not None:
            self.fault(error)
        self._take(watcher.end())
        if source.broken and not source.live:
            _say(f"{source.name}: {counted(source.broken, 'damaged picture')} left out")
        with self._lock:
            self._tell(
                SourceRecord(
                    source=source.name,
                    ended=error is None and not source.live,
                    frames=source.frames,
                    broken=source.broken,
                    seconds=round(seconds, 3),
                    passages=self.vehicles.get(source.name, 0),
                    error=error,
                )
            )

    def not_opened(self, name: str, message: str) -> None:
        """Tells that a source could not be opened."""
        with self._lock:
            self._tell(SourceRecord(source=name, ended=False, frames=0, broken=0, seconds=0, passages=0, error=message))
        self.fault(message)

    def fault(self, message: str) -> None:
        """Prints a fault, in one line, and makes the exit status 1."""
        self.status = 1
        _say(message)

    def _take(self, passages: Sequence[Passage]) -> None:
        for passage in passages:
            with self._lock:
                record = passage.record
                if self._folder is not None:
                    try:
                        record = self._folder.save(passage)
                    except OSError as error:
                        self.fault(f"{record.source}: picture not saved: {error.strerror or error}")
                self.vehicles[record.source] = self.vehicles.get(record.source, 0) + record.left
                self._tell(record)


def watch_live(watched: Sequence[tuple[LiveSource, Watcher, Sequence[Sink]]], desk: Desk) -> None:
    """Watches all sources at once until Ctrl-C or SIGTERM, and says on standard error how they are doing.

    Raises what ended the watching of one of them: OSError where the output takes no more.
    """
    stop, failed = threading.Event(), list[BaseException]()

    def work(source: LiveSource, watcher: Watcher, sinks: Sequence[Sink]) -> None:
        try:
            desk.watch(source, watcher, sinks)
        except BaseException as error:  # whatever it is, it is raised again where somebody sees it
            failed.append(error)
            stop.set()

    kept = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        threads = [threading.Thread(target=work, args=each, name=each[0].name) for each in watched]
        states = [_StateLine(source, desk) for source, *_ in watched]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) and not stop.wait(1.0):
            for state in states:
                state.look()
        for source, *_ in watched:
            source.close()
        for thread in threads:
            thread.join()
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    if failed:
        raise failed[0]


class _StateLine:
    """Says how a live source is doing: once a minute, and when its pictures stop or come back."""

    def __init__(self, source: LiveSource, desk: Desk) -> None:
        self._source, self._desk = source, desk
        self._online, self._said = True, time.monotonic()

    def look(self) -> None:
        """Prints a line on standard error where one is due."""
        state, now, name = self._source.state(), time.monotonic(), self._source.name
        if state.online == self._online and now - self._said < STATE_EVERY:
            return
        self._online, self._said = state.online, now
        if not state.online:
            _say(f"{name}: no pictures ({state.error or 'not connected'})")
            return
        speed = f"{state.frames_per_second:.1f} frames/s, {state.behind:.1f} s behind"
        vehicles = counted(self._desk.vehicles.get(name, 0), "vehicle")
        _say(f"{name}: {speed}, {counted(state.reconnects, 'reconnect')}, {vehicles}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
