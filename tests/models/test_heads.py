import pytest
import torch

from src.models.heads import CTCHead, TwoLineCTCHead, WholeHead, fit_rows


def features() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(2, 6, 2, 8)


def test_every_head_gives_probabilities_of_its_steps() -> None:
    heads = [CTCHead(6, 2, 4, 5, 0.0), TwoLineCTCHead(6, 2, 4, 5, 0.0)]
    for head, steps in zip(heads, (8, 16), strict=True):
        out = head.eval()(features())
        assert out.shape == (2, steps, 5)
        assert torch.allclose(out.exp().sum(-1), torch.ones(2, steps), atol=1e-5)


def test_the_two_lines_are_told_apart() -> None:
    out = TwoLineCTCHead(6, 2, 4, 5, 0.0).eval()(features())
    assert (out[:, :8] - out[:, 8:]).abs().max() > 0.01


@pytest.mark.parametrize(("before", "after"), [(2, 3), (2, 4), (3, 2), (4, 3), (3, 5), (1, 3), (4, 1)])
def test_a_head_for_a_map_of_other_rows(before: int, after: int) -> None:
    """On a map that is the same in every row it gives the same; each row's weights go where it was."""
    first, other = (TwoLineCTCHead(6, rows, 4, 5, 0.0).eval() for rows in (before, after))
    weights = first.state_dict()
    weights["hidden.0.weight"] = fit_rows(weights["hidden.0.weight"], before, after)
    other.load_state_dict(weights)
    row = features()[:, :, :1]
    assert torch.allclose(first(row.expand(-1, -1, before, -1)), other(row.expand(-1, -1, after, -1)), atol=1e-5)
    marked = torch.zeros(1, before)
    marked[0, 0] = 1
    fitted = fit_rows(marked[..., None], before, after)[0, :, 0]
    covered = after / before  # rows of the new map that the first one of the old lies over
    assert fitted.tolist() == pytest.approx([min(max(covered - i, 0), 1) / covered for i in range(after)], abs=1e-6)


@pytest.mark.parametrize("place", ["first column", "last column", "one in the middle", "all"])
def test_wholeness_is_told_from_the_ends_from_any_column_and_from_all(place: str) -> None:
    """Each of the four views alone: the others have no weight."""
    torch.manual_seed(0)
    head = WholeHead(channels=4, rows=3, width=8).eval()
    views = ["first column", "last column", "one in the middle", "all"]
    shown = torch.zeros(4, 8)
    shown[views.index(place)] = 1
    with torch.no_grad():
        head.decide[0].weight *= shown.flatten()
    before = torch.randn(1, 4, 3, 32)
    moves = {}
    for column in (0, 15, 31):
        after = before.clone()
        after[..., column] += 30
        moves[column] = (head(after) - head(before)).abs().item() > 1e-5
    assert (
        moves
        == {
            "first column": {0: True, 15: False, 31: False},
            "last column": {0: False, 15: False, 31: True},
            "one in the middle": {0: True, 15: True, 31: True},
            "all": {0: True, 15: True, 31: True},
        }[place]
    )
    assert head(before).shape == (1, 1)
