"""Counts the cores that this process may keep busy, which is the default number of threads.

A container's CPU quota says how much time its processes get, not on which cores. They see all cores of the machine;
with a thread on each of them the quota is used up early in every period, and all threads stand still for the rest of
it. Control groups are described in the Linux kernel's Documentation/admin-guide/cgroup-v2.rst (``cpu.max``) and
Documentation/scheduler/sched-bwc.rst (``cpu.cfs_quota_us``), the files below /proc in proc_pid_cgroup(5) and
proc_pid_mountinfo(5).
"""

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_ESCAPED = re.compile(r"\\([0-7]{3})")
"""An octal escape, by which mountinfo writes a space in a path."""


def usable_cores(system: Path = Path("/")) -> int:
    """Returns the number of cores that this process may run on, or its CPU quota in cores, rounded up, if that is less.

    ``system`` is the folder that has /proc and /sys.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return math.ceil(min([cores, *_quotas(system)]))


@dataclass(frozen=True, slots=True)
class _Hierarchy:
    """A mounted hierarchy of control groups: ``group`` lies at ``place``, and the groups below it in folders of
    ``place``.

    ``group`` is not / where a container sees a part of the hierarchy.
    """

    version: int
    group: PurePosixPath
    place: PurePosixPath


def _quotas(system: Path) -> list[float]:
    """Returns the quotas, in cores, of this process's control group and of all groups above it; the lowest one
    counts.
    """
    own = dict(_own_groups(system))
    return [
        quota
        for hierarchy in _hierarchies(system)
        if hierarchy.version in own
        for folder in _with_ancestors(own[hierarchy.version], hierarchy)
        if (quota := _quota(system / folder.relative_to("/"), hierarchy.version)) is not None
    ]


def _own_groups(system: Path) -> Iterator[tuple[int, PurePosixPath]]:
    """Yields, for each version of control groups, the group of this process that limits its CPU time."""
    for line in _lines(system / "proc/self/cgroup"):
        _, controllers, group = line.split(":", 2)
        if not controllers:
            yield 2, PurePosixPath(group)
        elif "cpu" in controllers.split(","):
            yield 1, PurePosixPath(group)


def _hierarchies(system: Path) -> Iterator[_Hierarchy]:
    """Yields the mounted hierarchies that may limit CPU time."""
    for line in _lines(system / "proc/self/mountinfo"):
        mount, _, described = line.partition(" - ")
        root, place = (PurePosixPath(_ESCAPED.sub(_unescaped, path)) for path in mount.split()[3:5])
        kind, *_, options = described.split()
        if kind == "cgroup2":
            yield _Hierarchy(2, root, place)
        elif kind == "cgroup" and "cpu" in options.split(","):
            yield _Hierarchy(1, root, place)


def _with_ancestors(group: PurePosixPath, hierarchy: _Hierarchy) -> list[PurePosixPath]:
    """Returns the folders of ``group`` and of the groups above it, as far as the hierarchy is visible.

    Where the path of ``group`` lies outside of what is visible, the visible group is the container's own.
    """
    if ".." in group.parts or not group.is_relative_to(hierarchy.group):
        return [hierarchy.place]
    below = group.relative_to(hierarchy.group)
    return [hierarchy.place / part for part in (below, *below.parents)]


def _quota(folder: Path, version: int) -> float | None:
    """Returns how many cores the group in ``folder`` may keep busy; None where it has no limit of its own."""
    if version == 2:
        words = " ".join(_lines(folder / "cpu.max")).split()
    else:
        words = [*_lines(folder / "cpu.cfs_quota_us"), *_lines(folder / "cpu.cfs_period_us")]
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):  # max and -1 mean no limit
        return None
    time, period = map(int, words)
    return time / period


def _lines(file: Path) -> list[str]:
    """Returns the lines of ``file``; none where the system has no such file or does not let this process read it."""
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _unescaped(octal: re.Match[str]) -> str:
    return chr(int(octal[1], 8))
