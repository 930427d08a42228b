"""The robustness command line: what it writes, and how it ends."""

import json
from pathlib import Path

import pytest
from PIL import Image

from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluation.robustness.schema import read_robustness
from src.robustness import main
from tests.commands import Command, Photo, command
from tests.conftest import widen_canvases

RED = PlateLabel(box=(30, 20, 60, 30), text="AB01")


@pytest.fixture
def robustness(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models and ``tmp_path`` as data: status, output, errors."""

    common = ["--models", models, "--threads", 1, "--data", tmp_path, "--out", tmp_path / "report"]
    return command(main, capsys, *common)


@pytest.fixture
def gate(photo: Photo, tmp_path: Path) -> Path:
    """A benchmark of two pictures, each with a red plate."""
    names = ("a.png", "b.png")
    for name in names:
        photo(f"benchmarks/gate/{name}")
    write_manifest(
        tmp_path / "benchmarks/gate/manifest.jsonl", [Record(image=n, split="test", plates=(RED,)) for n in names]
    )
    return tmp_path / "benchmarks" / "gate"


def test_a_benchmark_is_measured_and_reported(robustness: Command, gate: Path, tmp_path: Path) -> None:
    status, out, err = robustness("--effects", "night", "occlusion", "--severities", 5, 1)
    report = read_robustness(tmp_path / "report" / "robustness.json")
    assert status == 0
    assert [(c.effect, c.severity, c.marks) for c in report.conditions[:3]] == [
        ("clean", 0, "RR"),
        ("night", 1, "MM"),  # the fake detector wants pure red
        ("night", 5, "MM"),
    ]
    assert (report.conditions[0].read.value, report.relative[1].read.value) == (1, 0)
    assert report.sets == {"gate": 2}
    assert report.command.startswith("python -m src.robustness --models ")
    card = json.loads((tmp_path / "models" / "ocr" / "card.json").read_text())
    assert report.ocr.sha256 == card["sha256"]
    assert report.detector.threshold == 0.5
    assert "occlusion" in out
    assert "100.0%" in out
    assert "of 2 pictures" in err


def test_a_canvas_of_ones_own(robustness: Command, models: Path, gate: Path, tmp_path: Path) -> None:
    widen_canvases(models)
    assert robustness("--effects", "night", "--severities", 1, "--canvas", 192)[0] == 0
    assert read_robustness(tmp_path / "report" / "robustness.json").detector.input_size == (192, 192)


def test_the_page_needs_no_other_file_and_the_markdown_has_its_table(
    robustness: Command, gate: Path, tmp_path: Path
) -> None:
    robustness("--effects", "fog", "dirt", "--severities", 1)
    folder = tmp_path / "report"
    assert sorted(path.name for path in folder.iterdir()) == [f"robustness.{s}" for s in ("html", "json", "md", "png")]
    page, text = ((folder / f"robustness.{s}").read_text() for s in ("html", "md"))
    assert page.count('src="data:image/') == page.count(" src=") == 2
    assert "dirt</th>" in page
    header = next(line for line in text.splitlines() if line.startswith("| effect"))
    assert header == "| effect | read 1 | read / clean | found 1 | found / clean |"
    assert "commit: " in text
    with Image.open(folder / "robustness.png") as plot:
        assert plot.width > 500


def test_a_baseline_is_compared_with(robustness: Command, gate: Path, tmp_path: Path) -> None:
    robustness("--effects", "night", "jpeg")
    (tmp_path / "report" / "robustness.json").rename(tmp_path / "old.json")
    status, out, _ = robustness("--effects", "night", "jpeg", "--baseline", tmp_path / "old.json")
    comparison = read_robustness(tmp_path / "report" / "robustness.json").comparison
    assert status == 0
    assert "Since the baseline" in out
    assert "within noise" in out
    assert all(change.gained == change.lost == 0 for change in comparison.changes)


def test_a_baseline_of_other_pictures_is_known_before_the_measuring(
    robustness: Command, gate: Path, tmp_path: Path
) -> None:
    robustness("--effects", "night", "--severities", 1)
    old = (tmp_path / "report" / "robustness.json").rename(tmp_path / "old.json")
    write_manifest(tmp_path / "street/manifest.jsonl", [Record(image="../benchmarks/gate/a.png", plates=(RED,))])
    for words, missing in ((["--sets", "street", "--split", "train"], "plate"), (["--severities", 5], "effect")):
        status, _, err = robustness("--effects", "night", *words, "--baseline", old)
        assert status == 2
        assert err == f"python -m src.robustness: {old}: no {missing} in common with this run\n"


def test_what_a_manifest_cannot_mean_is_named_and_the_status_is_1(
    robustness: Command, gate: Path, tmp_path: Path
) -> None:
    outside = PlateLabel(box=(3000, 20, 3030, 30))
    records = [Record(image="a.png", split="test", plates=plates) for plates in ((RED,), (RED,))]
    records += [Record(image="b.png", split="test", plates=(outside,))]
    write_manifest(gate / "manifest.jsonl", records)
    status, _, err = robustness("--effects", "night", "--severities", 1)
    assert status == 1
    assert f"{gate / 'a.png'}: a second time in the manifest" in err
    assert f"{gate / 'b.png'}: plates.0.box: 3000, 20, 3030, 30 is outside the picture of 96 x 64" in err
    assert err.splitlines()[-1] == f"{tmp_path / 'report' / 'robustness.html'} has it all"


def test_a_missing_picture_is_named_and_the_status_is_1(robustness: Command, gate: Path, tmp_path: Path) -> None:
    (gate / "a.png").unlink()
    status, _, err = robustness("--effects", "night")
    report = read_robustness(tmp_path / "report" / "robustness.json")
    assert status == 1
    assert f"{gate / 'a.png'}: no such file" in err.splitlines()
    assert (report.sets, len(report.skipped)) == ({"gate": 1}, 1)
    assert "a.png: no such file" in (tmp_path / "report" / "robustness.md").read_text()


def test_a_sheet_is_written_without_models(robustness: Command, gate: Path, tmp_path: Path) -> None:
    status, out, _ = robustness("--sheet", tmp_path / "new" / "sheet.png", "--models", "nowhere", "--severities", 1)
    assert (status, out) == (0, "")
    assert not (tmp_path / "report").exists()
    with Image.open(tmp_path / "new" / "sheet.png") as sheet:
        assert sheet.height > 8 * 220  # the clean picture, then fourteen effects two abreast


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--effects", "hail"], "no effect 'hail'; there are rain, fog, snow, night,"),
        (["--severities", "6"], "'6' is not a severity from 1 to 5"),
        (["--images", "0"], "'0' is not a number of pictures"),
        (["--sets", "nowhere"], "nowhere: no manifest"),
        (["--sets", "gate", "--split", "vall"], "no labelled picture of split 'vall'"),
        (["--sets", "empty"], "empty: no scene with a labelled plate"),
        (["--sets", "gone"], "none of the pictures could be read"),
        (["--models", "nowhere"], "nowhere/detector: no card.json"),
        (["--data", "nowhere"], "nowhere: no such data folder"),
        (["--out", "README.md/report"], "README.md/report: Not a directory"),
        (["--sheet", "sheet.what"], "'sheet.what' is not the name of a picture"),
        (["--baseline", "nowhere.json"], "nowhere.json: No such file or directory"),
        (["--baseline", "README.md"], "README.md: not a report of src.robustness: "),
        (["--baseline", "other.json"], "other.json: not a report of src.robustness: schema_version is missing"),
        (["--baseline", "pyproject.json"], "pyproject.json: a report of schema version 7, here 1 is read"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    robustness: Command, gate: Path, tmp_path: Path, words: list[str], fault: str
) -> None:
    write_manifest(tmp_path / "empty/manifest.jsonl", [Record(image="a.png", split="test", plates=())])
    write_manifest(tmp_path / "gone/manifest.jsonl", [Record(image="a.png", split="test", plates=(RED,))])
    (tmp_path / "pyproject.json").write_text('{"schema_version": 7}')
    (tmp_path / "other.json").write_text('{"systems": []}')
    words = [str(tmp_path / word) if word in ("pyproject.json", "other.json") else word for word in words]
    status, _, err = robustness("--effects", "night", *words) if words[0] != "--effects" else robustness(*words)
    lines = [line for line in err.splitlines() if " of 1 picture," not in line and "a.png: no such file" not in line]
    assert (status, len(lines)) == (2, 1)
    assert fault in lines[0]
