"""The pages that people read, and what stands in them: blocks of code, spans of code, tables."""

import re

from tests.commands import ROOT

READMES = ("README.md", "README.ru.md")
PAGES = (*READMES, "data/README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))


def page(name: str) -> str:
    """The text of a page; ``name`` is its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """The blocks of code, with continued lines joined."""
    return [block.replace("\\\n", "") for block in re.findall(r"(?ms)^```\w*\n(.*?)^```$", text)]


def code(text: str) -> list[str]:
    """All code: the blocks, and the spans within sentences and tables."""
    fenceless = re.sub(r"(?ms)^```.*?^```$", "", text)
    return [*blocks(text), *(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", fenceless))]


def section(text: str, heading: str) -> str:
    """What stands under ``heading``, up to the next heading. Raises KeyError where there is no such heading."""
    masked = re.sub(r"(?ms)^```.*?^```$", lambda block: "x" * len(block[0]), text)  # comments of the shell begin with #
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", masked)
    if found is None:
        raise KeyError(heading)
    return text[found.start(1) : found.end(1)]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables, row by row, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = {number for number, line in enumerate(lines) if set(line) <= set("|- ")}
    body = [line for number, line in enumerate(lines) if number not in rules and number + 1 not in rules]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]
