"""Every configuration composes, and each constructor in it takes exactly the keys it is given."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import ConfigCompositionException
from hydra.utils import get_class
from omegaconf import OmegaConf

from src.core.card import load_card
from src.core.plates import load_registry
from src.training.build import ConfigError, TrainConfig, build

CONFIGS = Path("configs").resolve()
EXPERIMENTS = sorted(p.stem for p in (CONFIGS / "experiment").glob("*.yaml"))


def composed(name: str, *overrides: str) -> Any:
    ConfigStore.instance().store("train_schema", TrainConfig)
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        return compose(name, list(overrides))


def entry_of(experiment: str) -> str:
    return "train_ocr" if experiment.startswith("ocr") else "train_detector"


def targets(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return ([node] if "_target_" in node else []) + [t for v in node.values() for t in targets(v)]
    return [t for v in node for t in targets(v)] if isinstance(node, list) else []


@pytest.mark.parametrize("experiment", [None, *EXPERIMENTS])
@pytest.mark.parametrize("logger", ["csv", "wandb"])
def test_every_target_takes_its_keys(experiment: str | None, logger: str) -> None:
    for entry in ("train_detector", "train_ocr"):
        if experiment and entry != entry_of(experiment):
            continue
        config = composed(entry, f"logger={logger}", *([f"experiment={experiment}"] if experiment else []))
        found = targets(OmegaConf.to_container(config, resolve=True))
        assert len(found) >= 6
        for target in found:
            path = target.pop("_target_")
            if path.endswith("WandbLogger"):  # an optional package
                continue
            inspect.signature(get_class(path)).bind(**target)


@pytest.mark.parametrize("override", ["optim.lerning_rate=1", "sed=2", "trainer.max_epoch=2", "data.batchsize=3"])
def test_a_misspelt_override_is_refused(override: str) -> None:
    with pytest.raises(ConfigCompositionException):
        composed("train_ocr", override)


def test_export_config_composes() -> None:
    assert composed("export").models == ["detector", "ocr"]


def test_build_refuses_foreign_targets() -> None:
    with pytest.raises(ConfigError, match=r"os\.system"):
        build(OmegaConf.create({"nested": [{"_target_": "os.system", "command": "true"}]}))


def test_build_gives_plain_values() -> None:
    built = build(OmegaConf.create({"_target_": "src.data.augment.CropAugment", "margin": [0.0, 0.1], "corner": 0.0}))
    assert type(built.margin) is list


def test_fine_tuning_goes_on_from_the_shipped_reader() -> None:
    config = composed("train_ocr", "experiment=ocr_finetune")
    card = load_card(Path(config.init_from))
    shape = ("size", "width_kept", "cut_after", "head", "head_width")
    assert {key: config.model[key] for key in shape} == {key: card.architecture[key] for key in shape}
    assert set(card.alphabet or "") == set(config.alphabet)
    assert set(card.regions) == set(config.regions)


@pytest.mark.parametrize("entry", ["train_detector", "train_ocr"])
def test_the_debug_group_composes(entry: str) -> None:
    assert composed(entry, "debug=smoke").trainer.limit_train_batches == 5


def test_the_reader_tells_the_registrys_countries_apart() -> None:
    assert list(composed("train_ocr").regions) == sorted(load_registry())
