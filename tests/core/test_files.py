"""Files are whole or not there at all."""

from pathlib import Path

import pytest

from src.core.files import replacing, write_file


@pytest.mark.parametrize(("hidden", "beside"), [(False, "a.txt.part"), (True, ".a.txt.part")])
def test_a_file_is_replaced_at_the_end_of_the_block(tmp_path: Path, hidden: bool, beside: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")
    with replacing(path, hidden) as unfinished:
        unfinished.write_text("newer")
        assert (unfinished, path.read_text()) == (tmp_path / beside, "older")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("newer", [path])


@pytest.mark.parametrize("written", [False, True])
def test_a_block_that_fails_leaves_the_older_file(tmp_path: Path, written: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")

    def fail() -> None:
        with replacing(path) as unfinished:
            if written:
                unfinished.write_text("half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert (path.read_text(), list(tmp_path.iterdir())) == ("older", [path])


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"data")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "a").stat().st_mode & 0o777) == (b"data", 0o600)
