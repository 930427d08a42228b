"""``last`` is the last epoch and ``best`` the best one, whatever the metric does."""

from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from torch.utils.data import DataLoader

from src.training.build import TrainConfig, build


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
