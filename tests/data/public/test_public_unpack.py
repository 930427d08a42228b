"""Archives: what is unpacked, and what is refused whole."""

import io
import re
import tarfile
from pathlib import Path

import pytest
from serving import COMMIT, archive

from src.data.public.download import FetchError
from src.data.public.unpack import unpack

TREE = {"data/a.txt": b"a", "data/deep/b.txt": b"b", "database/c.txt": b"c", "labels.db": b"d", "README.md": b"e"}


def _refused(tmp_path: Path, content: bytes, fault: str, wanted: tuple[str, ...] = ("data",)) -> None:
    file = tmp_path / "set.tar.gz"
    file.write_bytes(content)
    with pytest.raises(FetchError, match=f"^{re.escape(str(file))}: {fault}"):
        unpack(file, tmp_path / "set", wanted, COMMIT[:7])
    assert not (tmp_path / "set").exists()


def test_only_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "set.tar.gz").write_bytes(archive(TREE))
    (tmp_path / "set.part").mkdir()
    (tmp_path / "set.part" / "older.txt").touch()
    assert unpack(tmp_path / "set.tar.gz", tmp_path / "set", ["data", "labels.db"], COMMIT[:7]) == COMMIT
    files = {str(p.relative_to(tmp_path / "set")): p.read_bytes() for p in (tmp_path / "set").rglob("*") if p.is_file()}
    assert files == {"data/a.txt": b"a", "data/deep/b.txt": b"b", "labels.db": b"d"}


@pytest.mark.parametrize("name", ["../../data/x.txt", "data/../../x.txt"])
def test_a_path_that_leads_out(tmp_path: Path, name: str) -> None:
    _refused(tmp_path, archive({"data/a.txt": b"a", name: b"x"}), rf"set-main/{re.escape(name)} leads out of it$")
    assert not list(tmp_path.rglob("x.txt"))


def test_an_absolute_path(tmp_path: Path) -> None:
    _refused(tmp_path, archive({"data/x.txt": b"x"}, top="/tmp/"), "/tmp/data/x.txt leads out of it$")


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", pax_headers={"comment": COMMIT}) as tar:
        for kind, name in ((tarfile.SYMTYPE, "set/data/soft.txt"), (tarfile.LNKTYPE, "set/data/hard.txt")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, str(tmp_path / "secret.txt")
            tar.addfile(link)
        file = tarfile.TarInfo("set/data/a.txt")
        tar.addfile(file)
    (tmp_path / "set.tar.gz").write_bytes(target.getvalue())
    unpack(tmp_path / "set.tar.gz", tmp_path / "set", ["data"], COMMIT)
    assert [path.name for path in (tmp_path / "set" / "data").iterdir()] == ["a.txt"]


def test_another_commit(tmp_path: Path) -> None:
    _refused(tmp_path, archive(TREE, commit="f" * 40), f"of commit {'f' * 40}, not of {COMMIT[:7]}$")
    _refused(tmp_path, archive(TREE, commit=""), r"of commit \(none stated\), not of")


def test_damage(tmp_path: Path) -> None:
    whole = archive({"data/a.bin": bytes(range(256)) * 999})
    _refused(tmp_path, whole[:-100], r"damaged \(")
    _refused(tmp_path, whole[:-8] + bytes(4) + whole[-4:], r"damaged \(CRC check failed")
    _refused(tmp_path, b"<html>not found</html>", r"damaged \(Not a gzipped file")


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    _refused(tmp_path, archive(TREE), "has no images$", wanted=("data", "images"))
