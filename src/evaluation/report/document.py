"""What a report says, and nothing of how it looks: sections of tables, plots, cards, paragraphs and pictures.

Accuracy, robustness and latency each say what their document contains; ``html``, ``markdown`` and ``terminal`` render
any document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from src.core.types import Image
from src.evaluation.report.style import Draw

Emphasis = Literal["", "better", "worse", "even", "code"]
"""What a cell stands out as: a change for the better or the worse, no clear difference, or the text of a plate."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its words, and in small print what belongs to them, such as the interval of a figure."""

    text: str
    small: str = ""
    mark: Emphasis = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.small})" if self.small else self.text


@dataclass(frozen=True, slots=True)
class DataTable:
    """Rows under a header. The first ``words`` columns and the last ``texts`` ones hold words, the others figures.

    The page shows a ``folded`` table on demand, the terminal its first rows alone.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    note: str = ""
    words: int = 1
    texts: int = 0
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: the file it is kept in, its title, what it shows in words, and how it is drawn."""

    file: str
    title: str
    words: str
    draw: Draw


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, and facts by their names. The page shows a ``folded`` one on demand, the terminal not at all."""

    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One figure at a glance: what it is of, its value and what that means.

    ``bar`` holds the low end, the value and the high end of a share; ``versus`` other systems by their names.
    """

    value: str
    meaning: str
    title: str = ""
    kind: str = ""
    bar: tuple[float, float, float] | None = None
    versus: Mapping[str, Cell] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlignedCharacter:
    """One place of an aligned reading: the true character, the one read ("" for none), how sure that was."""

    true: str
    read: str
    confidence: float | None  # None where nothing was read, or a system does not say

    @property
    def wrong(self) -> bool:
        return self.true != self.read


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One plate that was misread or missed."""

    image: str
    truth: str
    text: str
    confidence: float
    found: bool
    width: float  # pixels of the plate
    glyphs: tuple[AlignedCharacter, ...]  # none for a missed plate
    on_true_box: str | None  # what was read there; None where that is what `text` is, or nobody tried
    crop: Image


@dataclass(frozen=True, slots=True)
class Gallery:
    """The wrong readings of one set to look at, and how many there are of them."""

    set: str
    misread: int
    missed: int
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """A sheet of photographs that the page alone shows: RGB pixels, and in words what they show."""

    words: str
    pixels: Image


Block = DataTable | Plot | Paragraph | Card | Gallery | ContactSheet


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading; ``detail`` is what the terminal leaves out."""

    title: str
    blocks: Sequence[Block]
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report: ``name`` is that of its files, ``summary`` what is to be remembered in a few sentences."""

    name: str
    title: str
    headline: str
    sections: Sequence[Section]
    summary: Sequence[str] = ()
    warning: str = ""

    @property
    def plots(self) -> list[Plot]:
        """Those of all sections."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Plot)]
