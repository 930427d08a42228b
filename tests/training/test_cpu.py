import pytest
import torch
from torch import nn

from src.training.cpu import CPUDepthwise, fast_depthwise


@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "size"),
    [
        (32, 5, (1, 1), (2, 9)),
        (32, 3, (1, 1), (2, 9)),
        (24, 5, (1, 1), (4, 8)),
        (32, 5, (2, 1), (8, 8)),
        (16, 3, (2, 2), (7, 9)),
    ],
)
def test_result_and_gradients_are_those_of_the_convolution(channels, kernel, stride, size) -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(channels, channels, kernel, stride, kernel // 2, groups=channels, bias=False)
    x = torch.randn(2, channels, *size).to(memory_format=torch.channels_last)
    results = []
    for kind in (nn.Conv2d, CPUDepthwise):
        conv.__class__, own = kind, x.clone().requires_grad_()
        out = conv(own)
        (out * torch.linspace(-1, 1, out.numel()).view_as(out)).sum().backward()
        results.append((out.detach(), own.grad, conv.weight.grad))
        conv.weight.grad = None
    for expected, actual in zip(*results, strict=True):
        assert torch.allclose(expected, actual, atol=1e-4)


def test_only_depthwise_layers_change_and_keep_their_names() -> None:
    net = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4, padding=1, bias=False), nn.Conv2d(4, 2, 1))
    names = list(net.state_dict())
    fast_depthwise(net)
    assert [type(layer) for layer in net] == [CPUDepthwise, nn.Conv2d]
    assert list(net.state_dict()) == names
    with torch.autocast("cpu", torch.bfloat16):
        assert net[0](torch.randn(1, 4, 8, 8)).dtype == torch.float32


def test_other_paddings_are_refused() -> None:
    with pytest.raises(ValueError, match="padded by half"):
        fast_depthwise(nn.Conv2d(4, 4, 3, groups=4))


def test_a_bias_is_added() -> None:
    conv = nn.Conv2d(4, 4, 3, groups=4, padding=1)
    x = torch.randn(1, 4, 5, 5)
    expected = conv(x)
    fast_depthwise(conv)
    assert torch.allclose(conv(x), expected, atol=1e-6)
