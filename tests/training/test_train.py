"""How a run begins."""

from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

from src.training.build import ConfigError
from src.training.train import train


@pytest.mark.parametrize(("threads", "used"), [(0, 1), (3, 3)])
def test_torch_has_no_more_threads_than_usable_cores_unless_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int, used: int
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: 8)
    monkeypatch.setattr(torch, "set_num_threads", seen.append)
    monkeypatch.setattr("src.training.train.usable_cores", lambda: 1)
    config = OmegaConf.create({"seed": 1, "threads": threads, "output_dir": str(tmp_path), "resume": "gone.ckpt"})
    with pytest.raises(ConfigError, match=r"no checkpoint gone\.ckpt"):
        train(config)
    assert seen == [used]
