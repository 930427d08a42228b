"""The command line, from its words to what it prints and the status that it ends with."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.infer import main

ROOT = Path(__file__).parents[1]
Photo = Callable[..., Path]
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def infer(models: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models: exit status, standard output, standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        try:
            status = main([*map(str, words), "--models", str(models), "--threads", "1"])
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return call


def objects(printed: str) -> list[dict]:
    return [json.loads(line) for line in printed.splitlines()]


def texts(described: dict) -> list[str]:
    return [plate["text"] for plate in described["plates"]]


def test_a_photograph_prints_one_line_of_json_where_the_output_is_piped(infer: Command, photo: Photo) -> None:
    path = photo(blue=True)
    status, out, err = infer(path)
    (described,) = objects(out)
    assert (status, err) == (0, "")
    assert (described["image"], described["width"], described["height"]) == (str(path), 96, 64)
    assert texts(described) == ["AB01", "京B0"]
    assert described["plates"][0]["accepted"] is None
    assert described["ms"]["total"] >= described["ms"]["detect"]


def test_text_is_a_table_for_people(infer: Command, photo: Photo) -> None:
    status, out, _ = infer(photo(), photo("none.png", red=False), "--format", "text")
    header, row, none = out.splitlines()
    assert status == 0
    assert header.split() == ["PLATE", "READ", "FOUND", "BOX", "IMAGE"]
    assert row.split()[0] == "AB01"
    assert "no plate found" in none


def test_json_and_csv(infer: Command, photo: Photo) -> None:
    path = photo(blue=True)
    assert texts(json.loads(infer(path, "--format", "json")[1])[0]) == ["AB01", "京B0"]
    rows = list(csv.DictReader(io.StringIO(infer(path, "--format", "csv")[1])))
    assert [row["text"] for row in rows] == ["AB01", "京B0"]


def test_abstain_marks_what_is_not_sure_enough(infer: Command, photo: Photo) -> None:
    accepted = [objects(infer(photo(), "--abstain", p)[1])[0]["plates"][0]["accepted"] for p in ("0.5", "0.9999")]
    assert accepted == [True, False]


def test_min_confidence_replaces_the_cards_threshold(infer: Command, photo: Photo) -> None:
    assert texts(objects(infer(photo(blue=True), "--min-confidence", "0.7")[1])[0]) == ["AB01"]


def test_crops_are_read_whole(infer: Command, tmp_path: Path) -> None:
    Image.new("RGB", (70, 20), (0, 0, 255)).save(tmp_path / "plate.png")
    (described,) = objects(infer(tmp_path / "plate.png", "--crops")[1])
    assert texts(described) == ["京B0"]
    assert described["plates"][0]["box"] == [0, 0, 70, 20]
    assert described["plates"][0]["detection_confidence"] is None
    assert described["ms"]["detect"] is None


def test_crops_need_no_detector(infer: Command, models: Path, photo: Photo) -> None:
    (models / "detector" / "card.json").unlink()
    assert infer(photo(), "--crops")[0] == 0


class TestBadInput:
    """One line that names it and the fault; the others are still read."""

    @pytest.fixture
    def bad(self, tmp_path: Path) -> dict[str, Path]:
        folder = tmp_path / "bad"
        (folder / "empty").mkdir(parents=True)
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        Image.fromarray(noise).save(folder / "cut.jpg")
        (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:3000])
        (folder / "text.jpg").write_text("not a picture")
        Image.new("1", (10_001, 10_000)).save(folder / "huge.png")
        return {name: folder / name for name in ("cut.jpg", "text.jpg", "huge.png", "gone.jpg", "empty")}

    @pytest.mark.parametrize(
        ("name", "fault"),
        [
            ("cut.jpg", "damaged image"),
            ("text.jpg", "not an image"),
            ("huge.png", "over 100 megapixels"),
            ("gone.jpg", "no such file"),
            ("empty", "a folder without images"),
        ],
    )
    def test_is_named(self, infer: Command, photo: Photo, bad: dict[str, Path], name: str, fault: str) -> None:
        status, out, err = infer(bad[name], photo())
        failed, read = objects(out)
        assert status == 1
        assert err.count("\n") == 1
        assert str(bad[name]) in err
        assert fault in err
        assert failed["image"] == str(bad[name])
        assert fault in failed["error"]["message"]
        assert failed["error"]["type"] in {"unreadable", "no_image"}
        assert texts(read) == ["AB01"]

    def test_is_in_every_format(self, infer: Command, photo: Photo, bad: dict[str, Path]) -> None:
        status, out, err = infer(bad["gone.jpg"], photo(), "--format", "text")
        assert (status, len(out.splitlines()), len(err.splitlines())) == (1, 2, 1)
        status, out, _ = infer(bad["gone.jpg"], photo(), "--format", "csv")
        assert (status, len(out.splitlines())) == (1, 3)
        status, out, _ = infer(bad["gone.jpg"], photo(), "--format", "json")
        assert (status, len(json.loads(out))) == (1, 2)

    def test_may_have_a_name_that_is_no_utf8(self, infer: Command) -> None:
        status, out, err = infer(os.fsdecode(b"gone-\xff.jpg"))
        assert status == 1
        assert objects(out)[0]["image"] == os.fsdecode(b"gone-\xff.jpg")
        assert "no such file" in err


class TestUsage:
    """Status 2 and one line."""

    @pytest.mark.parametrize(
        ("words", "fault"),
        [
            (["--sharpen"], "unrecognized arguments: --sharpen"),
            (["--format", "xml"], "invalid choice: 'xml'"),
            (["--min-confidence", "2"], "'2' is not a probability"),
            (["--abstain", "nan"], "'nan' is not a probability"),
            (["--threads", "-1"], "'-1' is not a number of threads"),
            (["--provider", "teapot"], "'teapot' is not part of this onnxruntime (available here: "),
            (["--crops", "--min-confidence", "0.5"], "with --crops nothing is detected"),
            (["--models", "nowhere"], "nowhere/detector: no card.json"),
        ],
    )
    def test_wrong_flags(
        self, models: Path, photo: Photo, capsys: pytest.CaptureFixture[str], words: list[str], fault: str
    ) -> None:
        try:
            status = main([str(photo()), "--models", str(models), *words])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert fault in err

    def test_no_path(self, infer: Command) -> None:
        status, _, err = infer()
        assert (status, err.count("\n")) == (2, 1)
        assert "PATH" in err

    def test_a_model_that_does_not_match_its_card(self, infer: Command, models: Path, photo: Photo) -> None:
        with (models / "ocr" / "model.onnx").open("ab") as file:
            file.write(b"\0")
        status, out, err = infer(photo())
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "does not match the sha256" in err

    def test_a_save_folder_that_cannot_be_made(self, infer: Command, photo: Photo) -> None:
        path = photo()
        status, _, err = infer(path, "--save", path / "out")
        assert (status, err.count("\n")) == (2, 1)
        assert "--save" in err


class TestSave:
    def test_photographs_of_one_name_do_not_overwrite_each_other(
        self, infer: Command, photo: Photo, tmp_path: Path
    ) -> None:
        photos = [photo("north/gate.png"), photo("south/gate.png", size=10)]
        assert infer(*photos, "--save", tmp_path / "out")[0] == 0
        sizes = {p.name: Image.open(p).size for p in (tmp_path / "out").iterdir()}
        assert sizes == {"gate.jpg": (96, 64), "gate-2.jpg": (960, 640)}

    def test_a_plate_is_outlined_and_labelled(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        path = photo(size=10)
        infer(path, "--save", tmp_path / "out")
        before, after = (np.asarray(Image.open(p).convert("RGB"), int) for p in (path, tmp_path / "out" / "gate.jpg"))
        changed = np.abs(before - after).max(-1) > 60
        assert changed[200:300, 299:302].mean() > 0.5  # the left edge of the box
        assert changed[150:198, 300:500].mean() > 0.3  # the label above it
        assert not changed[320:].any()

    def test_a_picture_that_cannot_be_saved_fails_but_is_printed(
        self, infer: Command, photo: Photo, tmp_path: Path
    ) -> None:
        (tmp_path / "out" / "gate.jpg").mkdir(parents=True)
        status, out, err = infer(photo(), "--save", tmp_path / "out")
        assert (status, texts(objects(out)[0]), err.count("\n")) == (1, ["AB01"], 1)
        assert "not saved" in err

    def test_crops(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        assert infer(photo(), "--crops", "--save", tmp_path / "out")[0] == 0
        assert Image.open(tmp_path / "out" / "gate.jpg").width == 240


def start(models: Path, *words: object, **streams: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "src.infer", *words, "--models", models, "--threads", "1"]
    return subprocess.Popen(list(map(str, command)), cwd=ROOT, bufsize=0, **streams)


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


def test_an_interrupt_ends_it_quietly_and_keeps_what_was_read(models: Path, photo: Photo) -> None:
    """The last picture is a pipe that nobody writes to: the program hangs there until Ctrl-C."""
    hang = photo().parent / "hang.jpg"
    os.mkfifo(hang)
    words = (photo(), hang, "--format", "json")
    process = start(models, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    begun = b""
    while b"total" not in begun:
        begun += process.stdout.read(4096)
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=20)
    assert (err, process.returncode) == (b"", 130)
    assert texts(json.loads(begun + rest)[0]) == ["AB01"]


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
    assert shown.split()[:5] == ["PLATE", "READ", "FOUND", "BOX", "IMAGE"]
    assert "AB01" in shown
