"""Every configuration composes, and each constructor in it takes exactly the keys it is given."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import ConfigCompositionException
from hydra.utils import get_class
from omegaconf import OmegaConf

from src.core.alphabet import LATIN, PROVINCES, SUFFIXES
from src.core.card import load_card
from src.core.formats.registry import alphabet_of, load_registry
from src.core.geometry import CROP_SIZE
from src.export.config import ExportConfig
from src.training.build import ConfigError, TrainConfig, build, check
from src.training.train import choose_precision, follow_registry

CONFIGS = Path("configs").resolve()
EXPERIMENTS = sorted(p.stem for p in (CONFIGS / "experiment").glob("*.yaml"))


def composed(name: str, *overrides: str) -> Any:
    ConfigStore.instance().store("train_schema", TrainConfig)
    ConfigStore.instance().store("export_schema", ExportConfig)
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        return compose(name, list(overrides))


def of_a_run(entry: str, *overrides: str) -> Any:
    """The configuration as a run checks it: precision, characters and countries are filled in."""
    config = composed(entry, *overrides)
    choose_precision(config)
    if config.registry:
        follow_registry(config, None)
    return config


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


@pytest.mark.parametrize("experiment", [None, *EXPERIMENTS])
def test_every_published_value_is_of_its_constructors_type(experiment: str | None) -> None:
    for entry in ("train_detector", "train_ocr"):
        if experiment is None or entry == entry_of(experiment):
            check(of_a_run(entry, *([f"experiment={experiment}"] if experiment else [])))


@pytest.mark.parametrize(
    ("entry", "override", "fault"),
    [
        ("train_ocr", "optim.learning_rate=fast", "optim.learning_rate=fast: Input should be a valid number"),
        ("train_detector", "optim.warmup_samples=many", "optim.warmup_samples=many: Input should be a valid integer"),
        ("train_detector", "optim.weight_decay='0.1'", r"optim.weight_decay=0\.1: Input should be a valid number"),
        ("train_ocr", "model.cut_after=1.5", r"model\.cut_after=1\.5: Input should be a valid integer"),
        ("train_ocr", "model.head=clever", "model.head=clever: Input should be 'ctc' or 'two-line-ctc'"),
        ("train_ocr", "data.batch_size=[64]", r"data.batch_size=\[64\]: Input should be a valid integer"),
        ("train_ocr", "trainer.max_epochs=all", "trainer.max_epochs=all: Input should be a valid integer"),
        ("train_detector", "data.sizes=[[0.0, large]]", "data.sizes=.*large.*: Input should be a valid"),
        ("train_detector", "augment.flip=often", "augment.flip=often: Input should be a valid number"),
        ("train_ocr", "callbacks.ema.decay=slow", "callbacks.ema.decay=slow: Input should be a valid number"),
        (
            "train_ocr",
            "minutes=10 callbacks.time_limit.minutes=ten",
            "callbacks.time_limit.minutes=ten: Input should be",
        ),
    ],
)
def test_a_mistyped_value_is_named_by_the_key_that_was_given(entry: str, override: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        check(of_a_run(entry, *override.split(" ", 1) if override.startswith("minutes") else [override]))


@pytest.mark.parametrize("override", ["detector.size=big", "ocr.chekpoint=a", "models=3", "detector.confidence=[1]"])
def test_an_export_refuses_other_keys_and_types(override: str) -> None:
    with pytest.raises(ConfigCompositionException):
        composed("export", override)


@pytest.mark.parametrize("override", ["optim.lerning_rate=1", "sed=2", "trainer.max_epoch=2", "data.batchsize=3"])
def test_a_misspelt_override_is_refused(override: str) -> None:
    with pytest.raises(ConfigCompositionException):
        composed("train_ocr", override)


def test_export_config_composes() -> None:
    assert composed("export").models == ["detector", "ocr"]


def test_build_refuses_foreign_targets() -> None:
    with pytest.raises(ConfigError, match=r"os\.system"):
        build(OmegaConf.create({"nested": [{"_target_": "os.system", "command": "true"}]}))


def test_check_names_what_may_not_be_built_and_what_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"os\.system"):
        check(OmegaConf.create({"nested": [{"_target_": "os.system", "command": "true"}]}))
    with pytest.raises(ConfigError, match=r"'src\.data\.nothing\.Here' cannot be imported"):
        check(OmegaConf.create({"a": {"_target_": "src.data.nothing.Here"}}))


def test_build_gives_plain_values() -> None:
    built = build(
        OmegaConf.create({"_target_": "src.data.transforms.augment.CropAugment", "margin": [0.0, 0.1], "corner": 0.0})
    )
    assert type(built.margin) is list


def test_fine_tuning_goes_on_from_the_shipped_reader() -> None:
    config = composed("train_ocr", "experiment=ocr_finetune")
    card = load_card(Path(config.init_from))
    shape = ("size", "width_kept", "cut_after", "head", "head_width")
    assert {key: config.model[key] for key in shape} == {key: card.architecture[key] for key in shape}
    registry = load_registry()
    assert set(card.alphabet) <= set(alphabet_of(registry.values()))  # weights go by the character, in any order
    assert set(card.regions) == set(registry)


@pytest.mark.parametrize("entry", ["train_detector", "train_ocr"])
def test_the_debug_group_composes(entry: str) -> None:
    assert composed(entry, "debug=smoke").trainer.limit_train_batches == 5


def test_the_reader_tells_the_registrys_countries_and_characters_apart() -> None:
    config, registry = composed("train_ocr"), load_registry()
    follow_registry(config, None)
    assert list(config.model.regions) == list(config.data.regions) == sorted(registry)
    assert config.model.alphabet == LATIN + "".join(sorted(PROVINCES + SUFFIXES))


def test_a_run_that_is_resumed_keeps_its_characters_and_countries(tmp_path: Path) -> None:
    saved = str(tmp_path / "last.ckpt")
    torch.save({"hyper_parameters": {"alphabet": "BA", "regions": ["RU", "DE"]}}, saved)
    config = composed("train_ocr")
    follow_registry(config, saved)
    assert (config.model.alphabet, list(config.data.regions)) == ("BA", ["RU", "DE"])
    with pytest.raises(ConfigError, match="was trained with other regions"):
        follow_registry(composed("train_ocr", "regions=[DE,RU]"), saved)


def test_drawn_crops_are_of_the_size_that_is_shipped_and_trained() -> None:
    assert tuple(composed("train_ocr").size) == load_card(Path("exports/ocr")).input_size == CROP_SIZE
