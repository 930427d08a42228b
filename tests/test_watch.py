"""The command that watches videos, from its words to what it prints and the status that it ends with."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from src.core.image import read_image
from src.runtime.reader import Reader
from src.video.passage import PassageRecord, SourceRecord
from src.video.resume import resume
from src.video.sources import open_source
from src.video.writer import VideoWriter
from src.watch import main
from tests.commands import ROOT, Command, command

CLIP = Path("data/samples/passing.mp4")
TEXTS = ["B201YY156", "WKGO8328", "ZVD8G52"]


@pytest.fixture
def watch(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command with the shipped models: exit status, standard output, standard error."""
    return command(main, capsys, "--threads", 1)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The end of the clip, in which the white car is alone."""
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    with open_source(str(CLIP)) as clip, VideoWriter(path, 800, 600, 25) as cut:
        for number, frame in enumerate(islice(clip, 142, None)):
            cut.write(frame.image, number / 25)
    return path


def passages(printed: str) -> tuple[list[PassageRecord], list[SourceRecord]]:
    said = [json.loads(line) for line in printed.splitlines()]
    return (
        [PassageRecord.model_validate(record) for record in said if "track" in record],
        [SourceRecord.model_validate(record) for record in said if "track" not in record],
    )


def texts(path: Path) -> list[str]:
    """All that is read in the frames of a video, each searched alone."""
    reader = Reader(ROOT / "exports", threads=1)
    with av.open(str(path)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)][::5]
    return [plate.reading.text for frame in frames for plate in reader.read(frame).plates]


def test_a_clip_gives_one_passage_for_each_vehicle_with_its_pictures(watch: Command, tmp_path: Path) -> None:
    status, out, err = watch(CLIP, "--save", tmp_path / "best")
    told, (source,) = passages(out)
    assert (status, err) == (0, "")
    assert [(t.text, t.accepted, t.left) for t in told] == [(text, True, True) for text in TEXTS]
    assert {t.source for t in told} == {str(CLIP)}
    assert (source.ended, source.frames, source.broken, source.passages) == (True, 175, 0, 3)
    assert source.seconds == pytest.approx(6.96, abs=0.01)
    for record in told:
        assert record.best.picture is not None
        picture = read_image(tmp_path / "best" / record.best.picture)
        assert picture.shape == (600, 800, 3)
        plate = read_image(tmp_path / "best" / record.best.picture.replace(".jpg", "-plate.jpg"))
        assert plate.shape[1] < 400
    assert len(list((tmp_path / "best").iterdir())) == 6


def test_text_is_a_table_for_people_and_csv_a_row_for_each_passage(watch: Command, short: Path) -> None:
    _, out, _ = watch(short, "--format", "text")
    header, row = out.splitlines()
    assert header.split() == ["PLATE", "READ", "COUNTRY", "SEEN", "AGREE", "SOURCE"]
    assert row.split()[0] == TEXTS[2]
    assert row.split()[2] == "BR"
    _, out, _ = watch(short, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["text"], row["region"], row["accepted"], row["left"]) == (TEXTS[2], "BR", "True", "True")
    assert float(row["x2"]) > float(row["x1"])


def test_a_video_without_plates_says_so(watch: Command, short: Path) -> None:
    _, out, _ = watch(short, "--format", "text", "--min-width", 700)
    assert "no plate" in out
    status, out, _ = watch(short, "--zone", "0,0 1,0 1,0.2 0,0.2")
    told, (source,) = passages(out)
    assert (status, told, source.passages) == (0, [], 0)


def test_readings_tell_what_each_frame_says(watch: Command, short: Path) -> None:
    (told,), _ = passages(watch(short, "--readings")[1])
    assert told.readings is not None
    assert sum(reading.text == told.text for reading in told.readings) == told.agreeing
    (told,), _ = passages(watch(short, "--fps", 5)[1])
    assert told.readings is None
    assert told.frames <= 8


def test_the_copies_show_plates_marked_and_plates_unreadable(watch: Command, short: Path, tmp_path: Path) -> None:
    assert TEXTS[2] in texts(short)
    status, _, err = watch(short, "--video", tmp_path / "marked.mp4", "--blur", tmp_path / "blurred.mp4")
    assert (status, err) == (0, "")
    assert not any(texts(tmp_path / "blurred.mp4"))
    with av.open(str(tmp_path / "marked.mp4")) as marked, av.open(str(short)) as plain:
        pairs = zip(marked.decode(video=0), plain.decode(video=0), strict=True)
        before, after = list(pairs)[15]
        changed = np.abs(before.to_ndarray(format="rgb24").astype(int) - after.to_ndarray(format="rgb24"))
    green = before.to_ndarray(format="rgb24")[changed.max(-1) > 90]
    assert (np.median(green, 0) @ [-1, 2, -1]) > 60  # an accepted plate is marked in green


def test_a_source_that_fails_gives_one_line_and_the_others_are_watched(
    watch: Command, short: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    status, out, err = watch(text, tmp_path / "none.mp4", short)
    told, sources = passages(out)
    assert status == 1
    assert [t.text for t in told] == [TEXTS[2]]
    assert [s.error is None for s in sources] == [False, False, True]
    assert err.splitlines() == [
        f"{text}: not a video, or of a format that is not read",
        f"{tmp_path / 'none.mp4'}: no such file or folder",
    ]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["a.mp4", "--zone", "0,0 1,1"], "--zone"),
        (["a.mp4", "--zone", "0,0 2,0 1,1"], "--zone"),
        (["a.mp4", "--fps", "0"], "--fps"),
        (["a.mp4", "--min-width", "-3"], "--min-width"),
        (["a.mp4", "b.mp4", "--video", "c.mp4"], "--video"),
        (["a.mp4", "--resume"], "--resume"),
        (["a.mp4", "--output", "a.docx"], "--output"),
        (["a.mp4", "--readings", "--format", "csv"], "--readings"),
        (["a.mp4", "--countries", "ZZ"], "ZZ"),
    ],
)
def test_wrong_usage_is_one_line_with_status_2(watch: Command, words: list[str], fault: str) -> None:
    status, out, err = watch(*words)
    assert (status, out) == (2, "")
    assert fault in err
    assert len(err.splitlines()) == 1


def test_files_outside_are_no_address_and_passwords_are_not_printed(watch: Command) -> None:
    for word in ("file:///etc/passwd", "concat:/etc/passwd|/etc/hosts", "rtsp://me:geheim@127.0.0.1:1/cam"):
        status, out, err = watch(word)
        assert status == 1
        assert len(err.splitlines()) == 1
        assert "geheim" not in out + err


def test_an_interrupted_run_goes_on_with_what_is_left(watch: Command, short: Path, tmp_path: Path) -> None:
    other, output = tmp_path / "other.mp4", tmp_path / "told.jsonl"
    other.write_bytes(short.read_bytes())
    assert watch(short, "--output", output)[0] == 0
    whole = output.read_text()
    begun = json.loads(whole.splitlines()[0]) | {"source": str(other)}
    output.write_text(whole + json.dumps(begun) + "\n" + '{"half')
    assert watch(short, other, "--output", output)[0] == 2  # what is there is not touched
    assert watch(short, other, "--output", output, "--resume")[0] == 0
    told, sources = passages(output.read_text())
    assert output.read_text().startswith(whole)
    assert [s.source for s in sources] == [str(short), str(other)]
    assert [t.source for t in told] == [str(short), str(other)]
    assert watch(short, other, "--output", output, "--resume")[0] == 0
    assert passages(output.read_text()) == (told, sources)
    output.write_text("something else\n")
    status, _, err = watch(short, "--output", output, "--resume")
    assert (status, output.read_text()) == (2, "something else\n")
    assert "is no passage" in err


def test_what_a_camera_has_told_stays_and_it_is_watched_again(tmp_path: Path) -> None:
    seen = {"track": 1, "first": 0, "last": 1, "left": True, "frames": 3, "read": 3, "agreeing": 3, "text": "A1"}
    seen |= {"confidence": 0.9, "best": {"time": 0, "box": [0, 0, 1, 1]}, "path": [[0, 0, 1, 1], [0, 0, 1, 1]]}
    ended = {"ended": False, "frames": 9, "broken": 0, "seconds": 1, "passages": 1}
    gate = seen | {"source": "rtsp://gate/1", "first_wall": "2026-01-01T00:00:00Z"}
    lines = [gate, ended | {"source": "rtsp://gate/1"}, gate | {"track": 2}]
    output = tmp_path / "told.jsonl"
    output.write_text("".join(json.dumps(line) + "\n" for line in lines))
    whole = output.read_text()
    with output.open("a") as file:
        file.write(json.dumps(seen | {"source": "a.mp4"}) + "\n")
    assert resume(output).sources == frozenset()
    assert output.read_text() == whole


def test_packages_that_are_missing_are_one_line() -> None:
    code = (
        "import importlib.util as u, runpy, sys; found = u.find_spec; sys.argv = ['watch', 'a.mp4'];"
        "u.find_spec = lambda name, *rest: None if name == 'av' else found(name, *rest);"
        "runpy.run_module('src.watch', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "python -m src.watch: needs av: pip install '.[video]' brings it\n"


def test_a_copy_that_cannot_be_written_costs_no_passage(watch: Command, short: Path, tmp_path: Path) -> None:
    status, out, err = watch(short, "--video", tmp_path / "no" / "folder.mp4")
    assert status == 1
    assert [t.text for t in passages(out)[0]] == [TEXTS[2]]
    assert len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_ctrl_c_ends_a_file_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "src.watch", *[str(CLIP)] * 50, "--threads", "1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    for line in (first + out).splitlines():
        json.loads(line)


def test_a_video_that_is_cut_off_gives_what_it_has_and_says_so(watch: Command, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    data = CLIP.read_bytes()
    cut.write_bytes(data[: len(data) * 7 // 10])
    status, out, err = watch(cut)
    told, (source,) = passages(out)
    assert status == 1
    assert TEXTS[0] in [t.text for t in told]
    assert source.error == err.splitlines()[0]
    assert "cut off after" in err
    assert not source.ended
