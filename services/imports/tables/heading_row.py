"""Finding the row of headings in a table, and rows that repeat it."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from services.imports.tables.columns import ColumnSet, heading_key
from services.imports.tables.rows import KEY_WEIGHT, MAX_ROWS_ABOVE, Row


class HeadingRow(NamedTuple):
    """The row of headings, the rows below it, and whether there is text above it, such as a title."""

    row: Row
    below: Iterator[Row]
    has_text_above: bool


def find_heading_row(rows: Iterator[Row], columns: ColumnSet) -> HeadingRow | None:
    """Return the row of headings of a table, or None if all rows are empty.

    It is the first one with a heading of the key column. Below a first row with known headings, such as those of groups
    of columns, it must have at least as many, because a single one may be a value. Without such a row it is the first.
    """
    read: list[Row] = []
    for row in rows:
        if row.is_empty():
            continue
        read.append(row)
        if _has_key(row, columns) and _count_known(row, columns) >= _count_known(read[0], columns):
            return _prefer_next(HeadingRow(row, rows, len(read) > 1), columns)
        if len(read) == MAX_ROWS_ABOVE:
            break
    return HeadingRow(read[0], chain(read[1:], rows), False) if read else None


def _prefer_next(found: HeadingRow, columns: ColumnSet) -> HeadingRow:
    """Return the row below instead if it has more headings, as below a heading that is merged with the cell below it."""
    below = next(found.below, None)
    if below is None:
        return found
    if _has_key(below, columns) and _count_known(below, columns) > _count_known(found.row, columns):
        return HeadingRow(below, found.below, True)
    return found._replace(below=chain([below], found.below))


def repeats_headings(row: Row, headings: Row, columns: ColumnSet) -> bool:
    """Return whether a row has the headings again, as each page of a report has, or a file that was appended."""
    return _has_key(row, columns) and _keys(row) == _keys(headings)


def _has_key(row: Row, columns: ColumnSet) -> bool:
    return max(map(columns.weigh_heading, row.cells), default=0) >= KEY_WEIGHT


def _count_known(row: Row, columns: ColumnSet) -> int:
    return sum(map(columns.is_heading, row.cells))


def _keys(row: Row) -> list[str]:
    keys = [heading_key(cell[:200]) for cell in row.cells]
    while keys and not keys[-1]:
        keys.pop()
    return keys
