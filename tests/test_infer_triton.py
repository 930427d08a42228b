"""``python -m src.infer --triton URL``."""

import json
from pathlib import Path

import pytest

from src.infer import main
from tests.commands import Photo
from tests.runtime.kserve import Running


def test_prints_what_it_prints_without_a_server(
    running: Running, photo: Photo, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(photo(blue=True)), "--models", str(running.models), "--threads", "1", "--format", "jsonl"]
    printed = []
    for further in ([], ["--triton", running.url]):
        assert main(words + further) == 0
        printed.append(json.loads(capsys.readouterr().out))
        del printed[-1]["ms"]
    assert printed[0] == printed[1]
    assert len(printed[0]["plates"]) == 2


def test_a_crop(running: Running, photo: Photo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--crops", "--triton", running.url, "--models", str(running.models), str(photo())]) == 0
    assert json.loads(capsys.readouterr().out)["plates"][0]["text"] == "AB01"


def test_a_server_that_is_down_is_wrong_usage(
    models: Path, scheme: str, photo: Photo, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{scheme}://127.0.0.1:1"
    assert main([str(photo()), "--models", str(models), "--triton", url]) == 2
    printed, told = capsys.readouterr()
    assert (printed, told.count("\n")) == ("", 1)
    assert told.startswith(f"python -m src.infer: {url}: ")


def test_a_server_that_dies_ends_the_run_and_what_is_done_stays(
    running: Running, photo: Photo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = [str(photo(f"{n}.png")) for n in range(3)]
    out, left = tmp_path / "out.jsonl", [0, 0, 0]  # detector, reader, detector
    running.core.before = lambda images: left.pop() if left else running.core.die()
    words = [*pictures, "--models", str(running.models), "--threads", "1", "--output", str(out)]
    assert main([*words, "--triton", running.url]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"python -m src.infer: {running.url}: ")
    assert [json.loads(line)["image"] for line in out.read_text().splitlines()] == pictures[:1]
    assert main([*words, "--resume"]) == 0
    assert [json.loads(line)["image"] for line in out.read_text().splitlines()] == pictures


def test_a_provider_is_the_servers_own(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["x.png", "--models", str(models), "--provider", "cuda", "--triton", "grpc://gate"])
    assert ended.value.code == 2
    assert "--provider: with --triton the server has its own" in capsys.readouterr().err
