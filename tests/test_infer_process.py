"""The command line as a process of its own: streams, signals, kills, full disks and terminals."""

import json
import os
import pty
import signal
import struct
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.commands import Photo, objects, start, texts

MANY = 600


@pytest.fixture
def many(photo: Photo) -> Path:
    """A folder with so many names of one picture that nothing is done with them before a test acts."""
    first = photo("many/0000.png")
    for number in range(1, MANY):
        os.link(first, first.with_name(f"{number:04}.png"))
    return first.parent


def without_times(described: list[dict]) -> list[dict]:
    return [{key: value for key, value in one.items() if key != "ms"} for one in described]


def test_a_list_on_standard_input(models: Path, photo: Photo) -> None:
    names = f"{photo()}\n\n{photo('b.png', red=False, blue=True)}\n".encode()
    process = start(models, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out, _ = process.communicate(names)
    assert process.returncode == 0
    assert [texts(described) for described in objects(out.decode())] == [["AB01"], ["京B0"]]


def test_an_empty_list_is_wrong_usage(models: Path) -> None:
    process = start(models, "-", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, err = process.communicate()
    assert (process.returncode, err.count(b"\n")) == (2, 1)


def test_a_closed_pipe_ends_it_quietly(models: Path, photo: Photo) -> None:
    paths = [photo(f"{i}.png") for i in range(8)]
    process = start(models, *paths, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait() == 141


def test_an_interrupt_ends_it_quietly_and_keeps_what_was_read(models: Path, many: Path) -> None:
    process = start(models, many, "--format", "json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    begun = b""
    while b"total" not in begun:  # what is read from here on fills the pipe, and has to wait
        begun += process.stdout.read(4096)
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    assert (err, process.returncode) == (b"", 130)
    read = json.loads(begun + rest)
    assert 0 < len(read) < MANY
    assert {tuple(texts(described)) for described in read} == {("AB01",)}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
class TestFullDisk:
    def test_of_the_output(self, models: Path, many: Path) -> None:
        process = start(models, many, "--output", "/dev/full", stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (1, b"/dev/full: cannot be written (No space left on device)\n")

    @pytest.mark.parametrize("style", ["jsonl", "json", "csv", "text"])
    def test_of_a_redirection(self, models: Path, photo: Photo, style: str) -> None:
        with open("/dev/full", "w") as full:
            process = start(models, photo(), "--format", style, stdout=full, stderr=subprocess.PIPE)
            _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (1, b"standard output: cannot be written (No space left on device)\n")


def test_resumed_after_a_kill_each_picture_is_there_once(models: Path, many: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    process = start(models, many, "--output", path)
    while not path.exists() or path.stat().st_size < 3000:
        assert process.poll() is None
    process.kill()
    process.wait()
    left = path.read_bytes()
    assert 0 < left.count(b"\n") < MANY
    path.write_bytes(left + b'{"image": "half')  # what a kill in the middle of writing leaves
    assert start(models, many, "--output", path, "--resume").wait(60) == 0
    assert path.read_bytes().startswith(left)
    whole = start(models, many, stdout=subprocess.PIPE).communicate(timeout=60)[0].decode()
    assert without_times(objects(path.read_text())) == without_times(objects(whole))


@pytest.mark.parametrize(("pictures", "bar"), [(2, False), (9, True)])
def test_a_bar_appears_on_a_terminal_for_more_than_a_few(models: Path, photo: Photo, pictures: int, bar: bool) -> None:
    paths = [photo(f"{i}.png") for i in range(pictures)]
    terminal, inner = pty.openpty()
    process = start(models, *paths, stdout=subprocess.PIPE, stderr=inner)
    os.close(inner)
    out, _ = process.communicate()
    shown = b""
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:  # Linux: how the end of a terminal whose program has gone is told
        pass
    os.close(terminal)
    assert len(objects(out.decode())) == pictures
    assert (b"reading" in shown) is bar


def test_a_terminal_gets_the_table(models: Path, photo: Photo) -> None:
    terminal, inner = pty.openpty()
    process = start(models, photo(), stdout=inner, stderr=subprocess.PIPE)
    process.communicate()
    os.close(inner)
    shown = os.read(terminal, 4096).decode()
    os.close(terminal)
    assert shown.split()[:2] == ["PLATE", "READ"]
    assert "AB01" in shown


def test_a_fault_is_one_line_where_pillow_has_a_warning_too(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "large.bmp"
    Image.new("RGB", (8, 8)).save(path)
    large = struct.pack("<ii", 9800, 9800)  # Pillow warns from 89 megapixels on
    path.write_bytes(path.read_bytes()[:18] + large + path.read_bytes()[26:])
    process = start(models, path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.count(b"\n")) == (1, 1)
    assert b"damaged image" in err
