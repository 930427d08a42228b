"""``last`` is the last epoch and ``best`` the best one, whatever the metric does."""

from pathlib import Path
from typing import ClassVar

import pytest
import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from torch.utils.data import DataLoader

from src.export.package import _provenance
from src.training.build import TrainConfig, build
from src.training.callbacks import Provenance


class Worsening(pl.LightningModule):
    """Its metric falls from epoch to epoch."""

    def __init__(self, metric: str) -> None:
        super().__init__()
        self.metric = metric
        self.layer = torch.nn.Linear(1, 1)

    def training_step(self, batch: torch.Tensor, index: int) -> torch.Tensor:
        return self.layer(batch).sum()

    def validation_step(self, batch: torch.Tensor, index: int) -> None:
        self.log(self.metric, 1.0 / (1 + self.current_epoch))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


@pytest.mark.parametrize(("entry", "metric"), [("train_detector", "val/ap50"), ("train_ocr", "val/read")])
def test_last_is_written_when_best_is_not(entry: str, metric: str, tmp_path: Path) -> None:
    ConfigStore.instance().store("train_schema", TrainConfig)
    with initialize_config_dir(str(Path("configs").resolve()), version_base="1.3"):
        config = compose(entry, [f"output_dir={tmp_path}"])
    callbacks = [build(config.callbacks[name]) for name in ("best", "last")]
    trainer = pl.Trainer(
        max_epochs=3, callbacks=callbacks, accelerator="cpu", logger=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    data = DataLoader(torch.ones(4, 1))
    trainer.fit(Worsening(metric), data, data)
    epochs = {p.stem: torch.load(p, weights_only=True)["epoch"] for p in (tmp_path / "checkpoints").iterdir()}
    assert epochs == {"best": 0, "last": 2}


class Ones(pl.LightningDataModule):
    """One batch an epoch; what a card asks of a data module."""

    batch_size = 4
    sources: ClassVar = {"gate": 4}

    def train_dataloader(self) -> DataLoader:
        return DataLoader(torch.ones(4, 1))


def test_a_resumed_run_still_says_what_it_started_from(tmp_path: Path) -> None:
    start = {"name": "coco", "sha256": "0" * 64, "trained_on": {}}

    def fit(epochs: int, resumed: str | None, started_from: list) -> dict:
        provenance = Provenance()
        provenance.started_from = started_from
        trainer = pl.Trainer(
            max_epochs=epochs, callbacks=[provenance], accelerator="cpu", logger=False, enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False, precision="bf16-mixed",
        )  # fmt: skip
        trainer.fit(Worsening("val/read"), Ones(), ckpt_path=resumed, weights_only=True)
        trainer.save_checkpoint(tmp_path / "last.ckpt")
        return torch.load(tmp_path / "last.ckpt", weights_only=True)["provenance"]

    first, resumed = fit(1, None, [start]), fit(2, str(tmp_path / "last.ckpt"), [])
    assert (first["sources"], first["samples"], first["precision"]) == ({"gate": 4}, 16, "bf16-mixed")
    assert first["started_from"] == resumed["started_from"] == [start]
    stated = _provenance(resumed, {})
    assert (stated["started_from"], stated["precision"]) == ([start], "bf16-mixed")
