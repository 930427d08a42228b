import numpy as np
import pytest
import torch

from src.models.ocr import PlateOCR


@pytest.fixture(scope="module")
def model() -> PlateOCR:
    torch.manual_seed(0)
    return PlateOCR(classes=12, head_width=16).eval()


def test_log_probs_of_32_columns_for_a_crop_of_32_x_128(model: PlateOCR) -> None:
    out = model(torch.zeros(3, 32, 128, 3, dtype=torch.uint8))
    assert out.shape == (3, 32, 12)
    assert torch.allclose(out.exp().sum(-1), torch.ones(3, 32), atol=1e-5)


def test_stock_strides_leave_four_columns() -> None:
    assert PlateOCR(12, width_kept=(), cut_after=8, head_width=8).columns == 4


def test_swapped_channels_change_the_result() -> None:
    torch.manual_seed(0)
    model = PlateOCR(classes=12, head_width=16, dropout=0.0)  # in training: fresh statistics would flatten all
    images = torch.from_numpy(np.random.default_rng(0).integers(0, 255, (2, 32, 128, 3), np.uint8))
    images[..., 0] = 0
    assert (model(images) - model(images.flip(-1))).abs().max() > 0.1


def test_width_kept_of_a_stage_without_stride_is_refused() -> None:
    with pytest.raises(ValueError, match="0 strided"):
        PlateOCR(12, width_kept=(5,))
