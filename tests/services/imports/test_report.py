"""What the audit keeps of an import: its numbers, and no learner's data."""

from pathlib import Path
from typing import Any

import pytest

from models import AuditEntry, MemberKind, Role
from services.accounts.members import add_member
from services.imports.employers import import_employers
from services.imports.report import UnreadableFileError
from tests.support import factories as make
from tests.support.scenarios.ilr_returns import message
from tests.support.scenarios.imports import bring, learner, write

BAD = learner(reference="A2", ULN=1)


async def audited() -> list[tuple[Any, ...]]:
    entries = await AuditEntry.all().order_by("at", "id")
    return [(one.kind.value, one.organisation_id, one.actor_id, one.subject_id, one.details) for one in entries]


def numbers(what: str, source: str, **others: int) -> dict[str, Any]:
    nothing = dict.fromkeys(("new", "changed", "unchanged", "kept", "refused"), 0)
    return {"what": what, "source": source, **nothing, **others}


async def test_each_import_that_is_applied_is_kept_with_its_numbers(database: str, tmp_path: Path) -> None:
    provider = await make.organisation()
    file = tmp_path / "return.xml"
    file.write_bytes(message(learner() + BAD))
    report = await bring(file, provider)
    await bring(file, provider)
    first = numbers("learners", report.source, new=1, refused=1)
    second = numbers("learners", report.source, unchanged=1, refused=1)
    assert await audited() == [("IMPORTED", provider.id, None, None, details) for details in (first, second)]


async def test_what_writes_nothing_is_not_kept(database: str, tmp_path: Path) -> None:
    provider = await make.organisation()
    file, broken = tmp_path / "return.xml", tmp_path / "broken.xml"
    file.write_bytes(message(learner() + BAD))
    broken.write_bytes(message(learner())[:-20])
    await bring(file, provider, dry_run=True)
    await bring(file, provider, strict=True)
    with pytest.raises(UnreadableFileError):
        await bring(broken, provider)
    assert await audited() == []


async def test_employers_likewise(database: str, tmp_path: Path) -> None:
    provider = await make.organisation()
    file = tmp_path / "employers.csv"
    write(file, "name,employerId\nAcme,\nBolt,1\nCafé,\n")
    await import_employers(file, organisation_id=provider.id)
    assert await audited() == [("IMPORTED", provider.id, None, None, numbers("employers", "CSV", new=2, refused=1))]


async def test_a_member_that_the_operator_adds_is_kept_too(database: str) -> None:
    provider = await make.organisation()
    made = await add_member(
        provider,
        email="ann@example.org",
        name="Ann",
        kind=MemberKind.TUTOR,
        roles=[Role.MANAGE_MEMBERS],
        password="correct horse battery",
    )
    details = {
        "name": "Ann",
        "email": "ann@example.org",
        "kind": "TUTOR",
        "roles": ["MANAGE_MEMBERS"],
        "active": True,
    }
    assert await audited() == [("MEMBER_CREATED", provider.id, None, made.id, details)]
