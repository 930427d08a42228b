"""Who measures need not have what trains."""

import subprocess
import sys


def test_measuring_needs_no_training_library() -> None:
    program = (
        "import sys, src.evaluate;"
        "print(sorted({'torch', 'hydra', 'pytorch_lightning', 'ultralytics', 'albumentations'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
