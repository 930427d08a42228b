"""The first hundreds of damaged pictures; ``python -m scripts.fuzz`` goes through ten thousand."""

from pathlib import Path

import pytest

from scripts.fuzz import Answer, Tally, UnansweredError, answer, fuzz, main
from scripts.fuzz_corpus import corpus, damaged
from src.runtime.reader import Reader

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells its memory there")

INPUTS = 600


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return corpus()


def test_every_picture_is_sound_before_it_is_damaged(
    built_models: Path, files: dict[str, bytes], tmp_path: Path
) -> None:
    reader, answers = Reader(built_models, threads=1), {}
    for name, data in files.items():
        (tmp_path / "input").write_bytes(data)
        answers[name] = answer(tmp_path / "input", reader)
    floating = answers.pop("tiff float")
    assert floating.startswith("floating-point pixels")
    assert set(answers.values()) == {"read"}


def test_damage_is_repeatable_and_varied(files: dict[str, bytes]) -> None:
    inputs = [damaged(files, number) for number in range(200)]
    assert inputs == [damaged(files, number) for number in range(200)]
    assert len(set(inputs) - set(files.values())) > 180


def test_each_is_answered_in_time_and_memory_does_not_grow(built_models: Path) -> None:
    tally = fuzz(built_models, first=100_000, inputs=INPUTS)
    assert tally.kinds.total() == INPUTS
    assert {"read", "decoded", "damaged image", "not an image, or of an unsupported format"} <= set(tally.kinds)
    assert tally.growth < 32


def test_one_without_an_answer_is_named(built_models: Path) -> None:
    with pytest.raises(UnansweredError, match=r"input 7: no answer in 0\.01 seconds"):
        fuzz(built_models, first=7, inputs=3, limit=0.01)


def test_one_that_ends_the_process_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--first", "7", "--inputs", "3", "--models", str(tmp_path / "none")]) == 1
    assert "input 7: its process ended, see above" in capfd.readouterr().err


def test_growth_is_from_the_second_quarter_to_the_last() -> None:
    tally = Tally()
    for number in range(100):
        tally.add(Answer("read", 0.1, 100 if number < 25 else 150 + number))
    assert tally.growth == 50
