"""The rows of a table, as each kind of file yields them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

IsHeading = Callable[[str], bool]
"""Returns whether a cell is the heading of a known column."""

MAX_ROWS_ABOVE = 20
"""The number of rows in which headings are looked for."""
SEPARATORS = ",;\t|"
"""The characters that may separate the cells of a text file, likeliest first."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its number in the file, its cells, and what is wrong with single cells, by position."""

    number: int
    cells: list[str]
    problems: Mapping[int, str] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Return whether no cell has anything but white space, or separators of a file that is separated otherwise."""
        return not self.problems and not any(cell.strip().strip(SEPARATORS + " ") for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are read as they are needed; ``unit`` is what its rows are called: ``line`` or ``row``."""

    unit: str
    rows: Iterator[Row]
