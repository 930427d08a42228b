"""The command line of decisions: what it measures and writes, and how it ends."""

from pathlib import Path

import pytest

from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluate_decisions import main
from src.evaluation.decisions.schema import Decisions
from tests.commands import Command, Photo, command
from tests.conftest import RED_TEXT


@pytest.fixture
def decisions(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models and ``tmp_path`` as data: status, output, errors."""

    common = ["--models", models, "--threads", 1, "--data", tmp_path, "--out", tmp_path / "report"]
    return command(main, capsys, *common)


@pytest.fixture
def gate(photo: Photo, tmp_path: Path) -> Path:
    """A benchmark of two pictures, each with a red plate that is read right, and one of ``val`` with none."""
    label = PlateLabel(box=(30, 20, 60, 30), text=RED_TEXT)
    for folder, split, names in (("benchmarks/gate", "test", ("a.png", "b.png")), ("scenes", "val", ("c.png",))):
        for name in names:
            photo(f"{folder}/{name}")
        records = [Record(image=name, split=split, plates=(label,)) for name in names]
        write_manifest(tmp_path / folder / "manifest.jsonl", records)
    return tmp_path / "benchmarks" / "gate"


def report(folder: Path) -> Decisions:
    return Decisions.model_validate_json((folder / "report" / "decisions.json").read_text())


def test_both_errors_are_measured_and_reported(decisions: Command, gate: Path, tmp_path: Path) -> None:
    status, out, err = decisions()
    assert status == 0, err
    made = report(tmp_path)
    assert made.plates == {"val": 1, "benchmarks": 2}
    assert [(e.split, e.size) for e in made.by_size] == [(s, n) for s in made.plates for n in (10, 100, 1000, 10000)]
    for errors in made.by_size:
        shares = (errors.residents_in, errors.residents_asked, errors.residents_away)
        assert sum(share.value for share in shares) == pytest.approx(1)
        assert errors.residents_in.n == made.plates[errors.split]
    assert {e.allow_from for e in made.by_threshold} >= {None, 0.5, 0.96}
    assert "Both errors by threshold" in out
    assert (tmp_path / "report" / "decisions.html").is_file()


def test_readings_are_kept_for_the_next_run(decisions: Command, gate: Path, tmp_path: Path) -> None:
    decisions()
    (kept,) = (tmp_path / "report").glob("readings-*.jsonl")
    kept.write_text("".join(kept.read_text().splitlines(keepends=True)[:2]), encoding="utf-8")
    status, _, err = decisions()
    assert status == 0
    assert "readings of an earlier run" in err
    assert sum(report(tmp_path).plates.values()) == 2
    decisions("--anew")
    assert sum(report(tmp_path).plates.values()) == 3


def test_a_faulty_line_is_named(decisions: Command, gate: Path, tmp_path: Path) -> None:
    decisions()
    (kept,) = (tmp_path / "report").glob("readings-*.jsonl")
    kept.write_text("{}\n", encoding="utf-8")
    status, _, err = decisions()
    assert status == 2
    assert err.splitlines()[-1].startswith(f"python -m src.evaluate_decisions: {kept}:1: split: ")


def test_a_picture_that_cannot_be_read_is_named(decisions: Command, gate: Path, tmp_path: Path) -> None:
    (gate / "b.png").write_bytes(b"no picture")
    status, _, err = decisions()
    assert status == 1
    assert f"{gate / 'b.png'}: " in err
    assert report(tmp_path).plates == {"val": 1, "benchmarks": 1}
    assert not list((tmp_path / "report").glob("readings-*.jsonl"))  # the next run tries again


def test_without_data_it_says_so_in_one_line(decisions: Command, tmp_path: Path) -> None:
    status, _, err = decisions()
    assert status == 2
    assert err.startswith("python -m src.evaluate_decisions: ")
