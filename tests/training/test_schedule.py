import pytest
import torch
from torch import nn

from src.training.callbacks import WarmedEMA
from src.training.schedule import adamw, warmup_cosine
from src.training.weights import WeightsError, load_weights, save_weights


def test_warmup_then_cosine() -> None:
    factor = warmup_cosine(warmup_steps=10, total_steps=110, final=0.1)
    assert factor(0) == pytest.approx(1 / 11)
    assert factor(10) == pytest.approx(1.0)
    assert factor(60) == pytest.approx(0.55)
    assert factor(110) == pytest.approx(0.1)
    assert factor(500) == pytest.approx(0.1)


def test_biases_and_norms_do_not_decay() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    decayed, free = adamw(net, 1e-3, 0.1).param_groups
    assert [tuple(p.shape) for p in decayed["params"]] == [(4, 3, 3, 3)]
    assert decayed["weight_decay"] == 0.1
    assert len(free["params"]) == 3
    assert free["weight_decay"] == 0


def test_ema_forgets_the_start_quickly() -> None:
    average = WarmedEMA(0.999)._kwargs["multi_avg_fn"]
    mean = [torch.tensor([1.0])]
    for step in range(1, 101):
        average(mean, [torch.tensor([0.0])], torch.tensor(step))
    assert mean[0].item() < 1e-6  # a constant 0.999 would still hold 0.9


def test_weights_survive_half_precision(tmp_path) -> None:
    torch.manual_seed(0)
    source, target = nn.Linear(4, 3), nn.Linear(4, 3)
    save_weights(source, tmp_path / "weights.safetensors")
    load_weights(target, tmp_path)
    assert torch.allclose(source.weight, target.weight, atol=1e-3)
    assert target.weight.dtype == torch.float32


def test_weights_of_another_network_are_refused(tmp_path) -> None:
    save_weights(nn.Linear(4, 3), tmp_path / "weights.safetensors")
    with pytest.raises(WeightsError, match=r"weights\.safetensors"):
        load_weights(nn.Linear(4, 5), tmp_path)
    with pytest.raises(WeightsError, match="no such weights"):
        load_weights(nn.Linear(4, 3), tmp_path / "nowhere")


def test_only_a_part_that_is_named_may_be_new(tmp_path) -> None:
    torch.manual_seed(0)
    old = nn.Sequential(nn.Linear(4, 3))
    grown = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    save_weights(old, tmp_path / "weights.safetensors")
    new = grown[1].weight.clone()
    with pytest.raises(WeightsError, match=r"weights\.safetensors: Missing key.*1\.weight"):
        load_weights(grown, tmp_path)
    with pytest.raises(WeightsError, match="Missing key"):
        load_weights(grown, tmp_path, may_lack=["1.bias"])
    load_weights(grown, tmp_path, may_lack=["1."])
    assert torch.allclose(grown[0].weight, old[0].weight, atol=1e-3)
    assert torch.equal(grown[1].weight, new)


def test_a_part_that_may_be_new_is_loaded_where_the_file_has_it_and_must_exist(tmp_path) -> None:
    source, target = nn.Linear(4, 3), nn.Linear(4, 3)
    save_weights(source, tmp_path / "weights.safetensors")
    load_weights(target, tmp_path, may_lack=["bias"])
    assert torch.allclose(source.bias, target.bias, atol=1e-3)
    with pytest.raises(WeightsError, match="no weight of the network begins with 'bais'"):
        load_weights(target, tmp_path, may_lack=["bais"])
