"""The evaluation's command line: what it writes, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from src.data.manifest import PlateLabel, Record, write_manifest
from src.evaluate import main

Photo = Callable[..., Path]
Command = Callable[..., tuple[int, str, str]]
RED = PlateLabel(box=(30, 20, 60, 30), text="AB01")


@pytest.fixture
def evaluate(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models and ``tmp_path`` as data: status, output, errors."""

    def call(*words: object) -> tuple[int, str, str]:
        common = ["--models", models, "--threads", 1, "--data", tmp_path, "--out", tmp_path / "report"]
        try:
            status = main([str(word) for word in (*common, *words)])
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return call


def benchmark(folder: Path, *records: Record) -> None:
    write_manifest(folder / "benchmarks" / "gate" / "manifest.jsonl", records)


def test_a_benchmark_is_reported(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    status, out, _ = evaluate()
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    whole, alone = report["sets"]
    assert status == 0
    assert (whole["name"], whole["read"], whole["found"], whole["texts"]) == ("gate", 1, 1, 1)
    assert (alone["name"], alone["read"]) == ("gate (true boxes)", 1)
    assert "100.0%" in out
    assert (tmp_path / "report" / "report.md").is_file()
    card = json.loads((tmp_path / "models" / "ocr" / "card.json").read_text())
    assert report["ocr"]["sha256"] == card["sha256"]
    assert report["command"].startswith("python -m src.evaluate --models ")
    assert set(report) >= {"commit", "machine", "detector", "split", "threads"}


def test_a_threshold_of_ones_own_leaves_detections_out(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    assert evaluate("--min-confidence", 0.95)[0] == 0  # the red plate is found with 0.9
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (report["min_confidence"], report["sets"][0]["found"]) == (0.95, 0)


def test_scenes_without_texts_get_an_average_precision(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("scenes/a.png")
    plate = RED.model_copy(update={"text": None})
    write_manifest(tmp_path / "scenes" / "manifest.jsonl", [Record(image="a.png", split="val", plates=(plate,))])
    assert evaluate("--split", "val", "--sets", "scenes")[0] == 0
    (row,) = json.loads((tmp_path / "report" / "report.json").read_text())["sets"]
    assert (row["ap50"], row["found"], row["read"]) == (1, 1, None)


def test_a_missing_picture_is_named_and_the_status_is_1(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    records = [Record(image=name, split="test", plates=(RED,)) for name in ("gone.png", "a.png")]
    benchmark(tmp_path, *records)
    status, _, err = evaluate()
    row = json.loads((tmp_path / "report" / "report.json").read_text())["sets"][0]
    assert status == 1
    assert f"{tmp_path / 'benchmarks' / 'gate' / 'gone.png'}: no such file" in err.splitlines()
    assert (row["images"], len(row["failures"])) == (1, 1)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--sets", "nowhere"], "nowhere: no manifest"),
        (["--sets", "benchmarks/gate", "--split", "vall"], "no record of split 'vall'"),
        (["--models", "nowhere"], "nowhere/detector: no card.json"),
        (["--provider", "teapot"], "'teapot' is not part"),
        (["--data", "nowhere"], "nowhere: no such data folder"),
        (["--out", "README.md/report"], "README.md/report: Not a directory"),
        (["--what"], "unrecognized arguments: --what"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(evaluate: Command, tmp_path: Path, words: list[str], fault: str) -> None:
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    status, _, err = evaluate(*words)
    assert (status, len(err.splitlines())) == (2, 1)
    assert fault in err
    assert not (tmp_path / "report").exists()


def test_a_broken_manifest_is_named_with_its_line(evaluate: Command, tmp_path: Path) -> None:
    benchmark(tmp_path)
    (tmp_path / "benchmarks" / "gate" / "manifest.jsonl").write_text('{"image": 3}\n')
    status, _, err = evaluate()
    assert status == 2
    assert "manifest.jsonl:1: image" in err
