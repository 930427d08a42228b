"""A soak of seconds, and what it does not let pass."""

from pathlib import Path

import pytest

from scripts.soak_video import Soak, main
from tests.video.clips import write_clip

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells its memory there")


def test_a_looped_video_is_watched(built_models: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    clip = write_clip(tmp_path / "clip.mp4", 25)
    assert main(["--minutes", "0.1", "--clip", str(clip), "--models", str(built_models)]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert int(out.split()[0]) > 25  # more than the clip has
    assert "0 passages, 0 reconnects" in out


def test_growing_memory_and_silence_are_faults() -> None:
    flat = Soak(memory=tuple(100.0 + second % 2 for second in range(100)))
    assert flat.fault is None
    growing = Soak(memory=tuple(100.0 + second / 2 for second in range(100)))
    assert growing.fault == "memory grew from 118 to 144 MiB"
    early = Soak(memory=(50.0,) * 20 + (100.0,) * 80)  # buffers come to their sizes
    assert early.fault is None
    silent = Soak(memory=(1.0,) * 9, longest_silence=31)
    assert silent.fault == "no pictures for 31 s"


@pytest.mark.parametrize("words", [["--minutes", "0"], ["--minutes", "nan"], ["--clip", "missing.mp4"]])
def test_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
