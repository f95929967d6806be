"""The columns of imported tables, as ``--columns`` prints them, and as ``docs/import-columns.md`` has them.

``python -m server.cli.import_columns > docs/import-columns.md`` writes the page.
"""

import sys
from collections.abc import Iterator

from services.imports.tables.columns import Column, ColumnSet
from services.imports.tables.employer_columns import EMPLOYER_COLUMNS
from services.imports.tables.learner_columns import LEARNER_COLUMNS

_INTRODUCTION = """\
<!-- Rendered from services/imports/tables/learner_columns.py and employer_columns.py. Do not edit it; run
     make columns-reference -->

# Columns of imported tables

`trackers import-learners` and `trackers import-employers` read tables from Excel workbooks (`.xlsx`) and from CSV
files. The first row has the headings. To begin, fill in an example:
[`examples/learners.csv`](../examples/learners.csv) or [`examples/employers.csv`](../examples/employers.csv).
"""

_FILES = """
## What is read

- **Excel workbooks** (`.xlsx`): the first visible sheet with the required heading; other sheets with rows are named.
  A cell that is merged downwards counts for each of its rows. Other formats of Excel are named, to be saved as
  `.xlsx`.
- **CSV files** in UTF-8, UTF-16 or Windows-1252, with commas, semicolons, tabs or vertical bars between the cells,
  with any line ends, and with Excel's line `sep=;` or without. Semicolons separate groups, so quote them where they
  separate cells.
- **A ZIP archive** with one ILR return in it, as Submit Learner Data takes it. Nothing else is unpacked.

Empty rows, empty columns and missing cells at the end of a row do no harm. Rows above the headings, such as a title,
are passed over with a warning; so are unknown columns. With `--strict` such a file is refused. Headings that are
repeated further down are passed over. A row of totals is refused. Two columns for one are refused, but towns and
counties take the address lines that are left.

## What is done with it

- **A column that is absent** leaves what is stored. **An empty cell** clears it, except names and the programme's
  status. Empty cells of employers clear nothing.
- **A cell with an error** is treated as absent, and reported with its row, heading and rule; the learner is imported.
  A row without a reference, with one that an earlier row has, or with more cells than headings, is refused.
- **What programs write for a missing value** is an empty cell: `NULL`, `(null)`, `[NULL]`, `\\N`, `NA`, `N/A`,
  `<NA>`, `NaN`, `NaT`, `None`. In names only what nobody is called; `NULL`, `NA` and `None` are kept there with a
  warning.
- **Text** is kept as it was typed. What an ILR return could not hold is reported in a warning.
- **What Excel does to codes** is undone where nothing was lost: `1061484016.0`, `1.061.484.016`, `="012345678"` and a
  leading apostrophe are read. Scientific notation (`1.06E+09`), lost zeros, errors such as `#N/A`, text that became a
  date and text that was read in the wrong encoding are reported.
"""


def columns_of(kind: str) -> str:
    """Return the columns of tables of ``learners`` or ``employers`` as plain text."""
    return columns_text({"learners": LEARNER_COLUMNS, "employers": EMPLOYER_COLUMNS}[kind])


def columns_text(columns: ColumnSet) -> str:
    """Return the columns of a table as plain text for a terminal."""
    lines = ["The headings are recognised in any case, and with any spaces and punctuation.", ""]
    for column in columns.columns:
        lines += [column.name, f"    takes: {column.takes}"]
        if column.also:
            lines.append(f"    also:  {', '.join(column.also)}")
    for reason, names in columns.passed_over.items():
        lines += ["", f"Passed over, because {reason}:", f"    {', '.join(names)}"]
    return "\n".join([*lines, ""])


def columns_page() -> str:
    """Return the content of ``docs/import-columns.md``."""
    return "\n".join(
        [
            _INTRODUCTION,
            "Headings are recognised in any case, and with any spaces and punctuation: `Learner Reference`, `learner_reference`",
            "and `LEARNERREFERENCE` are one. `--columns` prints this list.",
            *_section("Learners", LEARNER_COLUMNS),
            *_section("Employers", EMPLOYER_COLUMNS),
            _FILES,
        ]
    )


def _section(title: str, columns: ColumnSet) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| heading | takes | other headings |", "|---|---|---|")
    yield from (_line(column) for column in columns.columns)
    for reason, names in columns.passed_over.items():
        yield from ("", f"Passed over, because {reason}: {', '.join(names)}.")


def _line(column: Column) -> str:
    takes = column.takes.replace("|", "\\|")
    return f"| `{column.name}` | {takes} | {', '.join(column.also)} |"


if __name__ == "__main__":
    sys.stdout.write(columns_page())
