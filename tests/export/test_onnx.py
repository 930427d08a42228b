from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from src.export.onnx import ParityError, check_parity, check_varies, export_onnx, onnx_outputs
from src.export.package import ExportError, load_checkpoint, same_on_smaller_canvases


class Mean(nn.Module):
    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, images: Tensor) -> Tensor:
        return self.factor * images.float().mean((1, 2))


class Cells(nn.Module):
    """For every cell of a grid its brightness and its column: shapes and positions follow the canvas."""

    def __init__(self, portrait: float = 0.0) -> None:
        super().__init__()
        self.pool, self.portrait = nn.AvgPool2d(16), portrait

    def forward(self, images: Tensor) -> Tensor:
        cells = self.pool(images.permute(0, 3, 1, 2).float()).mean(1)
        cells = cells + torch.arange(cells.shape[2])
        if self.portrait and images.shape[1] > images.shape[2]:
            cells = cells + self.portrait
        return cells.flatten(1)


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
        check_varies(Mean(), np.repeat(images[:1], 3, 0), {"mean": 1e-3})
    check_varies(Mean(), images, {"mean": 1e-3})


def test_the_file_stands_alone(exported) -> None:
    assert [p.name for p in exported.parent.iterdir()] == ["model.onnx"]


def test_the_file_does_not_tell_where_it_was_made(exported) -> None:
    assert str(Path(__file__).parents[2]).encode() not in exported.read_bytes()


@pytest.fixture(scope="module")
def scenes() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (3, 64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def free(tmp_path_factory, scenes):
    """Exported on square canvases, whose equal sides must not be tied to each other."""
    path = tmp_path_factory.mktemp("free") / "model.onnx"
    export_onnx(Cells(), path, scenes, ["cells"], stride=32)
    return path


@pytest.mark.parametrize("size", [(64, 64), (32, 96), (96, 32), (32, 32), (160, 64)])
def test_canvases_of_any_strides_run(free, size) -> None:
    canvases = np.random.default_rng(1).integers(0, 255, (3, *size, 3), np.uint8)
    check_parity(Cells(), free, canvases, {"cells": 1e-3})


def test_a_difference_on_smaller_canvases_alone_is_noticed(free, scenes) -> None:
    same_on_smaller_canvases(Cells(), scenes, {"cells": 1e-3})(free)
    odd = Cells(portrait=0.01)
    check_parity(odd, free, scenes, {"cells": 1e-3})
    with pytest.raises(ParityError, match=r"cells: differs by 0\.01"):
        same_on_smaller_canvases(odd, scenes, {"cells": 1e-3})(free)


class Lit(nn.Module):
    """A detector of light: a score for each cell that holds a white pixel."""

    def forward(self, images: Tensor) -> Tensor:
        white = (images.float().amin(-1) > 250).float()
        return nn.functional.max_pool2d(white[:, None], 16).flatten(1)


@pytest.mark.parametrize("lit", [True, False])
def test_strips_may_be_silent_but_not_whole_images(tmp_path, scenes, lit: bool) -> None:
    dark = np.minimum(scenes, 250)
    if lit:
        dark[0, :8, :8] = 255  # in a corner, which no middle strip shows
    path, tolerances = tmp_path / "model.onnx", {"scores": 1e-3}
    export_onnx(Lit(), path, dark, ["scores"], stride=32)
    same_on_smaller_canvases(Lit(), dark, tolerances)(path)
    if lit:
        check_varies(Lit(), dark, tolerances)
    else:
        with pytest.raises(ParityError, match="scores: does not vary"):
            check_varies(Lit(), dark, tolerances)


def test_without_a_checkpoint_the_command_is_named(tmp_path) -> None:
    with pytest.raises(ExportError, match="make train-ocr"):
        load_checkpoint(tmp_path / "last.ckpt", "make train-ocr")
