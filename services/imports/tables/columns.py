"""The columns of a table: their headings, with the other names under which they are known, and what they take."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar

from services.imports.tables.rows import KEY_WEIGHT

T = TypeVar("T")

_BRACKETS = re.compile(r"[(\[].*?[)\]]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it takes, the parser of its cells, and other headings for it.

    ``key`` is the key of its value in an entry. ``warning`` returns what must be said about a value that is taken.
    ``mandatory`` columns are left unchanged by an empty cell, and others cleared. ``warning_rule`` is the official rule
    that such a value breaks. ``element`` is the name of the ILR's field, if a tracker can be opened about it. ``is_name``
    is true of people's names.
    """

    name: str
    takes: str
    parse: Callable[[str], Any]
    also: tuple[str, ...] = ()
    key: str = ""
    mandatory: bool = False
    warning: Callable[[str], str | None] | None = None
    warning_rule: str | None = None
    element: str | None = None
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """The columns of a kind of table. ``passed_over`` has the headings of what is known but not kept, each with why.

    ``vague`` has headings, in lower case, that give way to other headings of the same column: each with the names of the
    columns that it may be, of which it is the first one that has no other heading.
    """

    columns: tuple[Column, ...]
    key_column: str
    command: str
    passed_over: Mapping[str, tuple[str, ...]]
    vague: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _by_heading: dict[str, Column] = field(default_factory=dict, init=False)
    _reasons: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for column in self.columns:
            self._by_heading.update({heading_key(name): column for name in (column.name, *column.also)})
        for reason, names in self.passed_over.items():
            self._reasons.update({heading_key(name): reason for name in names})

    def find(self, heading: str) -> Column | None:
        """Return the column with this heading, in any case and with any spaces and punctuation, or None."""
        return _find(self._by_heading, heading)

    def is_heading(self, cell: str) -> bool:
        """Return whether a cell is the heading of a column."""
        return self.find(cell) is not None

    def weigh_heading(self, cell: str) -> int:
        """Return 0 for a cell that is no heading, 1 for that of a column, and KEY_WEIGHT for that of the key column."""
        column = self.find(cell)
        if column is None:
            return 0
        return KEY_WEIGHT if column.name == self.key_column else 1

    def vague_columns(self, heading: str) -> list[Column]:
        """Return the columns that a vague heading may be, likeliest first; none if it is no vague one."""
        return [self._by_heading[heading_key(name)] for name in self.vague.get(heading_key(heading[:200]), ())]

    def why_passed_over(self, heading: str) -> str:
        """Return why a column that ``find`` does not know is not read, as a phrase."""
        known = _find(self._reasons, heading)
        if known is not None:
            return known
        close = get_close_matches(heading_key(heading), self._by_heading, n=1, cutoff=0.85)
        return f"it is not known; perhaps {self._by_heading[close[0]].name} is meant" if close else "it is not known"


def heading_key(heading: str) -> str:
    """Return what is compared of a heading: its letters and digits in lower case."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(character for character in folded if character.isalnum())


def _find(table: Mapping[str, T], heading: str) -> T | None:
    """Look up a heading, or else what it has outside of brackets, as in "ULN (10 digits)"."""
    if len(heading) > 200:
        return None
    found = table.get(heading_key(heading))
    return table.get(heading_key(_BRACKETS.sub("", heading))) if found is None else found
