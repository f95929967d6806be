"""Words of sentences that people read: labels in quotes, text from files, and the names of enum values."""

_ABBREVIATIONS = {"Epa": "EPA", "Ilr": "ILR"}


def quote(label: str) -> str:
    """Return a label in quotation marks, which set it apart from the sentence around it."""
    return f"'{label}'"


def printable(text: str, max_length: int) -> str:
    """Return the beginning of a text from a file, without characters that could control a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:max_length])


def enum_words(value: str) -> str:
    """Return an enum's value as people read it: CREATE_TRACKERS becomes "Create trackers", ENTERED_EPA "Entered EPA"."""
    words = value.capitalize().split("_")
    return " ".join(_ABBREVIATIONS.get(word.capitalize(), word) for word in words)


def quote_enum(value: str) -> str:
    """Return an enum's value as people read it, in quotation marks: CREATE_TRACKERS becomes 'Create trackers'."""
    return quote(enum_words(value))
