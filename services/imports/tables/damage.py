"""Warnings of text that a program has probably damaged before it came here. It is kept, as nobody else knows better."""

import re

_DATE = re.compile(
    r"[0-9]{1,2}[- /](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?:[- /][0-9]{2,4})?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-[0-9]{2}",
    re.IGNORECASE,
)
_GARBLED = (
    "It is kept, but looks garbled, which Excel does to UTF-8. Open the original file in Excel by Data, From Text/CSV, and "
    "save that."
)
# é, ü, ä and ë of Mac OS Roman and of DOS's code page 850 become these, which no name has after a small letter.
_OTHER_CODE_PAGE = re.compile("[a-z][ŽŸŠ‡ˆ‰ƒ‚„]|[A-Z][ŽŸŠ‡ˆ‰ƒ‚„][a-z]")
_GARBLED_BY_CODE_PAGE = (
    "It is kept, but looks garbled, as the text of old Mac and DOS programs does. Save the table as 'CSV UTF-8 (Comma "
    "delimited)' or as an Excel workbook."
)
_LOST = "It is kept, but has \N{REPLACEMENT CHARACTER} where a letter has been lost. Type the letter again."
_BECAME_DATE = (
    "It is kept, but Excel has probably turned it into a date. Format the column as Text in Excel, and type it again."
)
_MISSING = (
    "It is kept, but databases and other programs write this where there is no value. If it is no name, clear the cell."
)
_MISSING_WORDS = frozenset({"NULL", "NA", "None"})


def damage_warning(text: str) -> str | None:
    """Return a warning if a program has probably damaged the text, or wrote it for a missing value; or None."""
    if text in _MISSING_WORDS:
        return _MISSING
    if _DATE.fullmatch(text):
        return _BECAME_DATE
    if text.isascii():
        return None
    if "\N{REPLACEMENT CHARACTER}" in text:
        return _LOST
    if _was_utf8(text):
        return _GARBLED
    return _GARBLED_BY_CODE_PAGE if _OTHER_CODE_PAGE.search(text) else None


def _was_utf8(text: str) -> bool:
    """Return whether all that is not ASCII makes UTF-8 if it is written as Windows-1252, such as "ZoÃ«" for "Zoë"."""
    try:
        text.encode("cp1252").decode()
    except UnicodeError:
        return False
    return True
