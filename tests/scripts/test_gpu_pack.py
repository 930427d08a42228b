"""From a data root to parts, to another machine's folder, to results: without network and without training."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path("scripts").resolve()
CONSTRAINTS = Path("constraints.txt").resolve()
PART = 16 * 1024
Shell = Callable[..., "subprocess.CompletedProcess[str]"]

PYTHON_STUB = """#!/usr/bin/env bash
# stands for python: `-m MODULE ARGUMENTS...`
echo "$2 ${*:3}" >>"$CALLS"
case $2 in
pip) while [[ $1 != --target ]]; do shift; done; mkdir -p "$2" ;;
src.train_*) for word in "$@"; do [[ $word == output_dir=* ]] && run=$(eval "echo ${word#*=}"); done
    [[ -n ${FAIL:-} ]] && { echo "no gradient today"; exit 3; }
    mkdir -p "$run/checkpoints" && head -c 100 /dev/zero | tee "$run"/checkpoints/{best,last}.ckpt >/dev/null ;;
src.export) for word in "$@"; do [[ $word == *.out=* ]] && out=$(eval "echo ${word#*=}"); done
    mkdir -p "$out" && echo onnx >"$out/model.onnx" && echo exported ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose wheels and fonts are fetched already, with a data root of 12 pictures beside it."""
    root = tmp_path / "repository"
    shutil.copytree(SCRIPTS, root / "scripts")
    shutil.copy(CONSTRAINTS, root)
    for line in CONSTRAINTS.read_text().split():
        write(root / ".gpu/wheels" / (line.replace("-", "_").replace("==", "-") + "-py3-none-any.whl"), b"wheel")
    write(root / ".fonts/face.ttf", b"face")
    write(root / ".fonts/.fetched", b"")
    write(root / "data/labels/eu.jsonl", b'{"set": "ocr-unlabelled", "text": "A"}\n{"set": "scenes", "text": "B"}\n')
    for name in ("scenes", "ocr", "more/scenes", "more/ocr", "ocr-unlabelled", "benchmarks/eu"):
        lines = [f'{{"image": "images/{i}.jpg", "split": "train"}}\n' for i in range(3)]
        write(tmp_path / "photos" / name / "manifest.jsonl", "".join(lines).encode())
        for i in range(4):  # the last is in no manifest
            write(tmp_path / "photos" / name / f"images/{i}.jpg", np.random.default_rng(i).bytes(9000))
    return root


@pytest.fixture
def shell(root: Path, tmp_path: Path) -> Shell:
    """Runs one of the scripts there; variables of its environment by name."""
    write(tmp_path / "python", PYTHON_STUB.encode())
    (tmp_path / "python").chmod(0o755)
    fixed = {"PART": str(PART), "WORK": str(tmp_path / "gpu"), "OUT": str(tmp_path / "out")}
    fixed |= {"PYTHON": str(tmp_path / "python"), "CALLS": str(tmp_path / "calls")}
    inherited = {k: v for k, v in os.environ.items() if k not in ("PLATE_DATA", "STEPS", "MINUTES")}

    def run(script: str, *arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        command = [root / "scripts" / script, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=inherited | fixed | variables, cwd=root)

    return run


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def packed(shell: Shell, tmp_path: Path) -> list[Path]:
    done = shell("gpu_pack.sh", tmp_path / "photos")
    assert done.returncode == 0, done.stderr
    return sorted((tmp_path / "repository/.gpu").glob("part-*"))


def test_parts_are_small_and_hold_what_is_trained_on(root: Path, shell: Shell, tmp_path: Path) -> None:
    write(root / "runs/ocr_gpu/checkpoints/last.ckpt", b"weights")
    write(root / "runs/ocr_cpu/checkpoints/last.ckpt", b"others")
    parts = packed(shell, tmp_path)
    assert len(parts) > 5
    assert max(p.stat().st_size for p in parts) == PART
    (tmp_path / "whole.tar").write_bytes(b"".join(p.read_bytes() for p in parts))
    with tarfile.open(tmp_path / "whole.tar") as tar:
        files = {m.name for m in tar if m.isfile()}
    sets = ("scenes", "ocr", "more/scenes", "more/ocr", "ocr-unlabelled")
    assert {f for f in files if f.startswith("data/")} == {
        f"data/{name}/{file}" for name in sets for file in ("manifest.jsonl", *(f"images/{i}.jpg" for i in range(3)))
    }
    assert {f for f in files if f.startswith(("fonts/", "runs/"))} == {
        "fonts/face.ttf",
        "runs/ocr_gpu/checkpoints/last.ckpt",
    }
    assert any(f.startswith("wheels/ultralytics-") for f in files)


def test_the_same_input_gives_the_same_parts(root: Path, shell: Shell, tmp_path: Path) -> None:
    packed(shell, tmp_path)
    first = (root / ".gpu/index").read_text()
    for path in (tmp_path / "photos").rglob("*.jpg"):
        os.utime(path, (1, 1))
    packed(shell, tmp_path)
    assert (root / ".gpu/index").read_text() == first


@pytest.mark.parametrize("gone", ["scenes/images/1.jpg", "ocr/manifest.jsonl"])
def test_missing_data_is_named(shell: Shell, tmp_path: Path, gone: str) -> None:
    (tmp_path / "photos" / gone).unlink()
    done = shell("gpu_pack.sh", tmp_path / "photos")
    assert done.returncode == 1
    assert gone in done.stderr
    assert not list((tmp_path / "repository/.gpu").glob("part-*"))


def test_benchmarks_are_never_packed(root: Path, shell: Shell, tmp_path: Path) -> None:
    write(root / "data/labels/more.jsonl", b'{"set": "benchmarks/eu", "text": "C"}\n')
    done = shell("gpu_pack.sh", tmp_path / "photos")
    assert done.returncode == 1
    assert "benchmarks/eu" in done.stderr


def test_unpacking_goes_on_over_several_calls(shell: Shell, tmp_path: Path) -> None:
    parts = packed(shell, tmp_path)
    assert shell("gpu_unpack.sh").returncode == 1
    some = shell("gpu_unpack.sh", parts[2], parts[0])
    assert some.returncode == 0
    assert f"missing in {tmp_path}/gpu: part-01 part-03" in some.stdout
    assert shell("gpu_unpack.sh").returncode == 1
    assert not (tmp_path / "gpu/data").exists()
    assert shell("gpu_unpack.sh", parts[1], *parts[3:]).returncode == 0
    assert shell("gpu_unpack.sh").returncode == 0
    for file in ("scenes/images/0.jpg", "ocr-unlabelled/manifest.jsonl"):
        assert (tmp_path / "gpu/data" / file).read_bytes() == (tmp_path / "photos" / file).read_bytes()


def test_a_damaged_or_foreign_part_is_refused(shell: Shell, tmp_path: Path) -> None:
    parts = packed(shell, tmp_path)
    parts[1].write_bytes(parts[1].read_bytes()[:-1] + b"?")
    write(parts[0].with_name("part-77"), b"")
    for name, fault in (("part-01", "sha256 differs"), ("part-77", "not in"), ("part-99", "no such part")):
        done = shell("gpu_unpack.sh", parts[0].with_name(name))
        assert done.returncode == 1
        assert f"{name}: " in done.stderr
        assert fault in done.stderr


def test_a_new_pack_asks_only_for_changed_parts_and_spares_a_checkpoint(
    root: Path, shell: Shell, tmp_path: Path
) -> None:
    write(root / "runs/ocr_gpu/checkpoints/last.ckpt", b"older")
    shell("gpu_unpack.sh", *packed(shell, tmp_path))
    write(tmp_path / "gpu/runs/ocr_gpu/checkpoints/last.ckpt", b"of a sitting here")
    wheel = next((root / ".gpu/wheels").glob("hydra_core-*"))
    wheel.write_bytes(b"rebuilt")
    parts = packed(shell, tmp_path)
    said = shell("gpu_unpack.sh", parts[-1]).stdout
    assert "part-00" not in said
    shell("gpu_unpack.sh", *parts)
    assert (tmp_path / "gpu/wheels" / wheel.name).read_bytes() == b"rebuilt"
    assert (tmp_path / "gpu/runs/ocr_gpu/checkpoints/last.ckpt").read_bytes() == b"of a sitting here"


def test_a_sitting_names_missing_parts(shell: Shell, tmp_path: Path) -> None:
    parts = packed(shell, tmp_path)
    shell("gpu_unpack.sh", *parts[1:])
    done = shell("gpu_ocr.sh")
    assert done.returncode == 1
    assert "part-00" in done.stdout
    assert not (tmp_path / "calls").exists()


def test_a_second_sitting_resumes_and_results_join(shell: Shell, tmp_path: Path) -> None:
    shell("gpu_unpack.sh", *packed(shell, tmp_path))
    for _ in range(2):
        done = shell("gpu_detector.sh", "trainer.max_epochs=5")
        assert done.returncode == 0, done.stdout + done.stderr
    calls = [line.split() for line in (tmp_path / "calls").read_text().splitlines()]
    assert [c[0] for c in calls] == ["pip", "src.train_detector", "src.export", "src.train_detector", "src.export"]
    assert ["resume=last" in calls[i] for i in (1, 3)] == [False, True]
    assert {"experiment=detector_gpu", "trainer.max_epochs=5"} <= set(calls[3])
    join(tmp_path, "detector_gpu")
    assert (tmp_path / "runs/detector_gpu/exports/detector/model.onnx").read_text() == "onnx\n"
    assert (tmp_path / "runs/detector_gpu/checkpoints/last.ckpt").stat().st_size == 100


def test_the_detector_begins_with_the_weights_that_were_taken_along(root: Path, shell: Shell, tmp_path: Path) -> None:
    write(tmp_path / "coco/weights.safetensors", b"weights")
    assert shell("gpu_pack.sh", tmp_path / "photos", INIT_FROM=str(tmp_path / "coco")).returncode == 0
    shell("gpu_unpack.sh", *sorted((root / ".gpu").glob("part-*")))
    assert (tmp_path / "gpu/start/weights.safetensors").read_bytes() == b"weights"
    for script, starts in (("gpu_detector.sh", True), ("gpu_ocr.sh", False)):
        (tmp_path / "calls").unlink(missing_ok=True)
        assert shell(script).returncode == 0
        assert (f"init_from='{tmp_path}/gpu/start'" in (tmp_path / "calls").read_text()) is starts
    assert shell("gpu_pack.sh", tmp_path / "photos", INIT_FROM=str(tmp_path)).returncode == 1


def test_a_failed_sitting_leaves_its_log_and_status(shell: Shell, tmp_path: Path) -> None:
    shell("gpu_unpack.sh", *packed(shell, tmp_path))
    done = shell("gpu_ocr.sh", FAIL="1")
    assert done.returncode == 3
    join(tmp_path, "ocr_gpu")
    assert "no gradient today" in (tmp_path / "runs/ocr_gpu/train.log").read_text()


def test_too_few_minutes_are_refused(shell: Shell, tmp_path: Path) -> None:
    shell("gpu_unpack.sh", *packed(shell, tmp_path))
    done = shell("gpu_ocr.sh", MINUTES="1")
    assert done.returncode == 2
    assert "MINUTES" in done.stderr


def join(tmp_path: Path, name: str) -> None:
    pieces = sorted((tmp_path / "out").glob(f"{name}.tar.gz.?"))
    assert f"{name}.tar.gz.?" in (tmp_path / "out/JOIN.txt").read_text()
    (tmp_path / "joined").write_bytes(b"".join(p.read_bytes() for p in pieces))
    with tarfile.open(tmp_path / "joined") as tar:
        tar.extractall(tmp_path / "runs", filter="data")
