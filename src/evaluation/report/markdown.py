"""A document as Markdown: for reading without a browser, and for pasting."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from src.evaluation.report.document import Block, Card, Cell, DataTable, Document, Gallery, Paragraph, Plot, Section
from src.evaluation.report.wording import NONE, percent

WORST = 20
"""Wrong readings that are listed of each set."""


def markdown(document: Document) -> str:
    """The whole document; its plots are files beside it."""
    parts = [f"# {document.title}", *map(_literal, (document.headline, *document.summary, document.warning))]
    for section in document.sections:
        parts += [f"## {section.title}", *_blocks(section)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[Cell | str]]) -> str:
    """A Markdown table; bars and asterisks in its cells are escaped."""
    lines = [header, ["---"] * len(header), *([_literal(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _blocks(section: Section) -> Iterator[str]:
    """The paragraphs of a section; cards one after the other are one list."""
    for is_card, blocks in groupby(section.blocks, lambda block: isinstance(block, Card)):
        parts = [part for block in blocks for part in _block(block)]
        yield from ["\n".join(parts)] if is_card else parts


def _block(block: Block) -> Iterator[str]:
    match block:
        case DataTable():
            yield from (f"### {block.title}", table(block.header, block.rows), _literal(block.note))
        case Plot():
            yield f"![{block.title}. {block.words}]({block.file})"
        case Paragraph():
            yield f"### {block.title}" if block.title else ""
            yield _literal(block.text)
            yield "\n".join(f"- {name}: {_literal(fact)}" for name, fact in block.facts.items())
        case Card():
            yield (
                f"- {block.title}: {block.value} {block.meaning}" if block.title else f"- {block.value} {block.meaning}"
            )
        case Gallery():
            yield f"### {block.set}: worst readings"
            rows = [
                (e.truth, e.text or NONE, percent(e.confidence) if e.found else "not found", e.image)
                for e in block.exhibits[:WORST]
            ]
            yield table(("true", "read", "confidence", "image"), rows)


def _literal(text: str) -> str:
    return text.replace("*", r"\*")
