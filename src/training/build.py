"""Configurations are checked and built here and nowhere else."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from hydra.utils import get_object, instantiate
from omegaconf import DictConfig, OmegaConf
from pydantic import ConfigDict, TypeAdapter, ValidationError

ALLOWED = ("src.", "pytorch_lightning.loggers.", "pytorch_lightning.callbacks.", "torch.optim.")

_REFERENCE = re.compile(r"\$\{([\w.]+)\}")
"""A value that refers to another key."""


class ConfigError(ValueError):
    """A configuration that names what may not be built, has a value of another type, or misses what must be there."""


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
    registry: list[str] | None = None
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


def check(config: DictConfig) -> None:
    """Holds every value of ``config`` against the constructor that will get it, before anything is built.

    Raises ConfigError for the first ``_target_`` that is not ours, Lightning's or an optimiser, and for the first value
    of another type than its constructor's parameter has; it names the key that the value was given by.
    """
    for key, raw in _built(OmegaConf.to_container(config, resolve=False)):
        node = OmegaConf.to_container(OmegaConf.select(config, key), resolve=True)
        assert isinstance(node, dict)  # as raw is
        hints = get_type_hints(_constructor(node["_target_"]))
        for parameter, value in node.items():
            if parameter in hints and not any(_built(value)):
                reference = _REFERENCE.fullmatch(str(raw[parameter]))
                _check_value(reference[1] if reference else f"{key}.{parameter}", value, hints[parameter])


def build(config: DictConfig) -> Any:
    """Instantiates ``config``, which ``check`` has passed as a part of its whole, with plain Python values.

    Raises ConfigError naming the first target that is not ours, Lightning's or an optimiser.
    """
    for _, node in _built(OmegaConf.to_container(config, resolve=True)):
        _check_target(node["_target_"])
    return instantiate(config, _convert_="all")


def _built(node: Any, key: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the key and the content of every part of ``node`` that has a ``_target_``."""
    if isinstance(node, dict):
        if "_target_" in node:
            yield key, node
        for name, value in node.items():
            yield from _built(value, f"{key}.{name}" if key else str(name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _built(value, f"{key}.{number}")


def _check_target(target: Any) -> None:
    if not (target == "pytorch_lightning.Trainer" or str(target).startswith(ALLOWED)):
        raise ConfigError(f"_target_ {target!r} is not allowed in a configuration")


def _constructor(target: str) -> Any:
    _check_target(target)
    try:
        return get_object(target).__init__
    except Exception as error:  # that is all that Hydra promises of a name that it cannot import
        raise ConfigError(f"_target_ {target!r} cannot be imported: {error}") from error


def _check_value(key: str, value: Any, hint: Any) -> None:
    """Checks the value as strict JSON: a list may stand for a tuple, a string for a path, never for a number."""
    kind: TypeAdapter[Any] = TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    try:
        kind.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(f"{key}={value}: {first['msg']}") from None
