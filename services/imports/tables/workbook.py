"""Reading of Excel workbooks (.xlsx) by python-calamine: the sheet with known headings, as text."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import BinaryIO, TypeAlias

from python_calamine import CalamineSheet, CalamineWorkbook

from services.imports.report import Severity, UnreadableFileError
from services.imports.tables.cells import excel_error_message
from services.imports.tables.notes import FileNotes
from services.imports.tables.rows import KEY_WEIGHT, MAX_ROWS_ABOVE, Row, WeighHeading
from services.imports.tables.workbook_scan import SheetScan, WorkbookError, scan_workbook

_Value: TypeAlias = str | float | bool | dt.date | dt.time | dt.timedelta

_DATE_PROBLEM = "Excel has turned it into a date or time. Format the column as Text in Excel, and type the value again."


def read_workbook(stream: BinaryIO, weigh_heading: WeighHeading, notes: FileNotes) -> Iterator[Row]:
    """Yield the rows of a sheet, numbered as in Excel; ``notes`` name the other sheets with rows.

    The sheet is the first one whose first rows have the heading of the key column, or else any known heading, visible ones
    before hidden ones, or else simply the first one. A cell that is merged with those below it has its value in each of these rows, as people see it. Raises
    UnreadableFileError.
    """
    try:
        scans = sorted((scan for scan in scan_workbook(stream) if scan.rows), key=lambda scan: not scan.is_visible)
        if not scans:
            raise WorkbookError("is an empty workbook")
        scan, sheet = _choose_sheet(stream, scans, weigh_heading)
    except WorkbookError as error:
        raise UnreadableFileError(notes.file, str(error)) from None
    for other in scans:
        if other is not scan:
            message = f"This sheet was not read, only {scan.title}."
            notes.warn(0, f"sheet {other.title}", message, severity=Severity.WARNING)
    yield from _rows(sheet, scan)


def _choose_sheet(
    stream: BinaryIO, scans: Sequence[SheetScan], weigh_heading: WeighHeading
) -> tuple[SheetScan, CalamineSheet]:
    if len(scans) > 1:
        for is_visible in (True, False):
            chosen: tuple[SheetScan, CalamineSheet] | None = None
            for scan in (scan for scan in scans if scan.is_visible == is_visible):
                sheet = _load(stream, scan.name)
                weight = _weigh(sheet, weigh_heading)
                if weight >= KEY_WEIGHT:
                    return scan, sheet
                chosen = chosen or ((scan, sheet) if weight else None)
            if chosen:
                return chosen
    return scans[0], _load(stream, scans[0].name)


def _weigh(sheet: CalamineSheet, weigh_heading: WeighHeading) -> int:
    """Return the weight of the headings in one of the first rows of a sheet, at most."""
    rows = islice(sheet.iter_rows(), MAX_ROWS_ABOVE)
    return max((sum(weigh_heading(_text(value)) for value in row) for row in rows), default=0)


def _load(stream: BinaryIO, name: str) -> CalamineSheet:
    stream.seek(0)
    try:
        with CalamineWorkbook.from_filelike(stream) as workbook:
            return workbook.get_sheet_by_name(name)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of Rust is no Exception
        raise WorkbookError("is a damaged workbook; open it in Excel, and save it again") from error


def _rows(sheet: CalamineSheet, scan: SheetScan) -> Iterator[Row]:
    start = sheet.start or (0, 0)
    begun: dict[int, tuple[int, str]] = {}  # by column, the last row and the value of a merged cell
    beginning: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)  # by first row, columns and last rows
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        if last > first:
            beginning[first].append((column, last))
    for number, values in enumerate(sheet.iter_rows()):
        cells = [""] * start[1] + [_text(value) for value in values]
        problems = {column: _DATE_PROBLEM for column, value in enumerate(values, start[1]) if _is_date(value)}
        problems |= _error_problems(scan, number, len(cells))
        row = Row(number + 1, cells, problems)
        if not row.is_empty():
            begun |= {column: (last, cells[column]) for column, last in beginning[number] if column < len(cells)}
            _fill_merged(cells, number, begun)
        yield row


def _fill_merged(cells: list[str], row: int, begun: Mapping[int, tuple[int, str]]) -> None:
    for column, (last, text) in begun.items():
        if row <= last and not cells[column]:
            cells[column] = text


def _error_problems(scan: SheetScan, row: int, width: int) -> dict[int, str]:
    if not scan.errors:
        return {}
    found = ((column, scan.errors.get((row, column))) for column in range(width))
    return {column: excel_error_message(error) for column, error in found if error is not None}


def _is_date(value: _Value) -> bool:
    return isinstance(value, dt.date | dt.time | dt.timedelta)


def _text(value: _Value) -> str:
    """Return the value of a cell as text: numbers with the 15 digits that Excel shows, dates as 2026-09-01."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(f"{value:.15g}"), "f")
    return str(value)
