"""Trains the plate reader: ``python -m src.train_ocr [HYDRA OVERRIDES]``."""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from src.core.cli import run_command
from src.training.build import TrainConfig
from src.training.hydra_command import hydra_command
from src.training.train import train_or_explain

ConfigStore.instance().store("train_schema", TrainConfig)


@hydra.main(version_base="1.3", config_path="../configs", config_name="train_ocr")
def main(config: DictConfig) -> None:
    train_or_explain(config)


if __name__ == "__main__":
    run_command(hydra_command(main, "train_ocr"))
