"""``python -m src.service.registry`` imports and exports in one line each, and names each faulty row."""

import stat
from pathlib import Path

import pytest

from src.service.registry.__main__ import main
from src.service.sheets import write_rows
from tests.service.sheet_files import rows_of, sheet

GOOD = "plate|list|kind|owner\nA1|Staff|allow|I. Petrov\nA2|Staff||\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBER_PLATE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sheet_is_imported_and_exported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in.csv").write_bytes(sheet(GOOD))
    assert main(["import", "in.csv", "--dry-run"]) == 0
    expected = "2 new vehicles, 0 changed; 2 new permits, 0 changed; 1 new person, 0 changed\n"
    assert capsys.readouterr() == (f"2 rows, 0 faulty; would be imported: {expected}", "")
    assert main(["import", "in.csv"]) == 0
    assert capsys.readouterr() == (f"2 rows, 0 faulty; imported: {expected}", "")
    for name, options in (("out.csv", ["--persons"]), ("out.xlsx", [])):
        assert main(["export", name, *options]) == 0
        rows = rows_of((folder / name).read_bytes())
        assert [row["plate"] for row in rows] == ["A1", "A2"]
        assert ("owner" in rows[0]) == bool(options)
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert main(["import", name]) == 0
        assert "0 new vehicles, 0 changed; 0 new permits, 0 changed" in capsys.readouterr().out


def test_faulty_rows_are_named_and_nothing_or_the_others_imported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "in.xlsx").write_bytes(
        b"".join(write_rows("xlsx", [["plate", "country"], ["A1", "RU"], ["A2", "Russia"]]))
    )
    assert main(["import", "in.xlsx"]) == 1
    out, err = capsys.readouterr()
    assert err == "in.xlsx: row 3, country: 'RUSSIA' is no code of a country as in RU\n"
    assert out.startswith("2 rows, 1 faulty; nothing imported; without faults it were: 1 new vehicle, 0 changed;")
    assert main(["import", "in.xlsx", "--faulty", "skip"]) == 1
    assert "imported: 1 new vehicle" in capsys.readouterr().out
    assert main(["export", "out.csv"]) == 0
    assert [row["plate"] for row in rows_of((folder / "out.csv").read_bytes())] == ["A1"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF", "a.xlsx: is neither XLSX nor CSV (UTF-8 or Windows-1251)"),
        ("a.xlsx", b"PK\x03\x04truncated", "a.xlsx: is damaged, or no XLSX"),
        ("a.csv", b"", "a.csv: is empty"),
        ("a.csv", b"number,plate\n1,A1", "a.csv: the column 'number' is none of plate, country"),
        ("a.csv", b"plate,plate\n1,A1", "a.csv: the column 'plate' is there twice"),
        ("a.csv", None, "a.csv: No such file or directory"),
    ],
)
def test_what_is_no_sheet_is_one_line(
    folder: Path, name: str, content: bytes | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    assert main(["import", name]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"python -m src.service.registry: {message}")


@pytest.mark.parametrize("words", [[], ["import"], ["export", "out.xls"], ["import", "a.csv", "--faulty", "fix"]])
def test_wrong_usage_is_one_line(folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
