"""Warnings of what an ILR return could not hold. The text of a person is kept as they wrote it all the same."""

import re
import unicodedata

_MAX_LISTED = 5
_NAME = re.compile(r'[^0-9|"]')
_ADDRESS = re.compile(r"[A-Za-z0-9 ~!@&'\\()*+,./:;-]")  # the XML schema's AddLine1 to AddLine4
_SUBSTITUTES = str.maketrans(
    {
        **dict.fromkeys("‘’‛′ʼ`´“”„\"", "'"),
        **dict.fromkeys("‐‑‒–—―−_", "-"),
        "…": "...", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ð": "d", "Ð": "D",
        "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "½": "1/2", "¼": "1/4", "¾": "3/4",
        "[": "(", "]": ")", "{": "(", "}": ")",
    }
)  # fmt: skip


def name_warning(text: str) -> str | None:
    """Return a warning if a name has characters that the ILR's FamilyName and GivenNames cannot hold."""
    return _warning(text, _NAME)


def address_warning(text: str) -> str | None:
    """Return a warning if an address line has characters that the ILR's AddLine1 to AddLine4 cannot hold."""
    return _warning(text, _ADDRESS)


def _warning(text: str, allowed: re.Pattern[str]) -> str | None:
    foreign = list(dict.fromkeys(character for character in text if not allowed.fullmatch(character)))
    if not foreign:
        return None
    if all(character.isdigit() for character in foreign):
        return "It is kept, but an ILR return cannot hold digits here."
    listed = [_describe(character, allowed) for character in foreign[:_MAX_LISTED]]
    if len(foreign) > _MAX_LISTED:
        listed.append(f"{len(foreign) - _MAX_LISTED} more")
    return f"It is kept, but an ILR return cannot hold {', '.join(listed)}."


def _describe(character: str, allowed: re.Pattern[str]) -> str:
    """Return a character with what a return would have instead of it, if there is something like it."""
    decomposed = unicodedata.normalize("NFKD", character.translate(_SUBSTITUTES))
    substitute = "".join(part for part in decomposed if not unicodedata.combining(part))
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    if substitute and all(allowed.fullmatch(part) for part in substitute):
        return f"{shown} (only {substitute})"
    return shown
