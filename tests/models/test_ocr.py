import numpy as np
import pytest
import torch

from src.models.ocr import PlateOCR


@pytest.fixture(scope="module")
def model() -> PlateOCR:
    torch.manual_seed(0)
    return PlateOCR(classes=12, regions=3, head_width=16).eval()


def test_two_lines_of_32_columns_country_and_wholeness_of_a_crop_of_48_x_128(model: PlateOCR) -> None:
    log_probs, regions, whole = model(torch.zeros(3, 48, 128, 3, dtype=torch.uint8))
    assert log_probs.shape == (3, 64, 12)
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(3, 64), atol=1e-5)
    assert regions.shape == (3, 3)
    assert torch.allclose(regions.exp().sum(-1), torch.ones(3), atol=1e-5)
    assert whole.shape == (3, 1)


def test_a_head_of_one_line_has_a_step_per_column() -> None:
    model = PlateOCR(12, 3, head="ctc", head_width=16).eval()
    assert model(torch.zeros(1, 48, 128, 3, dtype=torch.uint8))[0].shape == (1, 32, 12)


def test_an_unknown_head_is_named() -> None:
    with pytest.raises(ValueError, match="'lstm' is not one of ctc"):
        PlateOCR(12, 3, head="lstm")  # type: ignore[arg-type]


def test_stock_strides_leave_four_columns() -> None:
    assert PlateOCR(12, 1, width_kept=(), cut_after=8, head_width=8).columns == 4


def test_swapped_channels_change_the_result() -> None:
    torch.manual_seed(0)
    model = PlateOCR(
        classes=12, regions=3, head_width=16, dropout=0.0
    )  # in training: fresh statistics would flatten all
    images = torch.from_numpy(np.random.default_rng(0).integers(0, 255, (2, 48, 128, 3), np.uint8))
    images[..., 0] = 0
    for ours, theirs in zip(model(images), model(images.flip(-1)), strict=True):
        assert (ours - theirs).abs().max() > 0.01


def test_width_kept_of_a_stage_without_stride_is_refused() -> None:
    with pytest.raises(ValueError, match="0 strided"):
        PlateOCR(12, 1, width_kept=(5,))
