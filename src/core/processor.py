"""Names this machine's processor, and those of its instructions that decide how fast a network runs."""

import platform
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
FEATURES = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8"),  # x86-64
    *("asimd", "asimddp", "i8mm", "bf16"),  # 64-bit Arm
)
"""Instructions for vectors and matrices, by Linux's names; the slower ones come first."""
FAST_BFLOAT16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
"""Any of these multiplies bfloat16; a processor without them emulates it, many times as slowly as float32."""


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """Returns the name of the model as Linux gives it, or else what Python knows."""
    names = _values(cpuinfo, "model name")
    return names[0] if names else platform.processor() or platform.machine()


def processor_features(cpuinfo: Path = CPUINFO) -> tuple[str, ...]:
    """Returns those of FEATURES that the processor has; none where the system does not tell."""
    flags = {flag for line in _values(cpuinfo, "flags", "Features")[:1] for flag in line.split()}
    return tuple(feature for feature in FEATURES if feature in flags)


def _values(cpuinfo: Path, *keys: str) -> list[str]:
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    split = (line.partition(":") for line in lines)
    return [value.strip() for key, _, value in split if key.strip() in keys]
