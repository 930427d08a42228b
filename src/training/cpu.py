"""Depthwise convolutions that train fast on a CPU."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DENSE = 16
"""The channels in a group of the weight gradient, as many as one vector of AVX-512 holds."""


class CPUDepthwise(nn.Conv2d):
    """A depthwise convolution in float32 whose gradients take oneDNN's fast paths.

    Its own gradients are slow on channels-last maps: 93 ms for one layer of 816 channels, 5 x 5, on 64 maps of
    2 x 32, and more in bfloat16, where the convolution itself takes 2 ms. It leaves autocast: in bfloat16 a small
    detector did not learn six pictures by heart in 200 steps, in float32 it does.
    """

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            out: Tensor = _Depthwise.apply(x.float(), self.weight, self.stride, self.padding)
        return out if self.bias is None else out + self.bias[:, None, None]


class _Depthwise(torch.autograd.Function):
    """Depthwise convolution, odd kernel, half of it as padding.

    The gradient of the input is a convolution with the kernel turned round, over gradients spread out by the stride.
    That of the weight is taken as if channels in groups of DENSE all saw each other; its diagonal is what is meant.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(x, weight, None, stride, padding, 1, x.shape[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        x, weight = ctx.saved_tensors
        of_input = _input_gradient(gradient, x, weight, ctx.stride, ctx.padding) if ctx.needs_input_grad[0] else None
        of_weight = _weight_gradient(gradient, x, weight, ctx.stride, ctx.padding) if ctx.needs_input_grad[1] else None
        return of_input, of_weight, None, None


def _input_gradient(
    gradient: Tensor, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    if stride != (1, 1):
        spread = torch.zeros_like(x)
        spread[:, :, :: stride[0], :: stride[1]] = gradient
        gradient = spread
    return F.conv2d(gradient, weight.flip(2, 3), None, 1, padding, 1, x.shape[1])


def _weight_gradient(
    gradient: Tensor, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    channels, _, size, _ = weight.shape
    # 3 x 3 on maps of 3 rows and more is fast as it is
    dense = 1 if (size == 3 and x.shape[2] >= 3) or channels % DENSE else DENSE
    grouped = torch.ops.aten.convolution_backward(
        gradient,
        x,
        weight.expand(channels, dense, size, size),
        None,
        stride,
        padding,
        (1, 1),
        False,
        (0, 0),
        channels // dense,
        (False, True, False),
    )[1]
    own = torch.arange(channels) % dense
    return grouped[torch.arange(channels), own].unsqueeze(1)


def fast_depthwise(module: nn.Module) -> None:
    """Turns every depthwise convolution of ``module`` into a ``CPUDepthwise``; weights and names stay."""
    for layer in module.modules():
        if type(layer) is nn.Conv2d and layer.groups == layer.in_channels == layer.out_channels > 1:
            if layer.padding != tuple(k // 2 for k in layer.kernel_size) or layer.dilation != (1, 1):
                raise ValueError(f"only depthwise convolutions padded by half their kernel, got {layer}")
            layer.__class__ = CPUDepthwise
