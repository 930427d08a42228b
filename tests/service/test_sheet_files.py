"""Sheets are read and written row by row; a hostile one is refused before it fills the memory."""

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from src.service import sheets
from src.service.sheets import SheetError, SheetKind, neutral, read_rows, restored, write_rows
from tests.service.api_client import picture

BOTH = pytest.mark.parametrize("kind", ["csv", "xlsx"])
HEAD = ("plate", "notes")
SHEET = "xl/worksheets/sheet1.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(data: bytes) -> list[list[Any]]:
    return [row for _, row in read_rows(io.BytesIO(data))]


def written(kind: SheetKind, *rows: Iterable[Any]) -> bytes:
    return b"".join(write_rows(kind, map(tuple, rows)))


def xlsx(*rows: Iterable[Any]) -> bytes:
    """What a spreadsheet writes, which is not what we write."""
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """An XLSX with another file in the place of one of its own."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return file.getvalue()


def with_rows(rows: str) -> bytes:
    content = f'<worksheet xmlns="{SPACE}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(xlsx(HEAD), SHEET, content.encode())


def with_texts(texts: str) -> bytes:
    """An XLSX with a table of texts, as Excel writes it; a row has the second and the first of them."""
    data = with_rows('<row r="1"><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>')
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    file = io.BytesIO(with_part(data, "[Content_Types].xml", types.replace("</Types>", entry).encode()))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as new:
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SPACE}">{texts}</sst>')
    return file.getvalue()


@BOTH
def test_what_is_written_is_read_again(kind: SheetKind) -> None:
    rows = [["plate", "notes"], ["A123BC77", 'Ёлка, "Äpfel";\nsecond line'], [None, "x"]]
    assert read(written(kind, *rows)) == rows


@BOTH
def test_rows_keep_their_numbers_where_some_are_empty(kind: SheetKind) -> None:
    data = written(kind, HEAD, (None, None), ("A1", None))
    assert [(number, row[0]) for number, row in read_rows(io.BytesIO(data))] == [(1, "plate"), (3, "A1")]


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_a_csv_may_have_either_separator_and_encoding(separator: str, encoding: str) -> None:
    text = f'plate{separator}notes\r\nА123ВС77{separator}"Ивáнов{separator} 2"\r\n'.replace("á", "а")
    assert read(text.encode(encoding)) == [["plate", "notes"], ["А123ВС77", f"Иванов{separator} 2"]]


def test_an_xlsx_has_cells_of_other_types() -> None:
    moment, day = datetime(2026, 1, 31, 8, 30), date(2026, 2, 1)
    rows = read(xlsx(["a", 1, 2.5, True, moment, day, time(8, 30)]))
    assert rows == [["a", 1, 2.5, True, moment, datetime(2026, 2, 1), time(8, 30)]]


def test_texts_that_excel_shares_between_cells_are_read() -> None:
    assert read(with_texts("<si><t>plate</t></si><si><t>Яндекс</t></si>")) == [["Яндекс", "plate"]]


def test_the_first_sheet_that_is_not_hidden_counts() -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["hidden"])
    book.create_sheet().append(["shown"])
    book.active.sheet_state = "hidden"
    book.save(file)
    assert read(file.getvalue()) == [["shown"]]


@pytest.mark.parametrize("text", ["=1+1", "+7", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", " =1", "＝1", "a;=1", "a, +1"])
def test_no_text_is_a_formula(text: str) -> None:
    first = neutral(text)
    assert first != text
    assert restored(first) == text
    (row,) = csv.reader(io.StringIO(written("csv", [text]).decode("utf-8-sig"), newline=""))
    assert row == [first]
    cell = load_workbook(io.BytesIO(written("xlsx", [text]))).active["A1"]
    assert cell.data_type == "s"
    assert cell.value.startswith(first[:2].rstrip("\r"))


@given(st.text(alphabet="=+-@\t\r\n '\",;aЯ1＝", max_size=8))
def test_neutral_texts_are_restored(text: str) -> None:
    assert restored(neutral(text)) == text
    for separator in (",", ";"):
        assert not any(cell.strip().startswith(("=", "+", "-", "@")) for cell in neutral(text).split(separator))


@pytest.mark.parametrize("text", ["A-1", "a@b.com", "it's", "1+1", "O'Neill, A"])
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == restored(text) == text


@BOTH
def test_times_with_a_zone_are_written_as_text(kind: SheetKind) -> None:
    assert read(written(kind, [datetime(2026, 1, 31, 12, tzinfo=UTC)])) == [["2026-01-31T12:00:00+00:00"]]


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    assert read(written("xlsx", ["a\x01b"])) == [["a\N{REPLACEMENT CHARACTER}b"]]


def test_a_csv_is_written_as_the_rows_come() -> None:
    given_out = []

    def rows() -> Iterator[list[str]]:
        for number in range(20_000):
            given_out.append(number)
            yield ["x" * 100]

    next(write_rows("csv", rows()))
    assert len(given_out) < 2000


def test_a_sheet_whose_rows_fail_leaves_no_temporary_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[str]]:
        yield ["a"]
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="gone"):
        list(write_rows("xlsx", rows()))
    assert os.listdir(tmp_path) == []


@BOTH
def test_a_whole_sheet_leaves_no_temporary_file(
    kind: SheetKind, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    list(write_rows(kind, [["a"]]))
    assert os.listdir(tmp_path) == []


FAULTS = {
    "an empty file": (b"", "is empty"),
    "a picture": (picture(), "neither XLSX nor CSV"),
    "a JPEG": (picture(kind="JPEG"), "neither XLSX nor CSV"),
    "UTF-16": ("plate".encode("utf-16"), "neither XLSX nor CSV"),
    "a quote that does not end": (b'plate\r\n"A1\r\n', "line 2: is no CSV"),
    "an old sheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old kind"),
    "a truncated XLSX": (xlsx(HEAD)[:-100], "is damaged, or no XLSX"),
    "a ZIP of something else": (with_part(xlsx(HEAD), "[Content_Types].xml", b"<a/>"), "is damaged, or no XLSX"),
    "XML that does not end": (with_part(xlsx(HEAD), SHEET, b"<worksheet>"), "is damaged, or no XLSX"),
    "a number of 10,000 digits": (with_rows(f'<row r="1"><c><v>{"9" * 10_000}</v></c></row>'), "is damaged"),
    "a column far out": (with_rows('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "more than 256 columns"),
    "a row far out": (with_rows('<row r="99999999"><c><v>1</v></c></row>'), "more than 1,048,576 rows"),
    "a wide CSV": (b"," * 300, "more than 256 columns"),
    "a line without an end": (b"a" * (sheets.MOST_LINE + 1), "a line of more than"),
    "a huge cell": (b'"' + b"a" * 200_000 + b'"', "line 1: is no CSV"),
    "an entity": (
        with_part(xlsx(HEAD), SHEET, b'<!DOCTYPE a [<!ENTITY b "<c/>">]><worksheet>&b;</worksheet>'),
        "document type",
    ),
}
ENDLESS = {
    "cells": with_rows('<row r="1">' + "<c/>" * 5_000 + "</row>"),
    "spaces": with_rows(f'<row r="1">{" " * 200_000}</row>'),
    "texts": with_texts("<si/>" * 30_000),
    "styles": with_part(
        xlsx(HEAD), "xl/styles.xml", f'<styleSheet xmlns="{SPACE}">{"<a/>" * 5_000}</styleSheet>'.encode()
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_sheet_is_refused_in_one_line(fault: str) -> None:
    data, message = FAULTS[fault]
    with pytest.raises(SheetError, match=message) as raised:
        read(data)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("what", ENDLESS)
def test_a_bomb_is_refused(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "TAGS_OF_TEXTS", 20_000)
    monkeypatch.setattr(sheets, "TAGS_OF_A_ROW", 4_000)
    assert read(xlsx(*(["A1"] for _ in range(10_000)))) == [["A1"]] * 10_000
    with pytest.raises(SheetError, match="unpacks to more"):
        read(ENDLESS[what])


def test_rows_without_end_are_refused_whatever_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 5_000)
    with pytest.raises(SheetError, match="more than 5,000 rows"):
        read(with_rows('<row r="1"/>' * 10_000))


def test_an_xlsx_of_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_PARTS", 5)
    with pytest.raises(SheetError, match="more files"):
        read(xlsx(HEAD))


def test_cells_that_are_formatted_but_empty_cost_nothing() -> None:
    rows = '<row r="1"><c t="inlineStr"><is><t>plate</t></is></c></row>'
    rows += "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(2, 2_000))
    assert read(with_rows(rows)) == [["plate"]]


def test_a_dimension_that_is_a_lie_is_not_believed() -> None:
    content = f'<worksheet xmlns="{SPACE}"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c><v>1</v></c></row>'
    assert read(with_part(xlsx(HEAD), SHEET, f"{content}</sheetData></worksheet>".encode())) == [[1]]
