"""Trains the plate reader: ``python -m src.train_ocr [HYDRA OVERRIDES]``."""

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from src.training.build import TrainConfig
from src.training.train import train_or_explain

ConfigStore.instance().store("train_schema", TrainConfig)


@hydra.main(version_base="1.3", config_path="../configs", config_name="train_ocr")
def main(config: DictConfig) -> None:
    train_or_explain(config)


if __name__ == "__main__":
    main()
