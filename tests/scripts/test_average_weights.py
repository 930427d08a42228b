"""The mean of two checkpoints is between them, and only of those of which one started from the other."""

from pathlib import Path

import pytest
import torch

from scripts.average_weights import main
from src.training.weights import sha256_of


def checkpoint(path: Path, weight: list[float], *started_from: Path) -> Path:
    starts = [{"name": "x", "sha256": sha256_of(start), "trained_on": {}} for start in started_from]
    state = {"model.weight": torch.tensor(weight), "model.steps": torch.tensor(len(starts))}
    torch.save({"state_dict": state, "provenance": {"metrics": {"val/read": 0.9}, "started_from": starts}}, path)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    before = checkpoint(tmp_path / "before.ckpt", [0.0, 4.0])
    return before, checkpoint(tmp_path / "after.ckpt", [1.0, 8.0], before)


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A validation needs the data of the training; it is told where that lies, and what to validate."""

    def validated(config: Path, state: dict) -> dict[str, float]:
        assert config.name == "config.yaml"
        return {"val/read": float(state["model.weight"][0])}

    monkeypatch.setattr("scripts.average_weights.validated", validated)


@pytest.mark.parametrize(("words", "expected"), [([], [0.5, 6.0]), (["--share", "0.25"], [0.25, 5.0])])
def test_it_lies_between(pair: tuple[Path, Path], words: list[str], expected: list[float], tmp_path: Path) -> None:
    out = tmp_path / "out.ckpt"
    assert main([*map(str, (*pair, out)), *words]) == 0
    made = torch.load(out, weights_only=True)
    assert made["state_dict"]["model.weight"].tolist() == expected
    assert made["state_dict"]["model.steps"] == 1
    assert made["provenance"]["metrics"] == {"val/read": expected[0]}


def test_two_strangers_have_no_mean(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = pair
    other = checkpoint(tmp_path / "other.ckpt", [1.0, 2.0, 3.0], before)
    for one, two, said in ((after, before, "did not start from"), (before, other, "not of the same network")):
        assert main([str(one), str(two), str(tmp_path / "out.ckpt")]) == 2
        assert said in capsys.readouterr().err
    assert main([str(before), str(tmp_path / "gone.ckpt"), str(tmp_path / "out.ckpt")]) == 2
    assert "gone.ckpt" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*map(str, (*pair, tmp_path / "out.ckpt")), "--share", "2"])
