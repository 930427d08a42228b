"""The command before a camera: a real RTSP server shows it the sample again and again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import pytest

from src.video.sources import open_source
from tests.commands import ROOT
from tests.video.clips import write_pieces
from tests.video.rtsp_server import MISSING, RtspCamera, rtsp_camera

pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
TEXT = "ZVD8G52"
"""The plate of the car that is alone at the end of the sample."""


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> str:
    with open_source("data/samples/passing.mp4") as clip:
        pictures = [frame.image for frame in islice(clip, 142, None)]
    road = pictures[-1]  # the car has left
    return write_pieces(tmp_path_factory.mktemp("clip") / "pieces", [*pictures, *[road] * 55])


@pytest.fixture
def camera(pattern: str) -> Iterator[RtspCamera]:
    with rtsp_camera(pattern) as running:
        yield running


def passage(out: IO[str]) -> dict:
    """The next passage that is told."""
    for line in out:
        record = json.loads(line)
        if "track" in record:
            return record
    raise AssertionError("the command has ended")


def test_cars_are_told_until_the_end_is_asked_for_also_after_a_power_cut(
    camera: RtspCamera, pattern: str, tmp_path: Path
) -> None:
    address = camera.address.replace("://", "://guard:geheim@")
    command = [
        sys.executable,
        "-m",
        "src.watch",
        address,
        "--threads",
        "1",
        "--fps",
        "8",
        "--video",
        tmp_path / "marked.mp4",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        first = passage(process.stdout)
        assert "geheim" not in Path(f"/proc/{process.pid}/cmdline").read_text()
        camera.kill()
        camera.start(pattern)
        second, third = passage(process.stdout), passage(process.stdout)
        os.kill(process.pid, signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    told = [first, second, third]
    assert TEXT in [record["text"] for record in told]
    assert {record["source"] for record in told} == {camera.address.replace("://", "://guard:***@")}
    assert all(record["first_wall"].endswith("Z") for record in told)
    assert len({record["track"] for record in told}) == len(told)
    last = json.loads(out.splitlines()[-1])
    assert (last["ended"], last["error"]) == (False, None)
    assert "geheim" not in out + err
    with open_source(str(tmp_path / "marked.mp4")) as copy:
        assert len(list(copy)) > 20


def test_sources_are_read_from_standard_input(camera: RtspCamera) -> None:
    command = [sys.executable, "-m", "src.watch", "-", "--threads", "1"]
    words = f"{camera.address}\nnothing.mp4\n"
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(words)
    process.stdin.close()
    try:
        assert json.loads(process.stdout.readline())["source"] == "nothing.mp4"
        assert passage(process.stdout)["source"] == camera.address
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(timeout=30)
    assert process.returncode == 1  # one of the two could not be watched
