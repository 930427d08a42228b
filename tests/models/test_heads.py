import pytest
import torch

from src.models.heads import CTCHead, SlotHead, TwoLineCTCHead


def features() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(2, 6, 2, 8)


def test_every_head_gives_probabilities_of_its_steps() -> None:
    heads = [CTCHead(6, 2, 4, 5, 0.0), TwoLineCTCHead(6, 2, 4, 5, 0.0), SlotHead(6, 2, 8, 4, 5, 0.0, 3)]
    for head, steps in zip(heads, (8, 16, 3), strict=True):
        out = head.eval()(features())
        assert out.shape == (2, steps, 5)
        assert torch.allclose(out.exp().sum(-1), torch.ones(2, steps), atol=1e-5)


def test_the_two_lines_are_told_apart() -> None:
    out = TwoLineCTCHead(6, 2, 4, 5, 0.0).eval()(features())
    assert (out[:, :8] - out[:, 8:]).abs().max() > 0.01


def test_attention_is_a_distribution_over_the_map() -> None:
    _, attention = SlotHead(6, 2, 8, 4, 5, 0.0, 3).eval().attend(features())
    assert attention.shape == (2, 3, 16)
    assert torch.allclose(attention.exp().sum(-1), torch.ones(2, 3), atol=1e-5)


@pytest.mark.parametrize("rows", [3, 4])
def test_a_head_takes_the_weights_of_one_with_fewer_rows(rows: int) -> None:
    """On a map that is the same in every row it then gives the same."""
    low, high = (TwoLineCTCHead(6, r, 4, 5, 0.0).eval() for r in (2, rows))
    high.load_state_dict(low.state_dict())
    row = features()[:, :, :1]
    assert torch.allclose(low(row.expand(-1, -1, 2, -1)), high(row.expand(-1, -1, rows, -1)), atol=1e-5)
    whole, sloped = torch.linspace(0, 1, rows), high.hidden[0].weight.view(8, 6, rows, 3)
    assert torch.allclose(sloped[:, :, 0] * rows, low.hidden[0].weight.view(8, 6, 2, 3)[:, :, 0] * 2, atol=1e-6)
    between = sloped[:, :, :1].lerp(sloped[:, :, -1:], whole.view(1, 1, -1, 1))
    assert torch.allclose(sloped, between, atol=1e-6)


def test_other_differences_stay_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"size mismatch for hidden\.0\.weight"):
        TwoLineCTCHead(6, 3, 4, 5, 0.0).load_state_dict(TwoLineCTCHead(7, 2, 4, 5, 0.0).state_dict())
    with pytest.raises(RuntimeError, match=r"size mismatch for hidden\.0\.weight"):
        TwoLineCTCHead(6, 3, 4, 5, 0.0).load_state_dict(TwoLineCTCHead(6, 2, 8, 5, 0.0).state_dict())
