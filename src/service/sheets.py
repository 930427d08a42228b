"""Reads and writes sheets row by row: CSV, and XLSX, which Excel and LibreOffice write.

What is read comes from strangers. An XLSX is a ZIP file of XML that openpyxl parses: how much of it openpyxl may hold
at a time is bounded here, whatever the file says of its own size. What is written is for people to open in a
spreadsheet, which would take a text such as ``=HYPERLINK(...)`` for a formula; so such a text gets an apostrophe in
front of it, as OWASP advises against "CSV injection" (CWE-1236), in both formats: an XLSX may be saved as CSV. Reading
takes it off again.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Literal
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import WorkSheetParser  # ReadOnlyWorksheet fills up to a size that the file claims

from src.service.wrong import Wrong, WrongError

SheetKind = Literal["csv", "xlsx"]
Cell = str | int | float | bool | date | time | timedelta | None
"""What may be in a cell; a ``datetime`` is a ``date``. A CSV has texts alone, and its empty cells are None."""

MEDIA_TYPES: dict[SheetKind, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

MOST_ROWS = 1_048_576
"""The rows of a sheet at most; a spreadsheet has no more."""
MOST_COLUMNS = 256
MOST_LINE = 2**20
"""The characters of a line of a CSV at most."""
MOST_UNPACKED = 2**30
"""The bytes of the sheet in an XLSX at most."""
MOST_PARTS = 10_000
"""The files in an XLSX at most."""
TAGS_OF_A_ROW = 131_072
"""The tags, opening and closing ones, between two rows of an XLSX at most, and those of its smaller files."""
TAGS_OF_TEXTS = 4_194_304
"""The tags of the table of texts, which openpyxl holds as a whole: a million texts."""
BYTES_PER_TAG = 32
"""So many bytes of text take as much of the allowance as one tag."""

CHUNK = 65_536
SEPARATORS = ",;"
_TRIGGER = r"=+\-@\t\r\n＝＋－＠"
_ARMED = re.compile(rf"(^|[,;])(?=[\s']*[{_TRIGGER}])")
_DISARMED = re.compile(rf"(^|[,;])'(?=[\s']*[{_TRIGGER}])")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold."""


class SheetError(WrongError):
    """The error of a file that cannot be read as a sheet; the message is one line that says why."""


def neutral(text: str) -> str:
    """Returns ``text`` as no spreadsheet takes it for a formula, whichever separator it expects.

    >>> neutral("=1+1"), neutral("+7 921"), neutral("A1;=1+1"), neutral("A-1")
    ("'=1+1", "'+7 921", "A1;'=1+1", 'A-1')
    """
    return text if text.isalnum() else _ARMED.sub(r"\1'", text)


def restored(text: str) -> str:
    """Returns the text that ``neutral`` made ``text`` of; one that it never makes stays as it is."""
    return _DISARMED.sub(r"\1", text) if "'" in text else text


def read_rows(file: BinaryIO) -> Iterator[tuple[int, list[Cell]]]:
    """Yields the rows of a CSV or of the first sheet of an XLSX, each with its number in the sheet, from 1.

    Rows without anything in them are left out. ``file`` can be sought in. Raises SheetError.
    """
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"PK"):
        rows = _read_xlsx(file)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(Wrong.OLD_OR_LOCKED)
    else:
        rows = _read_csv(file)
    for count, (number, row) in enumerate(rows, 1):
        if max(count, number) > MOST_ROWS:
            raise SheetError(Wrong.TOO_MANY_ROWS, most=MOST_ROWS)
        if len(row) > MOST_COLUMNS:
            raise SheetError(Wrong.TOO_MANY_COLUMNS, most=MOST_COLUMNS)
        if any(cell is not None for cell in row):
            yield number, row


def write_rows(kind: SheetKind, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yields the bytes of a sheet with ``rows``, the first of which is its head.

    A CSV is made as ``rows`` come; it is UTF-8 with a mark, without which Excel takes it for another encoding. An XLSX
    is whole, in a temporary file, before its first byte is given. Texts are neutral. A time with a zone is written as
    ISO 8601, as a spreadsheet knows no zones; one without is a cell of that type in an XLSX.
    """
    return _write_csv(rows) if kind == "csv" else _write_xlsx(rows)


def _read_csv(file: BinaryIO) -> Iterator[tuple[int, list[Cell]]]:
    text = io.TextIOWrapper(file, _encoding(file), newline="")
    try:
        lines = _lines(text)
        head = next(lines, "")
        separator = max(SEPARATORS, key=_outside_quotes(head).count)
        rows = csv.reader(_with(head, lines), delimiter=separator, strict=True)
        for number, row in enumerate(rows, 1):
            yield number, [restored(cell) or None for cell in row]
    except csv.Error as error:
        raise SheetError(Wrong.NO_CSV, line=rows.line_num, error=str(error)) from None
    finally:
        if not file.closed:
            text.detach()  # the file belongs to the caller


def _encoding(file: BinaryIO) -> str:
    """Returns UTF-8 where the whole file is that, else the Windows-1251 that Excel writes in Russian.

    Raises SheetError for a file that is no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, is_empty = True, True
    for chunk in iter(lambda: file.read(CHUNK), b""):
        is_empty = False
        if b"\0" in chunk:  # a picture has it, and so has UTF-16
            raise SheetError(Wrong.NO_TABLE)
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_empty:
        raise SheetError(Wrong.EMPTY_FILE)
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    file.seek(0)
    return "utf-8-sig" if is_utf8 else "cp1251"


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    try:
        while line := text.readline(MOST_LINE + 1):
            if len(line) > MOST_LINE:
                raise SheetError(Wrong.LINE_TOO_LONG, most=MOST_LINE)
            yield line
    except UnicodeDecodeError:
        raise SheetError(Wrong.NO_TABLE) from None


def _with(first: str, others: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from others


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


class _Part(io.RawIOBase):
    """A file of an XLSX with an allowance: what openpyxl makes of that many tags fits into memory.

    A DTD is refused, as its entities would unfold within the parser.
    """

    def __init__(self, part: IO[bytes], tags: int) -> None:
        self._part, self._tags = part, tags
        self.refill()
        self._end = b""

    def refill(self) -> None:
        """Grants the whole allowance anew; what was parsed so far is done with."""
        self._left = self._tags * BYTES_PER_TAG

    def read(self, size: int = -1) -> bytes:
        """Returns the next bytes. Raises SheetError where the allowance is used up."""
        data = self._part.read(self._left + 1 if size < 0 else size)
        self._left -= len(data) + data.count(b"<") * BYTES_PER_TAG
        if self._left < 0:
            raise SheetError(Wrong.TOO_LARGE)
        seen = (self._end + data).replace(b"\0", b"")  # it may be UTF-16
        if b"<!D" in seen:
            raise SheetError(Wrong.DOCUMENT_TYPE)
        self._end = data[-8:]
        return data

    def close(self) -> None:
        """Closes the part of the archive."""
        self._part.close()
        super().close()


class _Archive(zipfile.ZipFile):
    """An XLSX as a ZIP file, each part of which has its allowance."""

    def open(self, name: Any, *_: Any, **__: Any) -> Any:
        tags = TAGS_OF_TEXTS if str(name).lower().endswith("sharedstrings.xml") else TAGS_OF_A_ROW
        return _Part(super().open(name), tags)


_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, NotImplementedError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError),
)
"""What zipfile and openpyxl raise at a file that is not as it should be; openpyxl has no error of its own for that."""


def _read_xlsx(file: BinaryIO) -> Iterator[tuple[int, list[Cell]]]:
    if sum(chunk.count(b"PK\x01\x02") for chunk in iter(lambda: file.read(CHUNK), b"")) > MOST_PARTS:
        raise SheetError(Wrong.TOO_MANY_FILES)
    file.seek(0)
    try:
        with _Archive(file) as archive:
            parser, part = _first_sheet(archive)
            for number, cells in parser.parse():
                part.refill()
                yield number, _row(cells)
    except SheetError:
        raise
    except _BROKEN as error:
        raise SheetError(Wrong.DAMAGED) from error


def _first_sheet(archive: _Archive) -> tuple[WorkSheetParser, _Part]:
    """Returns the parser of the first sheet that is not hidden, and the part that it reads."""
    reader = ExcelReader(archive.fp, read_only=True, data_only=True, keep_links=False)
    reader.archive = archive
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    book = reader.wb
    apply_stylesheet(archive, book)  # it has the formats by which dates are told from numbers
    for sheet, where in reader.parser.find_sheets():
        if sheet.state == "visible" and "chartsheet" not in where.Type:
            if archive.getinfo(where.target).file_size > MOST_UNPACKED:
                raise SheetError(Wrong.TOO_LARGE)
            formats = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
            part = archive.open(where.target)
            return WorkSheetParser(part, reader.shared_strings, data_only=True, epoch=book.epoch, **formats), part
    raise SheetError(Wrong.NO_SHEET)


def _row(cells: list[dict[str, Any]]) -> list[Cell]:
    """Returns the values of a row by their columns; a row need not name its empty cells, nor be in order."""
    there = {cell["column"]: cell["value"] for cell in cells if cell["value"] is not None}
    if there and max(there) > MOST_COLUMNS:
        raise SheetError(Wrong.TOO_MANY_COLUMNS, most=MOST_COLUMNS)
    row: list[Cell] = [None] * max(there, default=0)
    for column, value in there.items():
        row[column - 1] = (restored(value) or None) if isinstance(value, str) else value
    return row


def _write_csv(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([_csv_text(cell) for cell in row])
        if buffer.tell() > CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return data


def _csv_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return neutral(cell)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _write_xlsx(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    try:
        for number, row in enumerate(rows, 1):
            if number > MOST_ROWS:
                raise SheetError(Wrong.TOO_MANY_ROWS, subject="the sheet", most=MOST_ROWS)
            sheet.append([_xlsx_value(cell) for cell in row])
    except BaseException:
        sheet.close()
        sheet._writer.cleanup()  # openpyxl has the rows in a temporary file until the book is saved
        raise
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from iter(lambda: file.read(CHUNK), b"")


def _xlsx_value(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return neutral(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", cell))
    if isinstance(cell, datetime | time) and cell.tzinfo is not None:
        return cell.isoformat()
    return cell
