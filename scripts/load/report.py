"""What a load test found, as JSON and as a table."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from scripts.load.compare import Comparison
from scripts.load.ledger import Ledger
from scripts.load.pictures import PIXELS

GROWTH = 32.0
"""MiB between the second quarter of the time and the last that would be a leak."""
JUDGED_S = 60.0
"""Seconds of load from which on memory is judged: before, its buffers are still growing to their sizes."""

PERCENTILES = (50, 95, 99)


def summarise(ledger: Ledger, seconds: float) -> dict[str, Any]:
    """Figures of all that was answered in ``seconds``."""
    return {
        "requests": len(ledger.answers),
        "pictures": len(ledger.kept),
        "sightings": sum(len(promise.sightings) for promise in ledger.kept),
        "pictures_per_second": round(len(ledger.kept) / seconds, 2),
        "latency_ms": spread([answer.seconds for answer in ledger.answers]),
        "latency_with_waits_ms": spread([answer.with_waits for answer in ledger.answers]),
        "latency_by_megapixels_ms": {
            str(size): spread([a.seconds for a in ledger.answers if a.megapixels == (size,)]) for size in PIXELS
        },
        "refused_503": sum(ledger.refusals.values()),
        "retry_after_seconds": {str(seconds): count for seconds, count in sorted(ledger.refusals.items())},
        "unanswered_pictures": len(ledger.unanswered),
        "faults": ledger.faults[:20],
    }


def memory(resident: Sequence[float], seconds: float) -> dict[str, Any]:
    """MiB of the server, measured evenly over the time, and whether they stayed; ``flat`` None: nobody can tell."""
    quarter = len(resident) // 4
    if not quarter:
        return {"first": None, "last": None, "most": None, "growth": None, "flat": None}
    growth = float(np.median(resident[-quarter:]) - np.median(resident[quarter : 2 * quarter]))
    return {
        "first": round(resident[0], 1),
        "last": round(resident[-1], 1),
        "most": round(max(resident), 1),
        "growth": round(growth, 1),
        "flat": growth <= GROWTH if seconds >= JUDGED_S else None,
        "series": [round(float(np.median(part)), 1) for part in np.array_split(resident, min(20, len(resident)))],
    }


def show(report: dict[str, Any], comparison: Comparison, more: Sequence[tuple[str, str]] = ()) -> None:
    """Prints the table, with ``more`` lines at its end."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    measured = report["measured"]
    table.add_row("clients, seconds", f"{report['clients']}, {report['seconds']:.0f}")
    table.add_row(
        "requests, pictures, sightings", f"{measured['requests']}, {measured['pictures']}, {measured['sightings']}"
    )
    table.add_row("pictures per second", f"{measured['pictures_per_second']}")
    if "cpu_ms_by_picture" in measured:
        table.add_row("ms of CPU for a picture", f"{measured['cpu_ms_by_picture']}")
    table.add_row("ms: p50, p95, p99, most", _line(measured["latency_ms"]))
    for size, spread in measured["latency_by_megapixels_ms"].items():
        table.add_row(f"  {size} megapixels, alone", _line(spread))
    table.add_row("503s, each retried when it said", str(measured["refused_503"]))
    table.add_row("pictures whose request broke off", str(measured["unanswered_pictures"]))
    if report["kills"]:
        table.add_row("kills, seconds to answer again", f"{len(report['kills'])}, {max(report['kills']):.1f} at most")
    elif report["memory_mib"]["growth"] is not None:
        mib = report["memory_mib"]
        table.add_row(
            "MiB: first, most, last, growth", f"{mib['first']}, {mib['most']}, {mib['last']}, {mib['growth']:+}"
        )
    for name, count in asdict(comparison).items():
        table.add_row(f"in the database: {name.replace('_', ' ')}", str(count))
    for line in more:
        table.add_row(*line)
    Console().print(table)


def spread(seconds: Sequence[float]) -> dict[str, float | int | None]:
    """Returns how many there are, and their percentiles in milliseconds."""
    if not seconds:
        return {"count": 0} | dict.fromkeys([*(f"p{p}" for p in PERCENTILES), "most"])
    ms = np.array(seconds) * 1000
    spread = {
        f"p{p}": round(float(value), 1) for p, value in zip(PERCENTILES, np.percentile(ms, PERCENTILES), strict=True)
    }
    return {"count": len(seconds), **spread, "most": round(float(ms.max()), 1)}


def _line(spread: dict[str, Any]) -> str:
    return ", ".join("-" if spread[name] is None else f"{spread[name]:.0f}" for name in ("p50", "p95", "p99", "most"))
