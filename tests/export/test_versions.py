"""Another version of a model takes the place of the one that runs, and goes again; a kill leaves one of them whole."""

import os
import shutil
from pathlib import Path

import pytest

from src.core.card import CardError, load_card, write_card
from src.core.folders import exchange
from src.export.versions import VersionError, promote, rollback, versions
from tests.conftest import fake_ocr, write_model


class KilledError(BaseException):
    """In place of a kill: nothing handles it."""


@pytest.fixture
def place(models: Path) -> Path:
    """What runs; its card says `commit-0`."""
    return marked(models / "ocr", 0)


def marked(folder: Path, number: int) -> Path:
    write_card(load_card(folder).model_copy(update={"commit": f"commit-{number}"}), folder)
    return folder


@pytest.fixture
def candidates(tmp_path: Path) -> list[Path]:
    """Other models than what runs; their cards say `commit-1`, `commit-2`."""
    made = []
    for number in (1, 2):
        model = fake_ocr()
        model.doc_string = f"version {number}"
        folder = tmp_path / "candidates" / f"ocr-{number}"
        write_model(folder, model, task="ocr", input_size=(48, 128))
        made.append(marked(folder, number))
    return made


def runs(place: Path) -> str:
    return load_card(place).commit


def kept(place: Path) -> list[str]:
    return [load_card(folder).commit for folder in versions(place)]


def test_versions_go_forth_and_back(place: Path, candidates: list[Path]) -> None:
    for number, candidate in enumerate(candidates, 1):
        assert promote(candidate, place).commit == runs(place) == f"commit-{number}"
    assert kept(place) == ["commit-0", "commit-1"]
    assert all(candidate.is_dir() for candidate in candidates)
    assert rollback(place).commit == runs(place) == "commit-1"
    assert rollback(place).commit == runs(place) == "commit-0"
    assert kept(place) == []
    with pytest.raises(VersionError, match="no earlier version"):
        rollback(place)
    assert runs(place) == "commit-0"
    assert sorted(path.name for path in place.parent.iterdir()) == [".earlier", "detector", "ocr"]


def test_what_is_not_whole_is_not_promoted(place: Path, candidates: list[Path]) -> None:
    (candidates[0] / "model.onnx").write_bytes(b"x")
    with pytest.raises(CardError, match="sha256"):
        promote(candidates[0], place)
    assert (runs(place), kept(place)) == ("commit-0", [])


@pytest.mark.parametrize("step", range(1, 40))
def test_a_kill_leaves_a_whole_model_and_loses_no_version(
    place: Path, candidates: list[Path], step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies before the `step`-th change of a name or a file; it is called again afterwards."""
    promote(candidates[0], place)
    for deed, before, after in ((promote, "commit-1", "commit-2"), (rollback, "commit-2", "commit-1")):
        with monkeypatch.context() as patched:
            die_before(step, patched)
            arguments = (candidates[1], place) if deed is promote else (place,)
            try:
                deed(*arguments)
                died = False
            except KilledError:
                died = True
        assert runs(place) in (before, after)
        assert {"commit-0", before} <= {*kept(place), runs(place)} or runs(place) == after
        assert "commit-0" in kept(place)
        if (died and runs(place) == before) or (died and deed is rollback and kept(place)[-1] == after):
            deed(*arguments)
        assert runs(place) == after
        if deed is promote:
            assert kept(place) == ["commit-0", "commit-1"]
    assert kept(place) == ["commit-0"]


def die_before(step: int, patched: pytest.MonkeyPatch) -> None:
    """Lets the `step`-th call that changes something on the disk be the end."""
    counted = [0]

    def dying(function: object) -> object:
        def call(*words: object, **named: object) -> object:
            counted[0] += 1
            if counted[0] == step:
                raise KilledError
            return function(*words, **named)  # type: ignore[operator]

        return call

    for module, name in ((shutil, "copy2"), (os, "unlink"), (os, "rmdir"), (os, "mkdir"), (os, "rename")):
        patched.setattr(module, name, dying(getattr(module, name)))
    patched.setattr("src.core.folders.exchange", dying(exchange))


def test_a_triton_repository_gets_the_model_too(place: Path, candidates: list[Path]) -> None:
    """One that is not there is not made."""
    promote(candidates[0], place)
    assert not (place.parent / "triton").exists()
    (place.parent / "triton").mkdir()
    with pytest.MonkeyPatch.context() as patched:
        added: list[tuple[Path, Path]] = []
        patched.setattr("src.export.versions.add_model", lambda *folders: added.append(folders))
        promote(candidates[1], place)
    assert added == [(place, place.parent / "triton")]
