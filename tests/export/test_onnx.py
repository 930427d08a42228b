import numpy as np
import pytest
import torch
from torch import Tensor, nn

from src.export.onnx import ParityError, check_parity, export_onnx, onnx_outputs
from src.export.package import ExportError, load_checkpoint


class Mean(nn.Module):
    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, images: Tensor) -> Tensor:
        return self.factor * images.float().mean((1, 2))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (4, 8, 16, 3), np.uint8)


@pytest.fixture(scope="module")
def exported(tmp_path_factory, images):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    export_onnx(Mean(), path, images, ["mean"])
    return path


def test_any_batch_size_runs(exported, images) -> None:
    for n in (1, 2, 4):
        expected = images[:n].astype(np.float32).mean((1, 2))
        assert np.allclose(onnx_outputs(exported, images[:n])["mean"], expected, atol=1e-3)
    check_parity(Mean(), exported, images, {"mean": 1e-3})


def test_another_network_is_noticed(exported, images) -> None:
    with pytest.raises(ParityError, match="mean: differs"):
        check_parity(Mean(1.001), exported, images, {"mean": 1e-3})


def test_equal_outputs_prove_nothing(exported, images) -> None:
    with pytest.raises(ParityError, match="does not vary"):
        check_parity(Mean(), exported, np.repeat(images[:1], 3, 0), {"mean": 1e-3})


def test_the_file_stands_alone(exported) -> None:
    assert [p.name for p in exported.parent.iterdir()] == ["model.onnx"]


def test_without_a_checkpoint_the_command_is_named(tmp_path) -> None:
    with pytest.raises(ExportError, match="make train-ocr"):
        load_checkpoint(tmp_path / "last.ckpt", "make train-ocr")
