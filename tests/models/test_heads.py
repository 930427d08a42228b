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
