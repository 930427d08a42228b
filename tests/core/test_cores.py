"""The cores that a process may keep busy, in containers of both versions of control groups."""

import os
from pathlib import Path

import pytest

from src.core.cores import usable_cores

V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
V1 = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct"
OTHERS = [
    "22 28 0:20 / /proc rw,relatime shared:14 - proc proc rw",
    "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
]


@pytest.fixture(autouse=True)
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


def system(root: Path, group: str, mount: str, files: dict[str, str]) -> Path:
    """A machine whose /proc says that this process is in ``group``, and that ``mount`` shows the hierarchy."""
    proc = root / "proc/self"
    proc.mkdir(parents=True)
    (proc / "cgroup").write_text(f"4:memory:/elsewhere\n{group}\n")
    (proc / "mountinfo").write_text("\n".join([*OTHERS, mount]) + "\n")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def v2(root: Path, group: str = "/", mount: str = V2, /, **quotas: str) -> int:
    """``quotas`` of groups, their depth as name: root is that of the mount, a that of /a, a_b that of /a/b."""
    places = {name: "" if name == "root" else f"{name.replace('_', '/')}/" for name in quotas}
    files = {f"sys/fs/cgroup/{places[name]}cpu.max": f"{quota}\n" for name, quota in quotas.items()}
    return usable_cores(system(root, f"0::{group}", mount, files))


def v1(root: Path, group: str, mount: str = V1, /, **quotas: tuple[int, int]) -> int:
    places = {name: "" if name == "root" else f"{name.replace('_', '/')}/" for name in quotas}
    files = {}
    for name, (quota, period) in quotas.items():
        folder = f"sys/fs/cgroup/cpu,cpuacct/{places[name]}"
        files |= {f"{folder}cpu.cfs_quota_us": f"{quota}\n", f"{folder}cpu.cfs_period_us": f"{period}\n"}
    return usable_cores(system(root, f"7:cpu,cpuacct:{group}", mount, files))


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1), ("max 100000", 16), ("9000000 100000", 16)],
)
def test_a_quota_is_rounded_up_and_never_more_than_the_cores(tmp_path: Path, quota: str, cores: int) -> None:
    assert v2(tmp_path, root=quota) == cores


@pytest.mark.parametrize(
    "quotas",
    [
        {"a_b": "300000 100000", "a": "max 100000"},
        {"a_b": "max 100000", "a": "300000 100000"},
        {"a_b": "800000 100000", "a": "150000 50000", "root": "500000 100000"},
        {"root": "300000 100000"},
    ],
)
def test_the_tightest_of_all_groups_above_holds(tmp_path: Path, quotas: dict[str, str]) -> None:
    assert v2(tmp_path, "/a/b", **quotas) == 3


def test_groups_beside_its_own_do_not_count(tmp_path: Path) -> None:
    assert v2(tmp_path, "/a", b="100000 100000", a_c="100000 100000", a="400000 100000") == 4


@pytest.mark.parametrize(
    "quotas",
    [{"root": (200_000, 100_000)}, {"a_b": (-1, 100_000), "a": (100_000, 50_000)}, {"a_b": (110_000, 100_000)}],
)
def test_the_first_version(tmp_path: Path, quotas: dict[str, tuple[int, int]]) -> None:
    assert v1(tmp_path, "/a/b", **quotas) == 2


def test_the_first_version_without_a_quota(tmp_path: Path) -> None:
    assert v1(tmp_path, "/a", root=(-1, 100_000), a=(-1, 100_000)) == 16


@pytest.mark.parametrize("group", ["/docker/1234", "/docker/1234/inner", "/elsewhere", "/../other"])
def test_a_container_that_sees_its_own_part_of_the_hierarchy_alone(tmp_path: Path, group: str) -> None:
    """The path of its group is that on the host, or says how to get there from what is mounted."""
    mount = V1.replace(" / ", " /docker/1234 ", 1)
    assert v1(tmp_path, group, mount, root=(400_000, 100_000), inner=(-1, 100_000)) == 4


def test_a_group_above_what_is_mounted_leads_nowhere_else(tmp_path: Path) -> None:
    """So the kernel tells the group of a process that another namespace of groups looks at."""
    stray = tmp_path / "sys/fs/other/cpu.max"
    stray.parent.mkdir(parents=True)
    stray.write_text("100000 100000")
    assert v2(tmp_path, "/../other", root="400000 100000") == 4


def test_a_mount_point_with_a_space(tmp_path: Path) -> None:
    files = {"sys/fs/my groups/cpu.max": "200000 100000"}
    mount = V2.replace("/sys/fs/cgroup", r"/sys/fs/my\040groups")
    assert usable_cores(system(tmp_path, "0::/", mount, files)) == 2


def test_the_affinity_where_it_is_tighter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert v2(tmp_path, root="400000 100000") == 1


def test_a_system_without_such_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert usable_cores(tmp_path) == 16
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert usable_cores(tmp_path) == 6
