"""Where wrong readings come from: which characters are confused, and on what kind of plate."""

from collections import Counter
from collections.abc import Sequence

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.metrics.alignment import align
from src.evaluation.metrics.breakdown import Breakdown, breakdowns


class Confusion(Closed):
    """How often the true character ``truth`` was read as ``read``, the right ones included.

    ``truth`` is "" for a character that was inserted, ``read`` is "" for one that was left out.
    """

    truth: str
    read: str
    n: int


class ErrorReport(Closed):
    """Errors over every plate whose text is known: ``texts`` = ``exact`` + ``misread`` + ``missed``.

    Characters are counted over ``exact`` and ``misread``: a plate that was not found says nothing about them.
    """

    texts: int
    exact: int
    misread: int
    missed: int
    one_edit: int  # of the misread, those that one substitution, insertion or deletion would mend
    characters: int  # of the truths
    substitutions: int
    insertions: int
    deletions: int
    confusions: tuple[Confusion, ...]  # most frequent first
    breakdowns: tuple[Breakdown, ...]

    @property
    def mistaken(self) -> tuple[Confusion, ...]:
        """The confusions without the right ones."""
        return tuple(c for c in self.confusions if c.truth != c.read)


def error_report(outcomes: Sequence[ScoredPlate]) -> ErrorReport:
    """Sums up outcomes of one flow; those without a known text are left out."""
    known = [o for o in outcomes if o.truth is not None]
    found = [align(o.truth or "", o.text) for o in known if o.found]
    edits = [sum(true != read for true, read in pairs) for pairs in found]
    counts = Counter(pair for pairs in found for pair in pairs)
    return ErrorReport(
        texts=len(known),
        exact=edits.count(0),
        misread=len(edits) - edits.count(0),
        missed=len(known) - len(found),
        one_edit=edits.count(1),
        characters=sum(n for (true, _), n in counts.items() if true),
        substitutions=sum(n for (true, read), n in counts.items() if true and read and true != read),
        insertions=sum(n for (true, _), n in counts.items() if not true),
        deletions=sum(n for (_, read), n in counts.items() if not read),
        confusions=tuple(
            Confusion(truth=true, read=read, n=n)
            for (true, read), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ),
        breakdowns=breakdowns(known),
    )
