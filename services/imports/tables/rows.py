"""The rows of a table, as each kind of file yields them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

KEY_WEIGHT = 100
"""The weight of the heading of the key column, without which a table cannot be read."""
WeighHeading = Callable[[str], int]
"""Returns 0 for a cell that is no heading, 1 for that of a known column, and KEY_WEIGHT for that of the key column."""

MAX_ROWS_ABOVE = 20
"""The number of rows in which headings are looked for."""
SEPARATORS = ",;\t|"
"""The characters that may separate the cells of a text file, likeliest first."""
# Lines below the headings, as sqlcmd and Markdown draw them, and Ctrl-Z, with which DOS ended a file.
_BLANK = SEPARATORS + " -=_:\x1a"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its number in the file, its cells, and what is wrong with single cells, by position."""

    number: int
    cells: list[str]
    problems: Mapping[int, str] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Return whether no cell has anything but white space, lines, or separators of a file that is separated otherwise."""
        return not self.problems and not any(cell.strip().strip(_BLANK) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are read as they are needed; ``unit`` is what its rows are called: ``line`` or ``row``."""

    unit: str
    rows: Iterator[Row]
