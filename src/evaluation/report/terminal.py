"""A document on the terminal: the tables of its main sections, and their notes."""

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from src.core.cli import counted
from src.evaluation.report.document import DataTable, Document, Paragraph

WIDTH = 250
"""Characters that the widest table may need; a narrower terminal wraps it rather than hide columns."""
LINE = 100
"""Characters of a line of words."""
LISTED = 20
"""Rows that are shown of a folded table."""


def show(document: Document) -> None:
    """Prints everything but details, plots and pictures."""
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, WIDTH)
    for section in document.sections:
        if section.detail:
            continue
        console.print(f"{section.title}\n", style="bold underline")
        for block in section.blocks:
            if isinstance(block, DataTable):
                console.print(block.title, style="bold")
                console.print(_table(block))
                _say(console, _left_out(block))
                _say(console, block.note)
            elif isinstance(block, Paragraph) and not block.folded:
                _say(console, "\n".join([block.text, *(f"{name}: {fact}" for name, fact in block.facts.items())]))


def _table(block: DataTable) -> RichTable:
    shown = RichTable(box=box.SIMPLE)
    for number, name in enumerate(block.header):
        words = number < block.words or number >= len(block.header) - block.texts
        shown.add_column(name, justify="left" if words else "right", no_wrap=True)
    for row in block.rows[: LISTED if block.folded else None]:
        shown.add_row(*map(str, row))
    return shown


def _left_out(block: DataTable) -> str:
    more = len(block.rows) - LISTED
    return f"and {counted(more, 'more row')} in the report" if block.folded and more > 0 else ""


def _say(console: Console, words: str) -> None:
    if words.strip():
        console.print(f"{words.strip()}\n", width=LINE)
