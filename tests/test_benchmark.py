"""The benchmark's command line, end to end on tiny pictures: what it writes, and how it ends."""

from pathlib import Path

import pytest

from src.benchmark import main
from src.core.card import sha256_of
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluation.latency.run import Plan
from src.evaluation.latency.schema import read_benchmark
from tests.commands import Command, Photo, command
from tests.conftest import widen_canvases

RED = PlateLabel(box=(30, 20, 60, 30), text="AB01")
TINY = ("--megapixels", 0.01, "--images", 2, "--repeats", 1, "--starts", 1)


@pytest.fixture
def benchmark(models: Path, photo: Photo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models over two pictures of one set: status, output, errors."""
    records = [Record(image=photo(f"benchmarks/gate/{n}.png").name, split="test", plates=(RED,)) for n in range(2)]
    write_manifest(tmp_path / "benchmarks" / "gate" / "manifest.jsonl", records)

    common = ["--models", models, "--threads", 2, "--data", tmp_path, "--out", tmp_path / "report", *TINY]
    return command(main, capsys, *common)


def test_a_run_measures_everything(
    benchmark: Command, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = benchmark()
    report = read_benchmark(tmp_path / "report" / "benchmark.json")
    assert status == 0
    assert [(row.threads, row.megapixels, row.pictures) for row in report.pictures] == [(1, 0.01, 2), (2, 0.01, 2)]
    assert [row.stages["total"].n for row in report.pictures] == [2, 2]
    assert [(row.plates, row.threads) for row in report.batches] == [(n, t) for t in (1, 2) for n in (1, 4, 16, 32)]
    assert [(row.megapixels, row.start.n) for row in report.fresh] == [(0.01, 1)]
    assert 20 < report.fresh[0].peak_mib < 2000
    # 64 x 96 pixels by two colours of three channels; nine columns of six classes by three channels
    assert [row.gflop * 1e9 for row in report.models] == pytest.approx([2 * 64 * 96 * 2 * 3, 2 * 9 * 6 * 3])
    assert report.models[0].sha256 == sha256_of(models / "detector" / "model.onnx")
    assert report.sets == ("gate",)
    assert report.command.startswith("python -m src.benchmark --models ")
    assert report.matmul_gflop_per_s > 0.1
    assert "CPUExecutionProvider" in out
    monkeypatch.setattr("src.benchmark.run", lambda *_: report)  # once is enough
    compared = benchmark("--baseline", tmp_path / "report" / "benchmark.json")[1]
    assert f"Beside the run of {report.created}" in compared
    assert "Only ratios within one run on the same machine are fair" in compared


def test_a_canvas_of_ones_own(benchmark: Command, models: Path, tmp_path: Path) -> None:
    """Operations are counted for it, pictures are timed with it, and a fresh process is told of it."""
    widen_canvases(models)
    assert benchmark("--canvas", 192)[0] == 0
    report = read_benchmark(tmp_path / "report" / "benchmark.json")
    assert report.models[0].gflop * 1e9 == pytest.approx(2 * 192 * 192 * 2 * 3)
    plan = Plan(models, "cpu", 1, None, 192, (), 1, 1, 1, None)
    assert plan.open(1).detector.largest == (192, 192)
    assert plan.command(tmp_path)[-2:] == ["--canvas", "192"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--sets", "nowhere"], "nowhere: no manifest"),
        (["--models", "nowhere"], "nowhere/detector: no card.json"),
        (["--provider", "teapot"], "'teapot' is not part"),
        (["--data", "nowhere"], "nowhere: no such data folder"),
        (["--baseline", "README.md"], "README.md: not a report of src.benchmark: file: Invalid JSON"),
        (["--peer", "nowhere"], "nowhere: no files match yolo*.onnx"),
        (["--out", "README.md/report"], "README.md/report: Not a directory"),
        (["--images", "0"], "--images: '0' is not a number over 0"),
        (["--megapixels", "big"], "--megapixels: 'big' is not a number over 0"),
        (["--megapixels", "nan"], "--megapixels: 'nan' is not a number over 0"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(benchmark: Command, tmp_path: Path, words: list[str], fault: str) -> None:
    status, _, err = benchmark(*words)
    assert (status, len(err.splitlines())) == (2, 1)
    assert fault in err
    assert not (tmp_path / "report" / "benchmark.json").exists()


def test_a_missing_picture_ends_the_run_by_name(benchmark: Command, tmp_path: Path) -> None:
    (tmp_path / "benchmarks" / "gate" / "1.png").unlink()
    status, _, err = benchmark()
    assert status == 2
    assert f"{tmp_path / 'benchmarks' / 'gate' / '1.png'}: no such file" in err
    assert list((tmp_path / "report").iterdir()) == []


def test_a_named_data_folder_without_benchmarks_is_no_wish_for_the_samples(benchmark: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, _, err = benchmark("--data", tmp_path / "empty")
    assert (status, len(err.splitlines())) == (2, 1)
    assert f"no benchmarks/*/manifest.jsonl below {tmp_path / 'empty'}" in err


def test_crops_alone_have_nothing_to_time(benchmark: Command, tmp_path: Path) -> None:
    write_manifest(tmp_path / "ocr" / "manifest.jsonl", [Record(image="c.png", split="test", text="AB01")])
    status, _, err = benchmark("--sets", "ocr")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "no scenes in the sets" in err
