"""The evaluation's command line: what it writes, and how it ends."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluate import main
from src.evaluation.accuracy.predictions import Prediction
from src.evaluation.accuracy.schema import Report, read_report
from src.evaluation.datasets.sets import EvaluationSet
from tests.commands import Command, Photo, command
from tests.conftest import CANVAS, CROP, widen_canvases, with_formats

RED = PlateLabel(box=(30, 20, 60, 30), text="AB01")


@pytest.fixture
def evaluate(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models and ``tmp_path`` as data: status, output, errors."""

    common = ["--models", models, "--threads", 1, "--data", tmp_path, "--out", tmp_path / "report"]
    return command(main, capsys, *common)


def benchmark(folder: Path, *records: Record) -> None:
    write_manifest(folder / "benchmarks" / "gate" / "manifest.jsonl", records)


def saved(folder: Path) -> Report:
    return read_report(folder / "report" / "report.json")


def jsonl(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def predicted(image: Path, text: str = "AB01") -> dict[str, Any]:
    return {"image": str(image), "plates": [{"box": RED.box, "text": text, "confidence": 0.5}]}


def test_a_benchmark_is_reported(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    status, out, err = evaluate()
    report = saved(tmp_path)
    assert status == 0
    assert err.splitlines() == ["gate: 1 picture", f"{tmp_path / 'report' / 'report.html'} has it all"]
    (gate,) = report.ours.sets
    assert (gate.name, gate.images, gate.texts) == ("gate", 1, 1)
    assert [flow.read.value for flow in (gate.path, gate.ocr)] == [1, 1]
    assert (gate.detector.found.value, gate.detector.ap50.value) == (1, 1)
    assert [o.flow for o in report.ours.outcomes] == ["path", "ocr"]
    assert "100.0%" in out
    assert (tmp_path / "report" / "report.md").is_file()
    assert (tmp_path / "report" / "report.html").is_file()
    card = json.loads((tmp_path / "models" / "ocr" / "card.json").read_text())
    assert (report.ocr.sha256, report.ocr.threshold, report.detector.threshold) == (card["sha256"], None, 0.5)
    assert (report.ocr.input_size, report.detector.input_size) == (CROP, CANVAS)
    assert report.command.startswith("python -m src.evaluate --models ")
    assert (report.split, report.threads, report.comparison) == ("test", 1, None)
    assert (report.errors.exact, report.calibration.pooled.n) == (1, 1)


def test_a_threshold_and_a_canvas_of_ones_own(evaluate: Command, models: Path, photo: Photo, tmp_path: Path) -> None:
    widen_canvases(models)
    photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    assert evaluate("--min-confidence", 0.95, "--canvas", 32)[0] == 0  # the red plate is found with 0.9
    detector, figures = saved(tmp_path).detector, saved(tmp_path).ours.sets[0].detector
    assert (detector.threshold, detector.input_size) == (0.95, (32, 32))
    assert (figures.found.value, figures.ap50.value) == (0, 1)
    assert figures.ap.value < 1  # to whole pixels of a canvas of a third the size


def test_ones_own_manifest_is_measured_whatever_its_split(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("gate/a.png")
    write_manifest(tmp_path / "gate" / "manifest.jsonl", [Record(image="a.png", plates=(RED,))])
    status, _, err = evaluate("--sets", tmp_path / "gate")
    assert status == 2
    assert "no labelled picture of split 'test'; it has 1 of 'train'" in err
    assert evaluate("--sets", tmp_path / "gate", "--split", "all")[0] == 0
    assert saved(tmp_path).ours.sets[0].path.read.value == 1


def test_a_missing_picture_is_named_and_the_status_is_1(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    records = [Record(image=name, split="test", plates=(RED,)) for name in ("gone.png", "a.png")]
    benchmark(tmp_path, *records)
    status, _, err = evaluate()
    ours = saved(tmp_path).ours
    gone = str(tmp_path / "benchmarks" / "gate" / "gone.png")
    assert status == 1
    assert f"{gone}: no such file" in err.splitlines()
    assert (ours.sets[0].images, [s.image for s in ours.skipped]) == (1, [gone])


def test_a_picture_that_does_not_fit_its_record_is_named_and_the_status_is_1(
    evaluate: Command, photo: Photo, tmp_path: Path
) -> None:
    photo("benchmarks/gate/a.png"), photo("benchmarks/gate/b.png")
    benchmark(
        tmp_path,
        Record(image="a.png", split="test", plates=(RED,)),
        Record(image="b.png", split="test", plates=(RED, PlateLabel(box=(3000, 20, 3030, 30)))),
        Record(image="c.png", split="test"),
        Record(image="./a.png", split="test", plates=(RED,)),
    )
    status, _, err = evaluate()
    faults = [line.removeprefix(f"{tmp_path}/benchmarks/gate/") for line in err.splitlines()[1:-1]]
    assert status == 1
    assert faults == [
        "c.png: neither plates nor text in its record",
        "a.png: a second time in the manifest",
        "b.png: plates.1.box: 3000, 20, 3030, 30 is outside the picture of 96 x 64",
    ]
    assert (saved(tmp_path).ours.sets[0].images, len(saved(tmp_path).ours.skipped)) == (1, 3)


@pytest.mark.parametrize(
    ("plate", "fault"),
    [
        ('{"box": [60, 30, 30, 20]}', "plates.0.box: x1 < x2 and y1 < y2 expected, got 60, 30, 30, 20"),
        (
            '{"box": [30, 20, 60, 30], "text": "ab 01"}',
            "plates.0.text: 'ab 01' is not in canonical spelling (AB01)",
        ),
    ],
)
def test_a_label_that_cannot_be_scored_ends_the_run(evaluate: Command, tmp_path: Path, plate: str, fault: str) -> None:
    benchmark(tmp_path)
    manifest = tmp_path / "benchmarks" / "gate" / "manifest.jsonl"
    manifest.write_text(f'{{"image": "a.png", "split": "test", "plates": [{plate}]}}\n')
    status, _, err = evaluate()
    assert (status, err) == (2, f"python -m src.evaluate: {manifest}:1: {fault}\n")


def test_predictions_of_other_systems_stand_beside_the_models(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    image = photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    right, wrong = (jsonl(tmp_path / f"{text}.jsonl", predicted(image, text)) for text in ("AB01", "A001"))
    status, out, _ = evaluate("--predictions", f"peer={right}", "--predictions", wrong)
    systems = saved(tmp_path).systems
    assert status == 0
    assert [s.name for s in systems] == ["ours", "peer", "A001"]
    assert [s.sets[0].path.read.value for s in systems] == [1, 1, 0]
    assert all(name in out for name in ("ours", "peer", "A001"))


def test_a_picture_without_prediction_is_named_and_the_status_is_1(
    evaluate: Command, photo: Photo, tmp_path: Path
) -> None:
    image, other = photo("benchmarks/gate/a.png"), photo("benchmarks/gate/b.png")
    benchmark(tmp_path, *(Record(image=path.name, split="test", plates=(RED,)) for path in (image, other)))
    status, out, err = evaluate("--predictions", jsonl(tmp_path / "peer.jsonl", predicted(image)))
    assert status == 1
    assert out.count("* missing: 1 picture of gate for peer\n") == 3  # path, detector, by width
    assert f"{other}: no prediction in {tmp_path / 'peer.jsonl'}" in err.splitlines()
    ours, peer = saved(tmp_path).systems
    assert (ours.sets[0].images, peer.sets[0].images, len(peer.skipped)) == (2, 1, 1)


def test_a_long_list_of_skipped_pictures_is_cut_and_counted(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    names = ["a.png", *(f"gone-{n}.png" for n in range(23))]
    benchmark(tmp_path, *(Record(image=name, split="test", plates=(RED,)) for name in names))
    status, _, err = evaluate()
    assert status == 1
    assert err.splitlines()[-2] == "and 3 more skipped pictures, all of them in the report"
    assert len(saved(tmp_path).ours.skipped) == 23


def test_a_run_is_compared_with_an_earlier_report(evaluate: Command, photo: Photo, tmp_path: Path) -> None:
    photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    evaluate("--min-confidence", 0.95)
    baseline = (tmp_path / "report" / "report.json").rename(tmp_path / "old.json")
    status, out, _ = evaluate("--baseline", baseline)
    comparison = saved(tmp_path).comparison
    assert status == 0
    assert (comparison.baseline, [f.flow for f in comparison.flows]) == (str(baseline), ["detector", "path", "ocr"])
    assert [c.after for c in comparison.flows[1].became_right] == ["AB01"]
    assert "1 became right, 0 wrong" in out


def test_val_brings_drawn_plates_where_their_typefaces_are_and_what_is_hard(
    evaluate: Command, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo("scenes/a.png")
    write_manifest(tmp_path / "scenes" / "manifest.jsonl", [Record(image="a.png", split="val", plates=(RED,))])
    status, _, err = evaluate("--split", "val", "--fonts", tmp_path / "no")
    assert status == 0
    assert any(line.startswith("no drawn plates: ") for line in err.splitlines())
    drawn = EvaluationSet("synthetic", "plates", photo("drawn/s.png").parent, (Record(image="s.png", text="AB01"),))
    monkeypatch.setattr("src.evaluate.drawn_set", lambda *_: drawn)
    monkeypatch.setattr("src.evaluate.province_set", lambda *_: replace(drawn, name="hard/provinces"))
    monkeypatch.setattr("src.evaluate.vanity_set", lambda *_: replace(drawn, name="hard/vanity"))
    monkeypatch.setattr("src.evaluate.typeface_set", lambda *_: replace(drawn, name="hard/typefaces"))
    assert evaluate("--split", "val")[0] == 0
    assert [s.name for s in saved(tmp_path).ours.sets][:2] == ["scenes", "synthetic"]
    rows = {"hard/provinces", "hard/vanity", "hard/typefaces", "hard/no-plate-page"}
    assert {s.name for s in saved(tmp_path).ours.sets[2:]} == rows


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--sets", "nowhere"], "nowhere: no manifest"),
        (["--sets", "benchmarks/gate", "--split", "vall"], "no labelled picture of split 'vall'"),
        (["--models", "nowhere"], "nowhere/detector: no card.json"),
        (["--provider", "teapot"], "'teapot' is not part"),
        (["--data", "nowhere"], "nowhere: no such data folder"),
        (["--out", "README.md/report"], "README.md/report: Not a directory"),
        (["--what"], "unrecognized arguments: --what"),
        (["--synthetic", "some"], "'some' is not a number"),
        (["--baseline", "gone.json"], "gone.json: No such file"),
        (["--baseline", "pyproject.toml"], "pyproject.toml: not a report of src.evaluate"),
        (["--predictions", "gone.jsonl"], "gone.jsonl: No such file"),
        (["--predictions", "peer=README.md"], "README.md:1: line: Invalid JSON"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(evaluate: Command, tmp_path: Path, words: list[str], fault: str) -> None:
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    status, _, err = evaluate(*words)
    assert (status, len(err.splitlines())) == (2, 1)
    assert fault in err
    assert not (tmp_path / "report").exists()


def test_a_named_data_folder_without_benchmarks_is_no_wish_for_the_samples(evaluate: Command, tmp_path: Path) -> None:
    status, _, err = evaluate()
    assert (status, err) == (2, f"python -m src.evaluate: no benchmarks/*/manifest.jsonl below {tmp_path}\n")


def test_the_report_of_another_tool_is_no_baseline(evaluate: Command, tmp_path: Path) -> None:
    (tmp_path / "benchmark.json").write_text('{"schema_version": 1, "load": 0.5}')
    status, _, err = evaluate("--baseline", tmp_path / "benchmark.json")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "benchmark.json: not a report of src.evaluate: command: Field required" in err


def test_a_broken_manifest_is_named_with_its_line(evaluate: Command, tmp_path: Path) -> None:
    benchmark(tmp_path)
    (tmp_path / "benchmarks" / "gate" / "manifest.jsonl").write_text('{"image": 3}\n')
    status, _, err = evaluate()
    assert status == 2
    assert "manifest.jsonl:1: image" in err


def test_predictions_that_cannot_be_scored_are_one_line_and_status_2(evaluate: Command, tmp_path: Path) -> None:
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    image = tmp_path / "benchmarks" / "gate" / "a.png"
    known, unknown = (
        jsonl(tmp_path / "a.jsonl", predicted(image)),
        jsonl(tmp_path / "b.jsonl", predicted(tmp_path / "x")),
    )
    for words, fault in (
        (["--predictions", unknown], f"{unknown}:1: {tmp_path / 'x'}: no picture of the evaluated sets"),
        (["--predictions", f"ours={known}"], "another system is called 'ours'"),
        (["--predictions", known, "--predictions", known], "another system is called 'a'"),
    ):
        status, _, err = evaluate(*words)
        assert (status, len(err.splitlines())) == (2, 1)
        assert fault in err


def test_a_baseline_of_another_schema_version_is_one_line_and_status_2(evaluate: Command, tmp_path: Path) -> None:
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED,)))
    (tmp_path / "old.json").write_text('{"schema_version": 0}')
    status, _, err = evaluate("--baseline", tmp_path / "old.json")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "old.json: a report of schema version 0, here 1 is read" in err


def test_help_is_enough_to_measure_ones_own_pictures(evaluate: Command) -> None:
    """The manifest and the predictions that it shows are taken by the code that reads them."""
    status, out, _ = evaluate("--help")
    shown = [json.loads(line.strip()) for line in out.splitlines() if line.strip().startswith('{"image"')]
    records, (prediction,) = [Record.model_validate(line) for line in shown[:3]], shown[3:]
    assert status == 0
    assert [record.is_scene for record in records] == [True, True, False]
    assert Prediction.model_validate(prediction).plates[0].text == records[0].plates[0].text


@pytest.mark.parametrize(("formats", "region"), [("off", None), ("inferred", "AT"), ("given", "AT")])
def test_formats_may_be_off_inferred_or_given(
    evaluate: Command, models: Path, photo: Photo, tmp_path: Path, formats: str, region: str | None
) -> None:
    with_formats(models)
    photo("benchmarks/gate/a.png")
    benchmark(tmp_path, Record(image="a.png", split="test", plates=(RED.model_copy(update={"region": "AT"}),)))
    assert evaluate("--formats", formats)[0] == 0
    assert {outcome.read_region for outcome in saved(tmp_path).ours.outcomes} == {region}
    assert f"--formats {formats}" in saved(tmp_path).command
