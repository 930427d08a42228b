"""What can be wrong with a text, a cell, a head or a file: a code with values, and a sentence for people."""

from collections.abc import Mapping
from enum import StrEnum

MOST_QUOTED = 200
"""The characters of a value, and of what is told of a row, at most: they may quote a whole cell."""

Value = str | int


class Wrong(StrEnum):
    """The codes: first those of texts and cells, then those of a head, then those of a file."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    PLATE_TOO_LONG = "plate_too_long"
    CONTROL_CHARACTERS = "control_characters"
    NOT_A_PLATE = "not_a_plate"
    NO_MAIL = "no_mail"
    NO_DATE = "no_date"
    NO_TIME = "no_time"
    OUTSIDE_YEARS = "outside_years"
    BEFORE_VALID_FROM = "before_valid_from"
    NO_DAY = "no_day"
    NO_HOURS = "no_hours"
    NO_KIND = "no_kind"
    NO_COUNTRY = "no_country"
    NEEDS_OTHER = "needs_other"
    CONTRADICTS = "contradicts"
    NO_LIST = "no_list"
    OTHER_KIND = "other_kind"

    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    NO_PLATES = "no_plates"
    NEEDS_COLUMN = "needs_column"

    EMPTY_FILE = "empty_file"
    NO_TABLE = "no_table"
    OLD_OR_LOCKED = "old_or_locked"
    NO_CSV = "no_csv"
    LINE_TOO_LONG = "line_too_long"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_FILES = "too_many_files"
    TOO_LARGE = "too_large"
    DOCUMENT_TYPE = "document_type"
    DAMAGED = "damaged"
    NO_SHEET = "no_sheet"


SENTENCES: Mapping[Wrong, str] = {
    Wrong.EMPTY: "is empty",
    Wrong.TOO_LONG: "has {characters} characters, over {most}",
    Wrong.PLATE_TOO_LONG: "has over {most} characters",
    Wrong.CONTROL_CHARACTERS: "has control characters in it",
    Wrong.NOT_A_PLATE: "{cell!r} has characters that no plate has",
    Wrong.NO_MAIL: "{cell!r} is no e-mail address",
    Wrong.NO_DATE: "{cell!r} is no date as in 2026-12-31",
    Wrong.NO_TIME: "{cell!r} is no date as in 2026-12-31, nor with a time as in 2026-12-31 08:00",
    Wrong.OUTSIDE_YEARS: "lies outside the years 1 to 9999; leave the cell empty where there is no end",
    Wrong.BEFORE_VALID_FROM: "is before valid_from",
    Wrong.NO_DAY: "{cell!r} is no day as in mon,tue or mon-fri",
    Wrong.NO_HOURS: "{cell!r} is not two times as in 08:00-18:00",
    Wrong.NO_KIND: "{cell!r} is none of {known}",
    Wrong.NO_COUNTRY: "{cell!r} is no code of a country as in RU",
    Wrong.NEEDS_OTHER: "is empty, but {column} is not",
    Wrong.CONTRADICTS: "row {row} says otherwise",
    Wrong.NO_LIST: "there is no list {list!r}, and no kind to make it of",
    Wrong.OTHER_KIND: "the list {list!r} is of the kind {kind}",
    Wrong.UNKNOWN_COLUMN: "the column {column!r} is none of {known}",
    Wrong.COLUMN_TWICE: "the column {column!r} is there twice",
    Wrong.NO_PLATES: "has no column 'plate'",
    Wrong.NEEDS_COLUMN: "the column {column!r} needs a column {needed!r}",
    Wrong.EMPTY_FILE: "is empty",
    Wrong.NO_TABLE: "is neither XLSX nor CSV (UTF-8 or Windows-1251)",
    Wrong.OLD_OR_LOCKED: "is a sheet of an old kind, or locked with a password: save it as XLSX or CSV without one",
    Wrong.NO_CSV: "line {line}: is no CSV, {error}",
    Wrong.LINE_TOO_LONG: "has a line of more than {most:,} characters",
    Wrong.TOO_MANY_ROWS: "has more than {most:,} rows",
    Wrong.TOO_MANY_COLUMNS: "has more than {most} columns",
    Wrong.TOO_MANY_FILES: "has more files in it than an XLSX",
    Wrong.TOO_LARGE: "unpacks to more than a sheet has",
    Wrong.DOCUMENT_TYPE: "has a document type, which no XLSX has",
    Wrong.DAMAGED: "is damaged, or no XLSX",
    Wrong.NO_SHEET: "has no sheet",
}


class WrongError(ValueError):
    """The error of a thing that cannot be what it is meant for; the message is one line that says why.

    ``code`` and ``values`` say the same to a program, which may have a sentence of its own in another language.
    """

    def __init__(self, code: Wrong, /, *, subject: str = "", **values: Value) -> None:
        """``values`` are what the sentence of the code quotes; ``subject`` says of what it speaks, if it has to.

        The attribute ``values`` has texts cut off where they are long, and with a question mark for half a character,
        which has no UTF-8; the message has them as they are.
        """
        super().__init__(f"{subject} {SENTENCES[code].format(**values)}".lstrip())
        self.code = code
        self.values: dict[str, Value] = {name: _kept(value) for name, value in values.items()}


def _kept(value: Value) -> Value:
    return value[:MOST_QUOTED].encode("utf-8", "replace").decode() if isinstance(value, str) else value
