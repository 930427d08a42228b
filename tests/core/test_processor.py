"""What /proc/cpuinfo says of the processor, of machines that are not this one."""

from pathlib import Path

import pytest

from src.core.processor import processor_features, processor_name

INTEL = """\
processor\t: 0
model name\t: A Xeon
flags\t\t: fpu avx2 avx512f avx512_bf16 amx_bf16

processor\t: 1
flags\t\t: fpu
"""
ARM = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd bf16 i8mm\n"


@pytest.mark.parametrize(
    ("text", "features"),
    [(INTEL, ("avx2", "avx512f", "avx512_bf16", "amx_bf16")), (ARM, ("asimd", "i8mm", "bf16")), ("", ())],
)
def test_features_of_the_first_core_in_the_order_of_their_age(tmp_path: Path, text: str, features: tuple) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert processor_features(tmp_path / "cpuinfo") == features


def test_the_name_and_a_system_that_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(INTEL)
    assert processor_name(tmp_path / "cpuinfo") == "A Xeon"
    assert processor_features(tmp_path / "none") == ()
    assert processor_name(tmp_path / "none")
