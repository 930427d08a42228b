"""One training run from a composed configuration: what both entry modules share."""

import logging
import sys
from pathlib import Path

import pytorch_lightning as pl
import torch
from hydra.errors import InstantiationException
from omegaconf import DictConfig, OmegaConf

from src.core.cli import FAILED, USAGE
from src.core.cores import usable_cores
from src.core.formats.registry import RegistryError, alphabet_of, load_registry
from src.core.image import ImageError
from src.core.processor import processor_features
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.data.synthesis import FontError, SynthesisError
from src.training.build import ConfigError, build, check
from src.training.callbacks import Provenance
from src.training.cpu import fast_depthwise
from src.training.precision import AUTO, device_type, fast_precision
from src.training.weights import WeightsError, load_weights, starts_of

log = logging.getLogger(__name__)

USER_FAULTS = (
    ConfigError,
    CorrectionError,
    FontError,
    ImageError,
    InstantiationException,  # a constructor that refused its values
    LabelError,
    ManifestError,
    RegistryError,
    SynthesisError,
    WeightsError,
)


def train_or_explain(config: DictConfig) -> None:
    """``train``; what the user can mend ends in one line instead of a traceback: status 2 for a wrong configuration."""
    try:
        train(config)
    except USER_FAULTS as error:
        print(f"{config.name}: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(USAGE if isinstance(error, ConfigError) else FAILED)


def train(config: DictConfig) -> None:
    """Fits ``config.model`` on ``config.data``; writes logs, config and checkpoints under ``config.output_dir``.

    ``init_from`` (an export folder or a checkpoint) gives the first weights, all but those whose names begin with one
    of ``init_may_lack``, and rows of characters and countries that it does not know; ``resume`` (``last`` or a
    checkpoint) goes on with optimiser, schedule and epoch of an interrupted run.
    """
    torch.set_num_threads(config.threads or min(torch.get_num_threads(), usable_cores()))
    chosen = choose_precision(config)
    output = Path(config.output_dir)
    resume = _checkpoint_to_resume(config.resume, output)
    if config.registry:
        follow_registry(config, resume)
    check(config)
    if chosen:
        log.info(chosen)
    pl.seed_everything(config.seed, workers=True, verbose=False)
    output.mkdir(parents=True, exist_ok=True)
    OmegaConf.save(config, output / "config.yaml", resolve=True)
    data, module = build(config.data), build(config.model)
    if config.init_from:
        load_weights(module.model, Path(config.init_from), config.init_may_lack, module.rows)
    trainer = build(config.trainer)
    if config.init_from:
        for callback in trainer.callbacks:
            if isinstance(callback, Provenance):
                callback.started_from = starts_of(Path(config.init_from))
    if trainer.strategy.root_device.type == "cpu":
        fast_depthwise(module.model)
    trainer.fit(module, data, ckpt_path=resume, weights_only=True)
    log.info("checkpoints in %s", output / "checkpoints")


def choose_precision(config: DictConfig) -> str | None:
    """Replaces ``trainer.precision=auto`` by what the hardware is fast at, and says so; None: it was given."""
    if OmegaConf.select(config, "trainer.precision") != AUTO:
        return None
    device, features = device_type(config.trainer.accelerator), processor_features()
    config.trainer.precision = fast_precision(device, features)
    known = " ".join(features) or "of unknown features"
    return f"precision {config.trainer.precision} on {device}" + (f" {known}" if device == "cpu" else "")


def follow_registry(config: DictConfig, resume: str | None) -> None:
    """Fills in ``alphabet`` and ``regions`` of a reader, where they are null, from the registry.

    A run that is resumed keeps those of its checkpoint: its last layers have a row for each of them.
    Raises RegistryError, and ConfigError where a checkpoint is resumed with others than its own.
    """
    if resume is None:
        countries = load_registry(*map(Path, config.registry))
        pinned = {"alphabet": alphabet_of(countries.values()), "regions": sorted(countries)}
    else:
        saved = torch.load(resume, map_location="cpu", weights_only=True)["hyper_parameters"]
        pinned = {"alphabet": saved["alphabet"], "regions": list(saved["regions"])}
    for key, value in pinned.items():
        if config[key] is None:
            config[key] = value
        elif resume is not None and config[key] != value:
            raise ConfigError(f"{key}: {resume} was trained with other {key}; init_from={resume} begins anew from it")


def _checkpoint_to_resume(resume: str | None, output: Path) -> str | None:
    if resume is None:
        return None
    path = output / "checkpoints" / "last.ckpt" if resume == "last" else Path(resume)
    if not path.is_file():
        raise ConfigError(f"resume: no checkpoint {path}")
    return str(path)
