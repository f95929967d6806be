"""Names of employers, programmes and groups that differ by case or white space alone, in every kind of import."""

from pathlib import Path

import pytest

from models import Employer, Learner, NameMerge, Organisation, Programme
from services.imports.employers import import_employers
from tests.support import factories
from tests.support.paths import DATA
from tests.support.scenarios.imports import (
    WriteReturn,
    aim_xml,
    counts,
    import_file,
    learner_xml,
    write_file,
)

pytestmark = pytest.mark.usefixtures("database")

TWO_OF_ONE_NAME = (
    "An employer with another employerId has this name. If it is the same employer, use that employerId or leave it empty; "
    "otherwise give one of them a name that differs."
)
CASES = DATA / "names"


async def employers(provider: Organisation) -> list[tuple[str, str | None, bool]]:
    rows = await Employer.filter(organisation_id=provider.id).order_by("name")
    return [(row.name, row.employer_id, row.confirmed) for row in rows]


async def learner_rows() -> list[tuple[str | None, ...]]:
    rows = await Learner.all().order_by("reference").values_list("reference", "employer__name", "programme__name")
    return [*map(tuple, rows)]


async def groups_of_learners() -> list[tuple[str | None, ...]]:
    rows = await Learner.all().order_by("reference", "groups__name").values_list("reference", "groups__name")
    return [*map(tuple, rows)]


async def test_learners_share_an_employer_and_a_programme_of_the_first_spelling(provider: Organisation) -> None:
    file = CASES / "employers-same-name.csv"
    assert counts(await import_file(file, provider)) == (4, 0, 0, 0, 0)
    assert await learner_rows() == [(f"D{number}", "Acme Ltd", "Prog A") for number in range(1, 5)]
    assert await employers(provider) == [("Acme Ltd", None, False)]
    assert await Programme.all().count() == 1
    assert counts(await import_file(file, provider)) == (0, 0, 4, 0, 0)


async def test_names_of_another_organisation_are_others(provider: Organisation) -> None:
    await factories.employer(name="ACME LTD")
    await factories.programme(name="PROG A")
    await import_file(CASES / "employers-same-name.csv", provider)
    assert await learner_rows() == [(f"D{number}", "Acme Ltd", "Prog A") for number in range(1, 5)]


async def test_names_are_kept_on_one_line(provider: Organisation) -> None:
    assert counts(await import_file(CASES / "line-breaks.csv", provider)) == (1, 0, 0, 0, 0)
    assert await learner_rows() == [("LB1", "Invented Bakery & Sons", "Programme A")]
    assert [learner.job_title for learner in await Learner.all()] == ["Line one Line two"]
    assert counts(await import_file(CASES / "line-breaks.csv", provider)) == (0, 0, 1, 0, 0)


async def test_a_learner_is_once_in_a_group(provider: Organisation, tmp_path: Path) -> None:
    file = tmp_path / "learners.csv"
    write_file(
        file, "learnerReference,givenNames,familyName,groups\nA1,A,One,Cohort A;COHORT  A;B\nA2,A,Two,cohort a\n"
    )
    assert counts(await import_file(file, provider)) == (2, 0, 0, 0, 0)
    assert await groups_of_learners() == [("A1", "B"), ("A1", "Cohort A"), ("A2", "Cohort A")]
    assert counts(await import_file(file, provider)) == (0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("stored", "imported"),
    [
        ("Acme Ltd", "ACME\u00a0LTD"),
        ("STRASSE", "Straße"),
        ("Café Zoë", "CAFE\u0301 ZOE\u0308"),
        ("ΟΔΟΣ", "οδος"),
        ("Ofﬁce", "OFFICE"),
    ],
)
async def test_an_existing_employer_is_found(
    provider: Organisation, tmp_path: Path, stored: str, imported: str
) -> None:
    await factories.employer(provider, name=stored)
    write_file(tmp_path / "l.csv", f"learnerReference,givenNames,familyName,employer\nA1,A,One,{imported}\n")
    await import_file(tmp_path / "l.csv", provider)
    write_file(tmp_path / "e.csv", f"name,employerId\n{imported},100012345\n")
    report = await import_employers(tmp_path / "e.csv", organisation_id=provider.id)
    assert (report.new, report.changed) == (0, 1)
    assert await employers(provider) == [(stored, "100012345", True)]
    assert await learner_rows() == [("A1", stored, None)]


async def test_the_file_of_learners_imports_employers(provider: Organisation, tmp_path: Path) -> None:
    text = 'name,confirmed\nAcme Ltd,\nACME LTD,\n"Acme  Ltd",\n"Invented\nBakery\t& Sons",yes\n'
    write_file(tmp_path / "e.csv", text)
    report = await import_employers(tmp_path / "e.csv", organisation_id=provider.id)
    message = "This employer occurs earlier in the file; only the first occurrence is imported."
    assert [(record.line, record.problems[0].place, record.problems[0].message) for record in report.refused.items] == [
        (3, "name", message),
        (4, "name", message),
    ]
    assert await employers(provider) == [("Acme Ltd", None, False), ("Invented Bakery & Sons", None, True)]


async def test_employers_of_one_name_with_different_numbers_are_not_merged(
    provider: Organisation, tmp_path: Path
) -> None:
    await factories.employer(provider, name="Zest", employer_id="100056784")
    write_file(tmp_path / "e.csv", "name,employerId\nAcme,100012345\nACME,100056784\nzest,100012345\n")
    report = await import_employers(tmp_path / "e.csv", organisation_id=provider.id)
    assert [(row.line, [problem.message for problem in row.problems]) for row in report.refused.items] == [
        (3, [TWO_OF_ONE_NAME]),
        (4, ["This employer occurs earlier in the file; only the first occurrence is imported."]),
    ]
    write_file(tmp_path / "e.csv", "name,employerId\nZEST,100090001\n")
    report = await import_employers(tmp_path / "e.csv", organisation_id=provider.id)
    assert [[problem.message for problem in row.problems] for row in report.refused.items] == [[TWO_OF_ONE_NAME]]
    assert await employers(provider) == [("Acme", "100012345", False), ("Zest", "100056784", True)]


async def test_a_learner_is_not_given_an_employer_of_the_same_name_with_another_number(
    provider: Organisation, tmp_path: Path
) -> None:
    zest = await factories.employer(provider, name="Zest", employer_id="100056784")
    await factories.employer(provider, name="Bell", employer_id=None)
    stored = await factories.learner(provider, reference="A5", employer=zest)
    file = tmp_path / "l.csv"
    write_file(
        file,
        "Learner reference,First name,Surname,Employer,EmpId\n"
        "A1,A,One,Acme,100012345\nA2,A,Two,ACME,100034578\nA3,A,Three,acme,\nA4,A,Four,Bell,100090125\n"
        f"A5,{stored.given_names},{stored.family_name},ZEST,100034578\nA6,A,Six,Another name,100056784\n",
    )
    expected = [(3, "Employer", TWO_OF_ONE_NAME), (6, "Employer", TWO_OF_ONE_NAME)]
    for _ in range(2):
        report = await import_file(file, provider)
        problems = [problem for record in report.with_errors.items for problem in record.problems]
        assert [(problem.line, problem.place, problem.message) for problem in problems] == expected
        employed = await Learner.all().order_by("reference").values_list("reference", "employer__name")
        assert employed == [
            ("A1", "Acme"),
            ("A2", None),
            ("A3", "Acme"),
            ("A4", "Bell"),
            ("A5", "Zest"),
            ("A6", "Zest"),
        ]
    assert await employers(provider) == [
        ("Acme", "100012345", False),
        ("Bell", "100090125", True),
        ("Zest", "100056784", True),
    ]


async def test_learners_stay_with_an_employer_that_an_upgrade_renamed(provider: Organisation, tmp_path: Path) -> None:
    plain = await factories.employer(provider, name="acme ltd", employer_id=None)
    renamed = await factories.employer(provider, name="Acme Ltd (100012345)", employer_id="100012345")
    await NameMerge.create(
        old_id=renamed.id,
        new_id=renamed.id,
        organisation=provider,
        kind="employer",
        old_name="Acme Ltd",
        new_name=renamed.name,
    )
    learner = await factories.learner(provider, reference="A1", given_names="A", family_name="One", employer=renamed)
    text = (
        "learnerReference,givenNames,familyName,employer\nA1,A,One,Acme Ltd\nA2,A,Two,Acme Ltd\nA3,A,Three,ACME LTD\n"
    )
    write_file(tmp_path / "l.csv", text)
    assert counts(await import_file(tmp_path / "l.csv", provider)) == (2, 0, 1, 0, 0)
    assert counts(await import_file(tmp_path / "l.csv", provider)) == (0, 0, 3, 0, 0)
    assert await Learner.all().order_by("reference").values_list("reference", "employer_id") == [
        (learner.reference, renamed.id),
        ("A2", renamed.id),
        ("A3", plain.id),
    ]


async def test_an_employer_that_a_file_renames_by_number_gets_the_new_name(
    provider: Organisation, tmp_path: Path
) -> None:
    await factories.employer(provider, name="Acme Ltd", employer_id="100012345")
    write_file(tmp_path / "e.csv", "name,employerId\nACME Limited,100012345\n")
    await import_employers(tmp_path / "e.csv", organisation_id=provider.id)
    assert await employers(provider) == [("ACME Limited", "100012345", True)]


async def test_a_return_finds_a_programme_and_an_employer_whatever_their_case(
    provider: Organisation, write_return: WriteReturn
) -> None:
    await factories.programme(provider, name="STANDARD 105 (PROGTYPE 25)")
    await factories.employer(provider, name="acme", employer_id="100012345")
    status = "<LearnerEmploymentStatus><EmpStat>10</EmpStat><DateEmpStatApp>2026-09-01</DateEmpStatApp><EmpId>100012345</EmpId></LearnerEmploymentStatus>"
    aim = aim_xml("ZPROG001", AimType=1, ProgType=25, StdCode=105)
    file = write_return(learner_xml(status, aim))
    assert counts(await import_file(file, provider)) == (1, 0, 0, 0, 0)
    assert await learner_rows() == [("A1", "acme", "STANDARD 105 (PROGTYPE 25)")]
    assert await Programme.all().count() == 1
    assert counts(await import_file(file, provider)) == (0, 0, 1, 0, 0)


async def test_names_of_people_in_a_return_are_kept_on_one_line(
    provider: Organisation, write_return: WriteReturn
) -> None:
    await import_file(write_return(learner_xml(FamilyName="van\n\u202e Dyk", GivenNames="An\u200bn\tB")), provider)
    assert await Learner.all().values_list("given_names", "family_name") == [("Ann B", "van Dyk")]
