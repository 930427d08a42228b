"""Which character of a reading stands for which one of the true text."""

Pair = tuple[str, str]
"""(true, read): one character each; ("", read) was inserted, (true, "") deleted."""


def align(truth: str, read: str) -> list[Pair]:
    """The two texts character by character, with as few unequal pairs as possible (Levenshtein distance).

    Of several such alignments, always the one that, from the end, prefers a pair to a deletion to an insertion.

    >>> align("RK884", "9RK84")
    [('', '9'), ('R', 'R'), ('K', 'K'), ('8', ''), ('8', '8'), ('4', '4')]
    """
    cost = _prefix_distances(truth, read)
    i, j = len(truth), len(read)
    pairs = []
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((truth[i], read[j]))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((truth[i], ""))
        else:
            j -= 1
            pairs.append(("", read[j]))
    return pairs[::-1]


def _prefix_distances(truth: str, read: str) -> list[list[int]]:
    """``[i][j]``: edit distance of the first i characters of ``truth`` to the first j of ``read``."""
    cost = [list(range(len(read) + 1))]
    for i, true in enumerate(truth, 1):
        row = [i]
        for j, character in enumerate(read, 1):
            row.append(min(cost[-1][j] + 1, row[-1] + 1, cost[-1][j - 1] + (true != character)))
        cost.append(row)
    return cost
