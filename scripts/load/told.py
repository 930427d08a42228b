"""Receivers of a loaded service: who is told of every sighting, what it costs, and whether it all arrived.

They are switched on and off in turns within one run, so that what else the machine has to do counts alike with them
and without. With ``hanging`` ones it is those that are switched, and the others are told all the time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import delete, func, select, update

from scripts.load.ledger import Ledger
from scripts.load.receivers import Arrival, arrivals
from scripts.load.report import spread
from src.service.database import Database, tables
from src.service.delivery.events import ReceiverKind, State

NETWORKS = "127.0.0.0/8"
"""Where the receivers are: the service has to allow it."""
TURN_S = 10.0
"""About so long are receivers switched on or off."""
LEFT_S = 2.0
"""What is told so shortly before its receivers are switched off may have to wait until they are on again; how long it
was on its way is not asked.
"""
TURNS = (False, True, True, False)
"""On or off: what grows with time counts for both alike."""
PAUSE_S = 0.5
PATIENCE_S = 60.0
"""Seconds in which all has to arrive once the load is over."""
LEAST_THROUGHPUT = 0.9
"""The share of its pictures a second that the service keeps with receivers that answer."""
USUAL = (1.5, 0.5)
"""With receivers that hang the others are to be told within so many times their usual 99th percentile, and so many
seconds."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A time in which receivers were on or off, and what the service did in it."""

    on: bool
    begun: datetime
    ended: datetime
    pictures: int
    cpu_s: float | None

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.ended - self.begun).total_seconds()


@dataclass(slots=True)
class Audience:
    """The receivers in the database of the service."""

    database: Database
    url: str
    secret: str
    webhooks: int
    hanging: int
    log: Path
    """To which the receivers write what arrives."""
    turns: list[Turn] = field(default_factory=list)
    _rows: dict[str, str] = field(default_factory=dict)
    """Identifiers of the receivers by their paths."""

    def enter(self) -> None:
        """Adds the receivers, those that are switched in turns as off ones. Raises SQLAlchemyError."""
        now = datetime.now(UTC)
        paths = [f"/quick/{number}" for number in range(self.webhooks)]
        paths += [f"/hanging/{number}" for number in range(self.hanging)]
        with self.database.session() as session:
            for path in paths:
                row = tables.ReceiverRow(
                    name=f"load {self.url}{path}",
                    kind=str(ReceiverKind.WEBHOOK),
                    address=self.url + path,
                    pinned=["127.0.0.1"],
                    secret=self.secret,
                    **{"options": {}, "events": [], "outcomes": [], "lists": [], "cameras": [], "places": []},
                    enabled=not self._is_switched(path),
                    **{"created": now, "updated": now},
                )
                session.add(row)
                session.flush()
                self._rows[path] = row.id

    def leave(self) -> None:
        """Removes the receivers, with what is on its way to those that hang."""
        with self.database.removing() as session:
            session.execute(delete(tables.ReceiverRow).where(tables.ReceiverRow.id.in_(self._rows.values())))

    async def take_turns(
        self, seconds: float, ledger: Ledger, cpu_seconds: Callable[[], float] | None, is_killed: bool
    ) -> None:
        """Switches receivers on and off for so long; a service that ``is_killed`` has all of them on.

        ``cpu_seconds`` tells what the service has spent until now.
        """
        count = max(1, round(seconds / TURN_S / len(TURNS)))
        states = [True] if is_killed else list(TURNS) * count
        for on in states:
            await asyncio.to_thread(self._switch, on)
            begun, pictures, spent = datetime.now(UTC), len(ledger.kept), cpu_seconds and cpu_seconds()
            await asyncio.sleep(seconds / len(states))
            cpu = None if cpu_seconds is None or spent is None else cpu_seconds() - spent
            self.turns.append(Turn(on, begun, datetime.now(UTC), len(ledger.kept) - pictures, cpu))

    def wait(self) -> None:
        """Returns when all that is for receivers which answer has been sent, or PATIENCE_S are over.

        They are on for that: what was told at the end of a turn may still wait.
        """
        self._enable(self._quick().values(), True)
        row, deadline = tables.DeliveryRow, monotonic() + PATIENCE_S
        waiting = select(func.count()).where(row.state == State.WAITING, row.receiver_id.in_(self._quick().values()))
        while monotonic() < deadline:
            with self.database.reading() as session:
                if not session.scalar(waiting):
                    return
            sleep(PAUSE_S)

    def figures(self, ledger: Ledger) -> dict[str, Any]:
        """Returns what was lost, doubled and forged, how long all was on its way, and what it cost."""
        sent, arrived = self._deliveries(), arrivals(self.log)
        got = Counter((arrival.receiver, arrival.event) for arrival in arrived)
        return {
            "webhooks": self.webhooks,
            "hanging": self.hanging,
            "events": len({event for _, event in sent}),
            "deliveries": len(sent),
            "lost": len(sent - got.keys()),
            "doubled": sum(number - 1 for number in got.values()),
            "unknown": len(got.keys() - sent),
            "wrongly_signed": sum(not arrival.is_signed for arrival in arrived),
            **dict(zip(("sightings_asked_after", "untold_sightings"), self._untold(ledger), strict=True)),
            "waiting_for_hanging": self._waiting_for_hanging(),
            "without": self._part(False, arrived),
            "with": self._part(True, arrived),
            "throughput_ratio": self._ratio("throughput"),
            "throughput_ratios": [self._ratio("throughput", four) for four in self._fours()],
            "cpu_ratio": self._ratio("cpu"),
            "cpu_ratios": [self._ratio("cpu", four) for four in self._fours()],
        }

    def _is_switched(self, path: str) -> bool:
        return not self.hanging or path.startswith("/hanging/")

    def _quick(self) -> dict[str, str]:
        return {path: row for path, row in self._rows.items() if path.startswith("/quick/")}

    def _switch(self, on: bool) -> None:
        self._enable([row for path, row in self._rows.items() if self._is_switched(path)], on)

    def _enable(self, rows: Iterable[str], on: bool) -> None:
        with self.database.session() as session:
            session.execute(update(tables.ReceiverRow).where(tables.ReceiverRow.id.in_(rows)).values(enabled=on))

    def _deliveries(self) -> set[tuple[str, str]]:
        """The paths and events of all deliveries to receivers that answer."""
        paths = {row: path for path, row in self._quick().items()}
        row = tables.DeliveryRow
        wanted = select(row.receiver_id, row.event_id).where(row.receiver_id.in_(paths))
        with self.database.reading() as session:
            return {(paths[receiver], event) for receiver, event in session.execute(wanted)}

    def _waiting_for_hanging(self) -> int:
        row, quick = tables.DeliveryRow, self._quick().values()
        waiting = select(func.count()).where(row.state == State.WAITING, row.receiver_id.not_in(quick))
        with self.database.reading() as session:
            return session.scalar(waiting) or 0

    def _untold(self, ledger: Ledger) -> tuple[int, int]:
        """How many acknowledged sightings came while receivers listened, and how many of them there is no event of.

        What came so shortly before they were switched off that it was stored afterwards is not asked after.
        """
        longest = timedelta(seconds=max((answer.seconds for answer in ledger.answers), default=0.0))
        times = [(turn.begun, turn.ended - longest) for turn in self._listening()]
        image, about = tables.ImageRow, tables.EventRow
        with self.database.reading() as session:
            received = dict(session.execute(select(image.id, image.received)).all())
            told = set(session.scalars(select(about.subject)))
        asked = [
            sighting
            for kept in ledger.kept
            if kept.image in received and any(begun <= received[kept.image] <= ended for begun, ended in times)
            for sighting in kept.sightings
        ]
        return len(asked), sum(sighting not in told for sighting in asked)

    def _listening(self) -> list[Turn]:
        """The turns in which those that answer were told, neighbours as one."""
        joined: list[Turn] = []
        for turn in self.turns:
            if not turn.on and not self.hanging:
                continue
            if joined and (turn.begun - joined[-1].ended).total_seconds() < 1:
                last = joined.pop()
                turn = Turn(turn.on, last.begun, turn.ended, last.pictures + turn.pictures, None)
            joined.append(turn)
        return joined

    def _part(self, on: bool, arrived: Sequence[Arrival]) -> dict[str, Any]:
        turns, left = [turn for turn in self.turns if turn.on is on], timedelta(seconds=0 if self.hanging else LEFT_S)
        delays = [a.seconds for a in arrived if any(turn.begun <= a.at <= turn.ended - left for turn in turns)]
        return {
            "seconds": round(sum(turn.seconds for turn in turns), 1),
            "pictures_per_second": _rounded(_throughput(turns)),
            "cpu_ms_by_picture": _rounded(_cpu(turns)),
            "delay_ms": spread(delays),
        }

    def _fours(self) -> list[list[Turn]]:
        return [self.turns[start : start + len(TURNS)] for start in range(0, len(self.turns), len(TURNS))]

    def _ratio(self, what: str, turns: Sequence[Turn] | None = None) -> float | None:
        measure = {"throughput": _throughput, "cpu": _cpu}[what]
        of = self.turns if turns is None else turns
        on, off = (measure([turn for turn in of if turn.on is state]) for state in (True, False))
        return round(on / off, 3) if on and off else None


def faults(figures: Mapping[str, Any], killed: bool, judged: bool) -> list[str]:
    """Returns what is not as promised. Whoever was killed may tell twice; speed is ``judged`` or not."""
    wrong = ["lost", "unknown", "wrongly_signed", "untold_sightings", *([] if killed else ["doubled"])]
    found = [f"deliveries {name.replace('_', ' ')}: {figures[name]}" for name in wrong if figures[name]]
    if not figures["deliveries"]:
        found.append("nothing was told")
    if not judged:
        return found
    ratio = figures["throughput_ratio"]
    if not figures["hanging"] and ratio is not None and ratio < LEAST_THROUGHPUT:
        found.append(f"with receivers {ratio:.0%} of the pictures a second")
    usual, late = (figures[part]["delay_ms"]["p99"] for part in ("without", "with"))
    if figures["hanging"] and usual is not None and late is not None and late > USUAL[0] * usual + 1e3 * USUAL[1]:
        found.append(f"beside receivers that hang others were told within {late:.0f} ms (99 %), usually {usual:.0f}")
    return found


def rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns the lines of the table."""
    switched = "receivers" if not figures["hanging"] else "receivers that hang"
    lines = [
        ("webhooks, of them hanging", f"{figures['webhooks'] + figures['hanging']}, {figures['hanging']}"),
        ("events, deliveries to those that answer", f"{figures['events']}, {figures['deliveries']}"),
    ]
    names = ("lost", "doubled", "unknown", "wrongly_signed", "untold_sightings", "waiting_for_hanging")
    lines += [(f"deliveries {name.replace('_', ' ')}", str(figures[name])) for name in names]
    for name in ("without", "with"):
        part = figures[name]
        delay = part["delay_ms"]
        lines += [
            (f"{name} {switched}: pictures per second", f"{part['pictures_per_second']}"),
            (f"{name} {switched}: ms of CPU for a picture", f"{part['cpu_ms_by_picture']}"),
        ]
        if delay["p50"] is not None:
            lines.append((f"{name} {switched}: ms to arrive, p50, p99", f"{delay['p50']:.0f}, {delay['p99']:.0f}"))
    for name in ("throughput", "cpu"):
        lines.append((f"{name}, with to without", f"{figures[f'{name}_ratio']} {figures[f'{name}_ratios']}"))
    return lines


def _throughput(turns: Sequence[Turn]) -> float | None:
    seconds = sum(turn.seconds for turn in turns)
    return sum(turn.pictures for turn in turns) / seconds if seconds else None


def _cpu(turns: Sequence[Turn]) -> float | None:
    """Milliseconds for a picture."""
    pictures, spent = sum(turn.pictures for turn in turns), [turn.cpu_s for turn in turns if turn.cpu_s is not None]
    return 1e3 * sum(spent) / pictures if pictures and len(spent) == len(turns) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
