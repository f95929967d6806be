"""Tests of importing employers from tables: matching by number and name, and refused records."""

from pathlib import Path

import pytest

from models import Employer, Learner, Organisation
from services.imports.employers import import_employers
from services.imports.report import ImportReport, UnreadableFileError
from tests.support import factories
from tests.support.scenarios.imports import write_file
from tests.support.scenarios.tables import workbook_bytes

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "employers.csv"


async def import_text(csv: Path, provider: Organisation, text: str) -> ImportReport:
    write_file(csv, text)
    return await import_employers(csv, organisation_id=provider.id)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused.count


async def employers(provider: Organisation) -> list[tuple[str, str | None, bool]]:
    rows = await Employer.filter(organisation_id=provider.id).order_by("name")
    return [(row.name, row.employer_id, row.confirmed) for row in rows]


async def test_employers_are_created_and_then_unchanged(provider: Organisation, csv: Path) -> None:
    text = 'name,employerId,confirmed\n"Bell, Book",100012345,yes\nAcme,,\nZest,100056784,0\n'
    assert counts(await import_text(csv, provider, text)) == (3, 0, 0, 0)
    expected = [("Acme", None, False), ("Bell, Book", "100012345", True), ("Zest", "100056784", False)]
    assert await employers(provider) == expected
    assert counts(await import_text(csv, provider, text)) == (0, 0, 3, 0)
    assert await employers(provider) == expected


async def test_a_match_by_number_updates_the_name(provider: Organisation, csv: Path) -> None:
    employer = await factories.employer(provider, name="100012345", employer_id="100012345", confirmed=False)
    assert counts(await import_text(csv, provider, "name,employerId,confirmed\nAcme,100012345,true\n")) == (0, 1, 0, 0)
    assert await employers(provider) == [("Acme", "100012345", True)]
    assert await Employer.filter(id=employer.id, name="Acme").exists()


async def test_a_match_by_name_updates_the_number(provider: Organisation, csv: Path) -> None:
    await factories.employer(provider, name="Acme", confirmed=True)
    assert counts(await import_text(csv, provider, "name,employerId\nAcme,100012345\n")) == (0, 1, 0, 0)
    assert await employers(provider) == [("Acme", "100012345", True)]


async def test_empty_cells_keep_the_stored_values(provider: Organisation, csv: Path) -> None:
    await factories.employer(provider, name="Acme", employer_id="100012345", confirmed=True)
    assert counts(await import_text(csv, provider, "name,employerId,confirmed\nAcme,,\n")) == (0, 0, 1, 0)
    assert await employers(provider) == [("Acme", "100012345", True)]


async def test_a_number_moves_from_an_employer_named_by_it_to_the_employer_with_the_name(
    provider: Organisation, csv: Path
) -> None:
    numbered = await factories.employer(provider, name="100012345", employer_id="100012345", confirmed=False)
    named = await factories.employer(provider, name="Acme", confirmed=True)
    learner = await factories.learner(provider, employer_id=numbered.id)
    assert counts(await import_text(csv, provider, "name,employerId\nAcme,100012345\n")) == (0, 1, 0, 0)
    assert await employers(provider) == [("100012345", None, False), ("Acme", "100012345", True)]
    assert (await Learner.get(id=learner.id)).employer_id == named.id


async def test_a_name_and_a_number_of_different_employers_are_refused(provider: Organisation, csv: Path) -> None:
    await factories.employer(provider, name="Zest", employer_id="100012345")
    await factories.employer(provider, name="Acme")
    [refused] = (await import_text(csv, provider, "name,employerId\nAcme,100012345\n")).refused.items
    assert (refused.line, refused.reference, [problem.place for problem in refused.problems]) == (2, "Acme", ["name"])
    assert [row[:2] for row in await employers(provider)] == [("Acme", None), ("Zest", "100012345")]


async def test_employers_of_another_organisation_are_not_changed(provider: Organisation, csv: Path) -> None:
    other = await factories.organisation("Other")
    await factories.employer(other, name="Acme", employer_id="100012345", confirmed=False)
    assert counts(await import_text(csv, provider, "name,employerId,confirmed\nAcme,100012345,true\n")) == (1, 0, 0, 0)
    assert await employers(other) == [("Acme", "100012345", False)]


async def test_invalid_records_are_reported_and_the_others_imported(provider: Organisation, csv: Path) -> None:
    text = f"""name,employerId,confirmed
Acme,100012345,yes
Wrong,100012346,perhaps
,100056784,
{"x" * 201},,
Acme,,
Twice,100012345,
Extra,,,
"""
    report = await import_text(csv, provider, text)
    assert counts(report) == (2, 0, 0, 5)
    assert [
        (row.line, [(problem.place, problem.rule) for problem in row.problems]) for row in report.refused.items
    ] == [
        (3, [("employerId", "EmpId_02"), ("confirmed", None)]),
        (4, [("name", None)]),
        (5, [("name", None)]),
        (6, [("name", None)]),
        (7, [("employerId", None)]),
    ]
    assert await employers(provider) == [("Acme", "100012345", True), ("Extra", None, False)]


async def test_an_unreadable_file_changes_nothing(provider: Organisation, csv: Path) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        await import_text(csv, provider, 'name\nAcme\n"Zest\n')
    assert str(raised.value) == (
        f"{csv}, line 3: has a quotation mark that is opened here and not closed; close it, or delete it"
    )
    assert await employers(provider) == []


async def test_a_workbook_with_the_headings_of_others_is_read(provider: Organisation, csv: Path) -> None:
    write_file(csv, workbook_bytes([["Company name", "EDRS number", "Levy payer"], ["Acme", 100012345, True]]))
    report = await import_employers(csv, organisation_id=provider.id)
    assert (report.source, report.unit, counts(report)) == ("Excel", "row", (1, 0, 0, 0))
    [warning] = report.warnings.items
    assert (warning.problem.line, warning.problem.place, warning.problem.message) == (
        1,
        "Levy payer",
        "The column was passed over: it is not kept.",
    )
    assert await employers(provider) == [("Acme", "100012345", False)]


async def test_a_strict_import_writes_nothing_if_a_column_is_passed_over(provider: Organisation, csv: Path) -> None:
    write_file(csv, "name,email\nAcme,x\n")
    report = await import_employers(csv, organisation_id=provider.id, strict=True)
    assert (report.applied, await employers(provider)) == (False, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("employerId\n", "line 1: has no column name, nor any of its other names; its headings are"),
        ("<Message/>", "is an ILR return .XML.; import an Excel workbook"),
        ("", "is empty"),
    ],
)
async def test_files_without_employers_are_refused(provider: Organisation, csv: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        await import_text(csv, provider, text)


async def test_progress_is_reported_up_to_the_file_size(provider: Organisation, csv: Path) -> None:
    write_file(csv, "name\nAcme\nZest\n")
    progress: list[tuple[int, int]] = []
    await import_employers(
        csv, organisation_id=provider.id, on_progress=lambda done, total: progress.append((done, total))
    )
    assert progress == [(15, 15), (15, 15), (15, 15)]
