"""``trainer.precision=auto`` takes what the hardware is fast at."""

import pytest
import torch
from omegaconf import OmegaConf

from src.training import train
from src.training.precision import device_type, fast_precision

AVX2 = ("avx2", "avx_vnni")


@pytest.mark.parametrize(
    ("device", "features", "precision"),
    [
        ("cpu", AVX2, "32-true"),
        ("cpu", (*AVX2, "avx512f", "avx512_vnni"), "32-true"),
        ("cpu", (*AVX2, "avx512f", "avx512_bf16"), "bf16-mixed"),
        ("cpu", (*AVX2, "avx512f", "amx_bf16"), "bf16-mixed"),
        ("cpu", ("asimd", "bf16"), "bf16-mixed"),
        ("cpu", (), "32-true"),
        ("mps", ("avx512_bf16",), "32-true"),
    ],
)
def test_bfloat16_only_where_the_hardware_multiplies_it(device: str, features: tuple, precision: str) -> None:
    assert fast_precision(device, features) == precision


@pytest.mark.parametrize(("supported", "precision"), [(True, "bf16-mixed"), (False, "32-true")])
def test_a_gpu_says_itself(monkeypatch: pytest.MonkeyPatch, supported: bool, precision: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: supported)
    assert fast_precision("cuda", AVX2) == precision


def test_the_device_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert device_type("cpu") == "cpu"
    for found, expected in ((None, "cpu"), (torch.device("cuda"), "cuda")):
        monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available, found=found: found)
        assert device_type("auto") == device_type("gpu") == expected


@pytest.mark.parametrize(("features", "chosen"), [(AVX2, "32-true"), (("amx_bf16",), "bf16-mixed")])
def test_auto_is_replaced_and_said(monkeypatch: pytest.MonkeyPatch, features: tuple, chosen: str) -> None:
    monkeypatch.setattr(train, "processor_features", lambda: features)
    config = OmegaConf.create({"trainer": {"precision": "auto", "accelerator": "cpu"}})
    assert train.choose_precision(config) == f"precision {chosen} on cpu {' '.join(features)}"
    assert config.trainer.precision == chosen


def test_a_stated_precision_stays() -> None:
    config = OmegaConf.create({"trainer": {"precision": "64-true", "accelerator": "cpu"}})
    assert train.choose_precision(config) is None
    assert config.trainer.precision == "64-true"
