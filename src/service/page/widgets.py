"""The texts of Streamlit's widgets, which are English alone, and those that the page shows instead."""

from collections.abc import Mapping

from src.service.page.texts import Words

SAYINGS: Mapping[str, str] = {
    # the uploader; names, types and sizes of files go over into what is said
    "Upload": "widget.choose",
    r"\d+\S* per file": "widget.drop",
    "• image": "widget.kinds",
    "Drag and drop files here": "widget.drop_here",
    r"(\S*) ?files are not allowed\.": "widget.wrong_type",
    r"File must be (\d+)\S* or smaller\.": "widget.too_large",
    r"((?:.+, )?\d+)\.(\d)B": "widget.bytes",
    r"((?:.+, )?\d+)\.(\d)KB": "widget.kilobytes",
    r"((?:.+, )?\d+)\.(\d)MB": "widget.megabytes",
    "file upload": "widget.choose",
    "Error:": "widget.error",
    "add icon": "widget.add",
    "File size is too small\\.": "widget.too_small",
    "Uploading\\.\\.\\.": "widget.uploading",
    "Upload failed": "widget.failed",
    "Click to retry upload": "widget.retry",
    r"Unexpected error\. Please try again\.": "widget.failed",
    "Add files": "widget.add",
    r"Remove (.+)": "widget.remove",
    # the camera
    "Take Photo": "widget.snap",
    "Clear photo": "widget.another",
    "Switch camera": "widget.switch",
    "Snapshot": "read.snap",
    r"This app would like to use your camera\.": "widget.camera",
    r"Learn how to allow access\.": "widget.allow",
    # lists, fields and calendars
    "Choose an option": "search.any",
    "Open": "widget.open",
    "No results": "widget.no_results",
    "Select all": "widget.select_all",
    r"Add: (.+)": "widget.new",
    "Clear (?:all|value|entry|dates?)": "widget.clear",
    r"(?:Selectbox|Multiselect) options": "widget.options",
    "Selected values": "widget.selected",
    "Press Enter to apply": "widget.enter",
    r"Help for (.+)": "widget.help",
    r"day, (.+) (?:start|end) date": "widget.day",
    r"month, (.+) (?:start|end) date": "widget.month",
    r"year, (.+) (?:start|end) date": "widget.year",
    r"day, (.+)": "widget.day",
    r"month, (.+)": "widget.month",
    r"year, (.+)": "widget.year",
    r"hour, (.+)": "widget.hour",
    r"minute, (.+)": "widget.minute",
    "Page not found": "widget.missing",
    r"The page that you have requested does not seem to exist\. .*": "widget.missing_note",
    "dd": "widget.dd",
    "mm": "widget.mm",
    "yyyy": "widget.yyyy",
    r"(.+) start date": "widget.first_day",
    r"(.+) end date": "widget.last_day",
    r"Choose date range, (.+)": "widget.calendar",
    "Choose date(?: range)?": "search.dates",
    "(?:Date range|Selected (?:Date|Range): .+)": "search.dates",
    "Previous month": "widget.earlier",
    "Next month": "widget.later",
    r"Use arrow keys to navigate dates\. Enter to select\. Escape to close\.": "widget.keys",
    r"Select\.\.\.": "search.any",
    "Quick select a date range": "search.period",
    "Increment": "widget.more",
    "Decrement": "widget.less",
    "Show password": "widget.show_password",
    "Hide password": "widget.hide_password",
    "Close|Dismiss": "widget.close",
    # the page as a whole
    r"visualization|\w+ mark container": "widget.chart",
    "Skip to main content": "widget.skip",
    "check icon": "models.ready",
    "Copy to clipboard": "widget.copy",
    "Stop": "widget.stop",
    "Running\\.\\.\\.": "widget.running",
    "Connecting": "widget.connecting",
    "Connection error": "widget.lost",
    r"Connection failed with status \d+\.?": "widget.lost",
    r"Is Streamlit still running\?.*": "widget.reload",
}
"""Each pattern matches the whole of a text; ``{found}`` and ``{tenths}`` in ours are the groups of the pattern."""


def sayings(words: Words) -> list[tuple[str, str]]:
    """Returns each pattern with its replacement, in the notation of JavaScript."""
    return [(pattern, words(key, found="$1", tenths="$2")) for pattern, key in SAYINGS.items()]
