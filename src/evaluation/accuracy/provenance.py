"""Where a figure comes from: the commit, the machine."""

import platform
import subprocess
from pathlib import Path

import onnxruntime as ort

from src.core.cores import usable_cores
from src.core.processor import processor_features, processor_name


def commit() -> str:
    """The checked-out commit, ``+dirty`` where files differ from it; ``unknown`` outside a git checkout."""
    try:
        head = _git("rev-parse", "HEAD")
        return f"{head}+dirty" if _git("status", "--porcelain") else head
    except (FileNotFoundError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> dict[str, str | int | None]:
    """Processor, cores, system and the versions that decide speed."""
    return {
        "processor": processor_name(),
        "features": " ".join(processor_features()),
        "cores": usable_cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "onnxruntime": ort.__version__,
    }


def _git(*words: str) -> str:
    root = Path(__file__).parents[3]
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
