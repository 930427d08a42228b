"""The number format in which a training computes fastest on the hardware at hand."""

from collections.abc import Collection

import torch

from src.core.processor import FAST_BFLOAT16

AUTO = "auto"
"""The value of ``trainer.precision`` that stands for the fastest one."""


def device_type(accelerator: str) -> str:
    """What Lightning's ``accelerator`` stands for on this machine: cpu, cuda or mps."""
    if accelerator not in (AUTO, "gpu"):
        return accelerator
    found = torch.accelerator.current_accelerator(check_available=True)
    return "cpu" if found is None else found.type


def fast_precision(device: str, features: Collection[str]) -> str:
    """Lightning's name of the precision that a ``device`` is fast at; ``features`` are the processor's.

    That is ``bf16-mixed`` where the hardware multiplies bfloat16, else ``32-true``: float16 would need a scaled loss.
    """
    if device == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    return "bf16-mixed" if device == "cpu" and FAST_BFLOAT16 & set(features) else "32-true"
