"""The log of runs is newest first, and its index names every entry in the same order."""

import re

from tests.docs.pages import page

LOG = page("notebooks/LOG.md")
ENTRIES = re.findall(r"^## (.+)$", LOG, re.M)


def test_the_newest_entry_is_on_top() -> None:
    days = [re.match(r"\d{4}-\d\d-\d\d(?= — )", entry) for entry in ENTRIES]
    assert None not in days
    dates = [day[0] for day in days if day]
    assert dates == sorted(dates, reverse=True)


def test_the_index_has_every_entry_in_order() -> None:
    """That its links lead there, the strict build of the pages checks."""
    index = LOG.partition("\n## ")[0]
    assert re.findall(r"^- \[(.+)\]\(#.+\)$", index, re.M) == ENTRIES
