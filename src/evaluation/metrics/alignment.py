"""Which character of a reading stands for which one of the true text."""

from itertools import zip_longest

from rapidfuzz.distance import Levenshtein

Pair = tuple[str, str]
"""(true, read): one character each; ("", read) was inserted, (true, "") deleted."""


def align(truth: str, read: str) -> list[Pair]:
    """The two texts character by character, with as few unequal pairs as possible (Levenshtein distance).

    There may be several such alignments; it is always the same one that is returned.

    >>> align("RK884", "9RK84")
    [('', '9'), ('R', 'R'), ('K', 'K'), ('8', '8'), ('8', ''), ('4', '4')]
    """
    blocks = Levenshtein.opcodes(truth, read)
    return [
        pair
        for block in blocks
        for pair in zip_longest(
            truth[block.src_start : block.src_end], read[block.dest_start : block.dest_end], fillvalue=""
        )
    ]
