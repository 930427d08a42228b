"""A training in sittings: each stops after whole epochs, the next goes on."""

from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from torch import Tensor, nn
from torch.utils.data import DataLoader

from src.training import time_limit
from src.training.callbacks import WarmedEMA
from src.training.time_limit import TimeLimit

pytestmark = pytest.mark.filterwarnings("ignore")
BATCHES = 4


class Line(pl.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)

    def training_step(self, batch: Tensor, index: int) -> Tensor:
        return self.layer(batch).square().mean()

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), 0.1)


class Clock:
    """Stands for the module ``time``: each epoch asks twice and lasts a minute."""

    def __init__(self) -> None:
        self.now = -60.0

    def monotonic(self) -> float:
        self.now += 60
        return self.now


def sitting(folder: Path, minutes: float, resume: str | None = None) -> pl.Trainer:
    keep = ModelCheckpoint(folder, save_last=True, enable_version_counter=False)
    trainer = pl.Trainer(
        max_epochs=6, callbacks=[TimeLimit(minutes), keep], accelerator="cpu", logger=False,
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(Line(), DataLoader(torch.ones(BATCHES, 2)), ckpt_path=resume, weights_only=True)
    return trainer


def test_sittings_end_between_epochs_and_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "time", Clock())  # an epoch takes 1 minute, 1 more passes between two
    first = sitting(tmp_path, minutes=4)
    assert (first.current_epoch, first.global_step) == (2, 2 * BATCHES)
    monkeypatch.setattr(time_limit, "time", Clock())
    second = sitting(tmp_path, 4, str(tmp_path / "last.ckpt"))
    assert (second.current_epoch, second.global_step) == (4, 4 * BATCHES)


def test_the_first_epoch_is_always_finished(tmp_path: Path) -> None:
    assert sitting(tmp_path, minutes=0).current_epoch == 1


def test_the_average_follows_its_module_to_the_device() -> None:
    average, module, trainer = WarmedEMA(), Line(), pl.Trainer(logger=False, barebones=True, accelerator="cpu")
    average.setup(trainer, module, "fit")
    average.on_fit_start(trainer, module.to("meta"))
    assert average._average_model is not None
    assert {p.device.type for p in average._average_model.parameters()} == {"meta"}
