"""The one door between configuration and code."""

from dataclasses import dataclass, field
from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

ALLOWED = ("src.", "pytorch_lightning.loggers.", "pytorch_lightning.callbacks.", "torch.optim.")


class ConfigError(ValueError):
    """A configuration that names what may not be built, or misses what must be there."""


@dataclass
class TrainConfig:
    """Every key that a training configuration may have; Hydra refuses all others by this schema."""

    name: str = "???"
    output_dir: str = "???"
    seed: int = 1
    minutes: float | None = None
    threads: int = 0
    init_from: str | None = None
    init_may_lack: list[str] = field(default_factory=list)
    resume: str | None = None
    cache: str | None = None
    alphabet: str | None = None
    regions: list[str] | None = None
    size: list[int] | None = None
    mix: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    augment: dict[str, Any] = field(default_factory=dict)
    optim: dict[str, Any] = field(default_factory=dict)
    trainer: dict[str, Any] = field(default_factory=dict)
    logger: dict[str, Any] = field(default_factory=dict)
    callbacks: dict[str, Any] = field(default_factory=dict)


def build(config: DictConfig) -> Any:
    """Instantiates ``config`` with plain Python values; every ``_target_`` in it must be allowed.

    Raises ConfigError naming the first target that is not ours, Lightning's or an optimiser.
    """
    for target in _targets(OmegaConf.to_container(config, resolve=True)):
        if not (target == "pytorch_lightning.Trainer" or target.startswith(ALLOWED)):
            raise ConfigError(f"_target_ {target!r} is not allowed in a configuration")
    return instantiate(config, _convert_="all")


def _targets(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [str(node["_target_"])] if "_target_" in node else []
        return own + [t for value in node.values() for t in _targets(value)]
    if isinstance(node, list):
        return [t for value in node for t in _targets(value)]
    return []
