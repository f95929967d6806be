"""Tests of the list of columns: the committed page, and the option that prints it without a file or a database."""

import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import pytest

from server.cli.import_columns import columns_page, columns_text
from services.imports.tables.columns import ColumnSet
from services.imports.tables.employer_columns import EMPLOYER_COLUMNS
from services.imports.tables.learner_columns import LEARNER_COLUMNS
from tests.support.paths import ROOT


def test_the_committed_page_equals_the_rendered_one() -> None:
    page = (ROOT / "docs/import-columns.md").read_text()
    assert page == columns_page(), "docs/import-columns.md is not up to date: run make columns-reference"


@pytest.mark.parametrize("columns", [LEARNER_COLUMNS, EMPLOYER_COLUMNS])
def test_every_column_is_listed(columns: ColumnSet) -> None:
    listed = columns_text(columns).splitlines()
    for column in columns.columns:
        assert column.name in listed
        assert f"| `{column.name}` |" in columns_page()


@pytest.mark.server
@pytest.mark.parametrize(("command", "columns"), [("learners", LEARNER_COLUMNS), ("employers", EMPLOYER_COLUMNS)])
async def test_the_option_prints_the_columns(tmp_path: Path, command: str, columns: ColumnSet) -> None:
    trackers = Path(sys.executable).with_name("trackers")
    arguments = (f"import-{command}", "--columns")
    process = await create_subprocess_exec(str(trackers), *arguments, cwd=tmp_path, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert (process.returncode, out.decode(), err) == (0, columns_text(columns) + "\n", b"")
    assert list(tmp_path.iterdir()) == []
