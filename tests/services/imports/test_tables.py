"""Tests of importing tables of learners as offices have them, from ``tests/data/tables``, workbooks and ZIP archives."""

from pathlib import Path

import pytest

from models import Learner, Organisation
from services.imports.report import ImportReport, UnreadableFileError
from tests.support.paths import DATA, ROOT
from tests.support.scenarios.imports import counts, import_file, write_file
from tests.support.scenarios.tables import Cell, workbook_bytes, zip_bytes

pytestmark = pytest.mark.usefixtures("database")

TABLES = DATA / "tables"


async def stored(*columns: str) -> list[tuple[object, ...]]:
    rows = await Learner.all().order_by("reference").prefetch_related("employer", "groups", "programme")
    return [tuple(getattr(row, column) for column in columns) for row in rows]


def warnings(report: ImportReport) -> list[tuple[int, str, str, str, str | None]]:
    return [
        (item.problem.line, item.reference, item.problem.place, item.problem.message, item.problem.rule)
        for item in report.warnings.items
    ]


@pytest.mark.parametrize("file", sorted(path.name for path in TABLES.glob("csv-*.csv")))
async def test_the_same_two_learners_are_read_from_every_dialect(provider: Organisation, file: str) -> None:
    report = await import_file(TABLES / file, provider)
    assert (report.source, report.unit, counts(report)) == ("CSV", "line", (2, 0, 0, 0, 0))
    assert await stored("reference", "title", "given_names", "family_name", "uln", "programme_status", "postcode") == [
        ("CS1", "Ms", "Zoë", "O’Neill", "1061484016", "ACTIVE", "ZZ99 9ZZ"),
        ("CS2", "Mr", "Tom", "Fletcher", "1061484466", "ON_A_BREAK", "SW1A 1AA"),
    ]
    first, second = await Learner.all().order_by("reference").prefetch_related("employer", "groups", "programme")
    assert [(row.employer and row.employer.name, row.programme and row.programme.name) for row in (first, second)] == [
        ("Bell, Book & Sons", "Standard 110"),
        ("Café Zürich", "Standard 110"),
    ]
    assert [sorted(group.name for group in row.groups) for row in (first, second)] == [["A", "B"], ["A"]]
    extra = [(1, "", "dateOfBirth", "The column was passed over: it is not kept.", None)] if "csv-13" in file else []
    assert (warnings(report), report.fails_strict) == (extra, bool(extra))


async def test_a_strict_import_refuses_a_file_with_a_column_that_is_passed_over(provider: Organisation) -> None:
    report = await import_file(TABLES / "csv-13-extra-column.csv", provider, strict=True)
    assert (report.applied, await Learner.all().count()) == (False, 0)


async def test_addresses_and_postcodes_are_taken_as_typed(provider: Organisation) -> None:
    report = await import_file(TABLES / "address-and-postcode-as-typed.csv", provider)
    assert counts(report) == (4, 0, 0, 0, 0)
    assert await stored("address_line1", "postcode") == [
        ("1 Tŷ Gwyn", "ZZ99 9ZZ"),
        ("12 St John’s Road", "ZZ99 9ZZ"),
        ("Flat 1, #4", "SW1A 1AA"),
        ("14–16 High St", "ZZ99 9ZZ"),
    ]
    assert warnings(report) == [
        (line, f"W{line - 1}", "addressLine1", f"It is kept, but an ILR return cannot hold {cannot}.", "FD_AddLine1_AP")
        for line, cannot in enumerate(["ŷ (only y)", "’ (only ')", "#", "– (only -)"], 2)
    ]


async def test_a_workbook_is_imported_with_its_rows_counted(provider: Organisation, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["Learner ref", "Forename", "Surname", "ULN"],
        [],
        ["A1", "Zoë", "Sample", 9276308686],
        ["A2", "Ann", "Test", 5],
    ]
    write_file(tmp_path / "learners.xls", workbook_bytes(rows))
    report = await import_file(tmp_path / "learners.xls", provider)
    assert (report.source, report.unit, counts(report)) == ("Excel", "row", (2, 0, 0, 0, 0))
    [errors] = report.with_errors.items
    assert (errors.line, errors.reference, [(each.place, each.rule) for each in errors.problems]) == (
        4,
        "A2",
        [("ULN", "ULN_04")],
    )
    assert await stored("reference", "uln") == [("A1", "9276308686"), ("A2", None)]


async def test_an_ilr_return_in_a_zip_archive_is_imported(provider: Organisation, tmp_path: Path) -> None:
    xml = (ROOT / "examples/ilr-2026-27.xml").read_text()
    write_file(tmp_path / "return.zip", zip_bytes({"ILR.XML": xml}))
    progress: list[tuple[int, int]] = []
    report = await import_file(tmp_path / "return.zip", provider, on_progress=lambda *step: progress.append(step))
    assert (report.source, counts(report)) == ("ILR 2026-27", (10, 0, 0, 0, 0))
    assert 0 < progress[-1][0] <= progress[-1][1] == (tmp_path / "return.zip").stat().st_size


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nowhere.csv", "does not exist; check its name and folder"),
        (".", "is a folder; name the file in it"),
    ],
)
async def test_files_that_cannot_be_opened_are_told_in_plain_words(
    provider: Organisation, tmp_path: Path, name: str, problem: str
) -> None:
    path = tmp_path / name
    with pytest.raises(UnreadableFileError) as raised:
        await import_file(path, provider)
    assert str(raised.value) == f"{path}: {problem}"
