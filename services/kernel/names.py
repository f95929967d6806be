"""How a name is kept, and when two names of employers, programmes or groups are the same.

A name is anything that people read on one line: the name of a person or an organisation, a job title, a label.
"""

import unicodedata

from services.kernel.text import clean_text

_JOINERS = frozenset("\u200c\u200d")
"""ZERO WIDTH NON-JOINER and ZERO WIDTH JOINER, which Persian and the scripts of India are spelt with."""


def clean_name(text: str) -> str | None:
    """Return a name as it is kept, or None for text that ``clean_text`` rejects.

    The result is in NFC and a single line. Each run of white space of any kind, line breaks and tabs included, is one
    space. Control and format characters, such as those that change the direction of writing, are removed, except
    joiners between letters.
    """
    clean = clean_text(text)
    if clean is None or (clean.isascii() and clean.isprintable() and "  " not in clean):
        return clean
    visible = "".join(
        character
        for position, character in enumerate(clean)
        if character.isspace() or not _is_hidden(character) or _joins_letters(clean, position)
    )
    return clean_text(" ".join(visible.split()))  # again, because marks that were apart may now be neighbours


def has_control_characters(text: str) -> bool:
    """Return whether a text has control characters other than tabs and line breaks."""
    return any(unicodedata.category(character) == "Cc" and not character.isspace() for character in text)


def name_key(name: str) -> str:
    """Return what two kept names have in common if they name the same employer, programme or group.

    This is Unicode's canonical caseless matching, without joiners, which are invisible. It may be longer than the name:
    ``ß`` becomes ``ss``. The SQL function ``name_key``, which the unique indexes use, does the same.
    """
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", "".join(character for character in folded if character not in _JOINERS))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}


def _joins_letters(text: str, position: int) -> bool:
    """Return whether the character at a position is a joiner with a letter, or a letter's mark, on both sides."""
    if text[position] not in _JOINERS or not 0 < position < len(text) - 1:
        return False
    before, after = unicodedata.category(text[position - 1]), unicodedata.category(text[position + 1])
    return before[0] in "LM" and after[0] in "LM"


def in_reading_order(*names: str) -> str:
    """Return the SQL expression that orders rows by some names as people read them.

    Case, accents and the shape of apostrophes count only between names that are otherwise the same. Kept names have no
    tabs, so the tab makes a shorter name precede a longer one.
    """
    folded = " || E'\\t' || ".join([*(f"fold({name})" for name in names), *names])
    return f'({folded}) COLLATE "C"'
