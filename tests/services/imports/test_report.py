"""Tests of the audit entries of imports: they have counts, but no personal data."""

from pathlib import Path
from typing import Any

import pytest

from models import AuditEntry, MemberKind, Role
from services.accounts.members import add_member
from services.imports.employers import import_employers
from services.imports.report import UnreadableFileError
from tests.support import factories as make
from tests.support.scenarios.ilr_returns import return_xml
from tests.support.scenarios.imports import import_file, learner_xml, write_file

INVALID_LEARNER = learner_xml(reference="A-2")


async def audit_entries() -> list[tuple[Any, ...]]:
    entries = await AuditEntry.all().order_by("at", "id")
    return [(row.kind.value, row.organisation_id, row.actor_id, row.subject_id, row.details) for row in entries]


def details(record_kind: str, source: str, **counts: int) -> dict[str, Any]:
    zeros = dict.fromkeys(("new", "changed", "unchanged", "kept", "refused"), 0)
    return {"what": record_kind, "source": source, **zeros, **counts}


async def test_each_applied_import_is_audited_with_its_counts(database: str, tmp_path: Path) -> None:
    provider = await make.organisation()
    file = tmp_path / "return.xml"
    file.write_bytes(return_xml(learner_xml() + INVALID_LEARNER))
    report = await import_file(file, provider)
    await import_file(file, provider)
    first = details("learners", report.source, new=1, refused=1)
    second = details("learners", report.source, unchanged=1, refused=1)
    assert await audit_entries() == [("IMPORTED", provider.id, None, None, row) for row in (first, second)]


async def test_an_import_that_writes_nothing_is_not_audited(database: str, tmp_path: Path) -> None:
    provider = await make.organisation()
    file, broken = tmp_path / "return.xml", tmp_path / "broken.xml"
    file.write_bytes(return_xml(learner_xml() + INVALID_LEARNER))
    broken.write_bytes(return_xml(learner_xml())[:-20])
    await import_file(file, provider, dry_run=True)
    await import_file(file, provider, strict=True)
    with pytest.raises(UnreadableFileError):
        await import_file(broken, provider)
    assert await audit_entries() == []


async def test_an_import_of_employers_is_audited(database: str, tmp_path: Path) -> None:
    provider = await make.organisation()
    file = tmp_path / "employers.csv"
    write_file(file, "name,employerId\nAcme,\nBolt,1\nCafé,\n")
    await import_employers(file, organisation_id=provider.id)
    assert await audit_entries() == [
        ("IMPORTED", provider.id, None, None, details("employers", "CSV", new=2, refused=1))
    ]


async def test_a_member_added_by_the_operator_is_audited(database: str) -> None:
    provider = await make.organisation()
    member = await add_member(
        provider,
        email="ann@example.org",
        name="Ann",
        kind=MemberKind.TUTOR,
        roles=[Role.MANAGE_MEMBERS],
        password="correct horse battery",
    )
    expected = {
        "name": "Ann",
        "email": "ann@example.org",
        "kind": "TUTOR",
        "roles": ["MANAGE_MEMBERS"],
        "active": True,
    }
    assert await audit_entries() == [("MEMBER_CREATED", provider.id, None, member.id, expected)]
