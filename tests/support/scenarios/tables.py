"""Tables for tests of imports: CSV files in any dialect, and small Excel workbooks, which are ZIP archives of XML."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DATE_STYLE = 1
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/>'
    '<xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class RawCell(str):
    """The XML of a cell's content, after its reference: ``t="e"><v>#N/A</v>``."""


ERROR_NA = RawCell(' t="e"><v>#N/A</v>')
DATE = RawCell(f' s="{_DATE_STYLE}"><v>46096</v>')

Cell = str | float | bool | None


def csv_bytes(
    rows: Sequence[Sequence[str]],
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    line_end: str = "\r\n",
    quote_all: bool = False,
) -> bytes:
    """Return the rows as a CSV file. Python's codecs ``utf-8-sig`` and ``utf-16`` write a byte order mark."""
    special = {separator, '"', "\r", "\n"}

    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if quote_all or special.intersection(cell) else cell

    return "".join(separator.join(map(quoted, row)) + line_end for row in rows).encode(encoding)


def workbook_bytes(
    rows: Sequence[Sequence[Cell]] = (),
    *,
    sheets: Sequence[tuple[str, Sequence[Sequence[Cell]]]] = (),
    hidden: Sequence[str] = (),
    merged: Sequence[str] = (),
) -> bytes:
    """Return a workbook of one sheet with these rows, or of these named sheets; ``merged`` are ranges of its last sheet."""
    named = sheets or [("Sheet1", rows)]
    names = [f"worksheets/sheet{number}.xml" for number in range(1, len(named) + 1)]
    parts = {
        "[Content_Types].xml": _content_types(names),
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(_sheet_entry(number, name, hidden) for number, (name, _) in enumerate(named, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relationships(
            [*(("worksheet", name) for name in names), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    for number, (_, sheet_rows) in enumerate(named, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet_xml(sheet_rows, merged if number == len(named) else ())
    return zip_bytes(parts)


def zip_bytes(parts: dict[str, str] | dict[str, bytes]) -> bytes:
    """Return a ZIP archive of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def sheet_xml(rows: Sequence[Sequence[Cell]], merged: Sequence[str] = ()) -> str:
    """Return the XML of a sheet."""
    lines = (
        f'<row r="{number}">{"".join(_cell_xml(number, column, cell) for column, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    tail = f"<mergeCells>{ranges}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData>{tail}</worksheet>'


def _cell_xml(row: int, column: int, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, RawCell):
        content = str(cell)
    elif isinstance(cell, bool):
        content = f' t="b"><v>{int(cell)}</v>'
    elif isinstance(cell, str):
        content = f' t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is>'
    else:
        content = f"><v>{cell!r}</v>"
    return f'<c r="{chr(65 + column)}{row}"{content}</c>'


def _sheet_entry(number: int, name: str, hidden: Sequence[str]) -> str:
    state = ' state="hidden"' if name in hidden else ""
    return f'<sheet name={quoteattr(name)} sheetId="{number}"{state} r:id="rId{number}"/>'


def _relationships(targets: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _content_types(sheets: Sequence[str]) -> str:
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = {"workbook.xml": "sheet.main", "styles.xml": "styles"} | dict.fromkeys(sheets, "worksheet")
    rows = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{media}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{default}{rows}</Types>'
