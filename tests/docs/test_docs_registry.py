"""What the page about the registry says of sheets is what the code reads and writes."""

import re
import string

from src.service.api.routes.registry_sheets import MOST_BYTES
from src.service.registry.columns import COLUMNS, begin, end, hours, weekdays
from src.service.sheets import MOST_COLUMNS, MOST_ROWS
from src.service.wrong import SENTENCES, Wrong
from tests.docs.pages import page, rows, section

REGISTRY = page("docs/registry.md")
SHEETS = section(REGISTRY, "Sheets")
TABLE = {tuple(re.findall(r"`([^`]+)`", row[0])): re.findall(r"`([^`]+)`", row[2]) for row in rows(SHEETS)}


def test_the_columns_are_those_of_the_code() -> None:
    told = [column for columns in TABLE for column in columns]
    assert sorted(told) == sorted(COLUMNS)


def test_the_examples_of_the_columns_can_be_read() -> None:
    for column, read in (("valid_from", begin), ("valid_until", end)):
        assert all(read(example, None) for example in TABLE[column,])
    assert [weekdays(example) for example in TABLE["weekdays",]] == [[0, 1, 2, 3, 4], [5, 6], [0, 1, 2, 3, 4]]
    assert [hours(example) for example in TABLE["hours",]] == [(480, 1080), (1320, 360)]


def test_the_limits_are_those_of_the_code() -> None:
    told = f"at most {MOST_BYTES // 2**20} MiB, {MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
    assert told in " ".join(SHEETS.split())


def test_the_codes_are_those_of_the_code() -> None:
    told = {
        code.strip("`"): (values, said) for code, values, said in rows(section(REGISTRY, "What is wrong with a sheet"))
    }
    for code in Wrong:
        named = [name for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name is not None]
        plain = SENTENCES[code].replace("!r}", "}").replace(":,}", "}")
        assert told.pop(code) == (", ".join(f"`{name}`" for name in named), plain)
    assert told == {}
