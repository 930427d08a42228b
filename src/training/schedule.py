"""Optimiser and learning rate, both counted in samples so that a batch size can change without retuning."""

import math
from collections.abc import Callable

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


def adamw(module: nn.Module, learning_rate: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW that decays matrices and kernels only; biases and norms (one-dimensional) are left free."""
    parameters = [p for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate)


def warmup_cosine(warmup_steps: int, total_steps: int, final: float = 0.01) -> Callable[[int], float]:
    """Factor on the learning rate at a step: linear warm-up, then a cosine down to ``final``."""

    def factor(step: int) -> float:
        if step < warmup_steps:
            return (step + 1) / (warmup_steps + 1)
        progress = min(1.0, (step - warmup_steps) / max(1, total_steps - warmup_steps))
        return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2

    return factor


def optimisation(
    module: nn.Module, learning_rate: float, weight_decay: float, warmup_steps: int, total_steps: int
) -> dict[str, object]:
    """What ``configure_optimizers`` returns: AdamW with a warm-up and a cosine, stepped after every batch."""
    optimiser = adamw(module, learning_rate, weight_decay)
    scheduler = LambdaLR(optimiser, warmup_cosine(warmup_steps, total_steps))
    return {"optimizer": optimiser, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}
