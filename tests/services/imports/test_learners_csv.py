"""Tests of importing learners from CSV: created rows, preserved values, and refused records."""

from decimal import Decimal
from pathlib import Path

import pytest

from models import Employer, Group, Learner, MemberKind, Organisation, Programme
from services.imports.report import EntryProblem, KeptRecord, RecordProblems, Severity, UnreadableFileError
from tests.support import factories
from tests.support.scenarios.imports import (
    NOTHING_WRITTEN,
    aim_xml,
    approve_change,
    counts,
    import_file,
    learner_xml,
    return_writer,
    write_file,
    written_rows,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def provider() -> Organisation:
    organisation = await factories.organisation("Provider")
    await factories.member(organisation, kind=MemberKind.TUTOR, email="tutor@example.org")
    return organisation


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "learners.csv"


FULL = """learnerReference,title,givenNames,familyName,uln,programme,programmeStatus,tutorEmail,employer,employerConfirmed,\
jobTitle,weeklyHours,postcode,groups
A1,Ms,Ada,Sample,9276308686,Bakery,ACTIVE,Tutor@example.org,Acme,true,Baker,37.5,SW1A 1AA,North;Evening
"""


async def stored_learner(reference: str = "A1") -> dict[str, object]:
    row = await Learner.get(reference=reference).prefetch_related("programme", "employer", "tutor", "groups")
    return {
        "title": row.title,
        "names": f"{row.given_names} {row.family_name}",
        "uln": row.uln,
        "programme": row.programme and row.programme.name,
        "status": row.programme_status,
        "tutor": row.tutor and row.tutor.email,
        "employer": row.employer and (row.employer.name, row.employer.confirmed),
        "job": (row.job_title, row.weekly_hours),
        "postcode": row.postcode,
        "groups": sorted(group.name for group in row.groups),
    }


ADA = {
    "title": "Ms",
    "names": "Ada Sample",
    "uln": "9276308686",
    "programme": "Bakery",
    "status": "ACTIVE",
    "tutor": "tutor@example.org",
    "employer": ("Acme", True),
    "job": ("Baker", Decimal("37.5")),
    "postcode": "SW1A 1AA",
    "groups": ["Evening", "North"],
}


async def test_missing_programmes_employers_and_groups_are_created(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    report = await import_file(csv, provider)
    assert (report.source, counts(report), await stored_learner()) == ("CSV", (1, 0, 0, 0, 0), ADA)
    assert (await Programme.all().count(), await Employer.all().count(), await Group.all().count()) == (1, 1, 2)


async def test_the_same_file_again_changes_nothing(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    before = await written_rows()
    assert counts(await import_file(csv, provider)) == (0, 0, 1, 0, 0)
    assert await written_rows() == before


async def test_absent_columns_keep_the_stored_values(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    write_file(csv, "learnerReference,familyName\nA1,Married\n")
    assert counts(await import_file(csv, provider)) == (0, 1, 0, 0, 0)
    assert await stored_learner() == ADA | {"names": "Ada Married"}


async def test_empty_cells_clear_values(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    write_file(csv, FULL.partition("\n")[0] + f"\nA1{',' * 13}\n")
    assert counts(await import_file(csv, provider)) == (0, 1, 0, 0, 0)
    empty = dict.fromkeys(("title", "uln", "programme", "tutor", "employer", "postcode"))
    assert (
        await stored_learner() == {"names": "Ada Sample", "status": "ACTIVE", "job": (None, None), "groups": []} | empty
    )


async def test_groups_are_replaced(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    write_file(csv, "learnerReference,groups\nA1,North;South\n")
    assert counts(await import_file(csv, provider)) == (0, 1, 0, 0, 0)
    assert await stored_learner() == ADA | {"groups": ["North", "South"]}


async def test_a_new_learner_without_a_status_is_onboarding(provider: Organisation, csv: Path) -> None:
    write_file(csv, "learnerReference,givenNames,familyName,programmeStatus\nA1,Ada,Sample,\n")
    await import_file(csv, provider)
    assert (await Learner.get(reference="A1")).programme_status == "ONBOARDING"


async def test_employers_are_confirmed_or_not_as_in_the_file(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    for word, confirmed in (("no", False), ("", False), ("yes", True)):
        write_file(csv, f"learnerReference,employer,employerConfirmed\nA1,Acme,{word}\n")
        await import_file(csv, provider)
        assert (await Employer.get(name="Acme")).confirmed is confirmed


async def test_learning_aims_are_left_unchanged(provider: Organisation, csv: Path, tmp_path: Path) -> None:
    await import_file(return_writer(tmp_path)(learner_xml(aim_xml())), provider)
    before = (await written_rows())["learning_aim"]
    write_file(csv, FULL)
    assert counts(await import_file(csv, provider)) == (0, 1, 0, 0, 0)
    assert (await written_rows())["learning_aim"] == before


async def test_a_learner_changed_by_an_approval_is_kept(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    await approve_change(family_name="Married")
    assert (await import_file(csv, provider)).kept.items == [KeptRecord(2, "A1")]
    assert await stored_learner() == ADA | {"names": "Ada Married"}


@pytest.mark.parametrize("email", ["nobody@example.org", "elsewhere@example.org", "gone@example.org"])
async def test_a_tutor_must_be_active_in_the_organisation(provider: Organisation, csv: Path, email: str) -> None:
    await factories.member(email="elsewhere@example.org")
    await factories.member(provider, email="gone@example.org", active=False)
    write_file(csv, f"learnerReference,givenNames,familyName,tutorEmail\nA1,Ada,Sample,{email}\n")
    report = await import_file(csv, provider)
    problem = EntryProblem(2, "tutorEmail", "No active member of the organisation has this email address.")
    assert (counts(report), report.with_errors.items) == ((1, 0, 0, 0, 0), [RecordProblems(2, "A1", (problem,))])
    assert await Learner.get(reference="A1").values_list("given_names", "tutor_id") == ("Ada", None)


async def test_a_wrong_value_leaves_what_was_stored(provider: Organisation, csv: Path) -> None:
    write_file(csv, FULL)
    await import_file(csv, provider)
    before = await stored_learner()
    write_file(csv, "learnerReference,title,uln,tutorEmail,groups\nA1,Dr,1,nobody@example.org,Night\n")
    report = await import_file(csv, provider)
    assert (counts(report), report.with_errors.count) == ((0, 1, 0, 0, 0), 1)
    assert await stored_learner() == before | {"title": "Dr", "groups": ["Night"]}


async def test_strict_writes_nothing_if_a_learner_has_an_error(provider: Organisation, csv: Path) -> None:
    write_file(csv, "learnerReference,givenNames,familyName,uln\nA1,Ada,Sample,1\nA2,Eve,Sample,\n")
    report = await import_file(csv, provider, strict=True)
    assert (counts(report), report.with_errors.count, report.applied) == ((2, 0, 0, 0, 0), 1, False)
    assert await written_rows() == NOTHING_WRITTEN


async def test_the_reference_stands_for_a_new_learner_without_names(provider: Organisation, csv: Path) -> None:
    write_file(csv, "learnerReference,familyName,uln\nA1,,1\n")
    [record] = (await import_file(csv, provider)).with_errors.items
    assert [(problem.place, problem.rule) for problem in record.problems] == [
        ("uln", "ULN_04"),
        ("givenNames", None),
        ("familyName", None),
    ]
    assert await Learner.all().values_list("given_names", "family_name", "uln") == [("", "A1", None)]


async def test_a_duplicate_reference_is_refused(provider: Organisation, csv: Path) -> None:
    write_file(csv, "learnerReference,givenNames,familyName\nA1,Ada,Sample\na1,Eve,Sample\n")
    report = await import_file(csv, provider)
    problem = EntryProblem(
        3,
        "learnerReference",
        "This learner occurs earlier in the file; only the first occurrence is imported.",
        "R_06",
        Severity.REFUSAL,
    )
    assert (counts(report), report.refused.items) == ((1, 0, 0, 1, 0), [RecordProblems(3, "a1", (problem,))])


async def test_a_truncated_file_changes_nothing(provider: Organisation, csv: Path) -> None:
    rows = "".join(f"N{number},Ada,Sample\n" for number in range(450))
    write_file(csv, f"learnerReference,givenNames,familyName\n{rows}".encode() + b'N450,"Ad')
    with pytest.raises(UnreadableFileError) as raised:
        await import_file(csv, provider)
    problem = "has a quotation mark that is opened here and not closed; close it, or delete it"
    assert (str(raised.value), await written_rows()) == (f"{csv}, line 452: {problem}", NOTHING_WRITTEN)
