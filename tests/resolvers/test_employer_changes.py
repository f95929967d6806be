"""``createEmployer`` and ``updateEmployer``: permissions, errors and audit entries."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import Employer, Member, Role
from models.base import new_id
from server.setting_values import database_credentials
from services.imports.employers import import_employers
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.member_changes import audit_entries, data_and_error_codes
from tests.support.databases.locks import wait_until_blocked
from tests.support.scenarios.college import PROBLEM_FIELDS, Json, problem
from tests.support.scenarios.imports import write_file

PAYLOAD = f"employer {{ id name confirmed }} errors {{ {PROBLEM_FIELDS} }}"
CREATE = f"mutation ($input: CreateEmployerInput!) {{ createEmployer(input: $input) {{ {PAYLOAD} }} }}"
UPDATE = f"mutation ($input: UpdateEmployerInput!) {{ updateEmployer(input: $input) {{ {PAYLOAD} }} }}"
DUPLICATE_NAME = problem("name", "DUPLICATE", "There is an employer of this name already.")


async def create(viewer: Member, **entry: Any) -> Json:
    payload: Json = (await data(viewer, CREATE, input=entry))["createEmployer"]
    return payload


async def update(viewer: Member, employer: Employer, **entry: Any) -> Json:
    payload: Json = (await data(viewer, UPDATE, input={"id": gid(employer), **entry}))["updateEmployer"]
    return payload


async def make_settings_manager() -> Member:
    """Create a member with the role MANAGE_SETTINGS."""
    return await make.member(roles=[Role.MANAGE_SETTINGS])


async def stored_employers() -> list[tuple[str, bool]]:
    return [(employer.name, employer.confirmed) for employer in await Employer.all().order_by("name")]


async def test_create_employer_adds_an_employer_and_an_audit_entry(database: str) -> None:
    mia = await make_settings_manager()
    payload = await create(mia, name="  Cafe\u0301 \u00a0 Rouge\tLtd ", confirmed=True)
    employer = await Employer.get(organisation_id=mia.organisation_id)
    assert payload == {"employer": {"id": gid(employer), "name": "Café Rouge Ltd", "confirmed": True}, "errors": []}
    assert employer.employer_id is None
    details = {"name": "Café Rouge Ltd", "confirmed": True}
    assert await audit_entries() == [("EMPLOYER_CREATED", mia.id, employer.id, details)]


async def test_members_who_create_trackers_may_add_unconfirmed_employers(database: str) -> None:
    tutor = await make.member(roles=[Role.CREATE_TRACKERS])
    assert (await create(tutor, name="Acme"))["employer"]["confirmed"] is False
    message = "Confirming an employer needs the role 'Manage settings'."
    assert await create(tutor, name=" acme", confirmed=True) == {
        "employer": None,
        "errors": [DUPLICATE_NAME, problem("confirmed", "FORBIDDEN", message)],
    }
    assert await stored_employers() == [("Acme", False)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "REQUIRED"),
        (" \t ", "REQUIRED"),
        ("x" * 201, "TOO_LONG"),
        ("x" * 1_000_000, "TOO_LONG"),
        ("A\0", "INVALID_FORMAT"),
        ("A\x07B", "INVALID_FORMAT"),
        ("\ud800", "INVALID_FORMAT"),
        ("ACME ltd", "DUPLICATE"),
        ("Acme  Ltd ", "DUPLICATE"),
        ("ACME\n\u202eL\u200btd", "DUPLICATE"),
    ],
)
async def test_invalid_and_duplicate_names_are_errors(database: str, name: str, code: str) -> None:
    mia = await make_settings_manager()
    await make.employer(await mia.organisation, name="Acme Ltd")
    other = await make.employer(await mia.organisation, name="Other")
    for payload in (await create(mia, name=name), await update(mia, other, name=name, confirmed=False)):
        assert payload["employer"] is None
        assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["name"], code)]
    assert await stored_employers() == [("Acme Ltd", True), ("Other", True)]
    assert await audit_entries() == []


async def test_another_organisation_may_have_the_same_name(database: str) -> None:
    await make.employer(name="Acme")
    assert (await create(await make_settings_manager(), name="Acme"))["errors"] == []


async def test_concurrent_creations_with_the_same_name_add_one(database: str) -> None:
    mia = await make_settings_manager()
    payloads = await asyncio.gather(*(create(mia, name=name) for name in ("Acme", "ACME", "acme", "Acme")))
    assert sum(payload["employer"] is not None for payload in payloads) == 1
    assert [payload["errors"] for payload in payloads if payload["employer"] is None] == [[DUPLICATE_NAME]] * 3
    assert len(await stored_employers()) == 1


async def test_a_name_that_an_uncommitted_import_inserts_is_a_duplicate(database: str) -> None:
    mia = await make_settings_manager()
    other = await make.employer(await mia.organisation, name="Other")
    insert = "INSERT INTO employer (id, organisation_id, name, confirmed) VALUES ($1, $2, $3, true)"
    mutations: list[tuple[str, Callable[[], Coroutine[Any, Any, Json]]]] = [
        ("Acme", lambda: create(mia, name="Acme")),
        ("Bolt", lambda: update(mia, other, name="Bolt")),
    ]
    for name, mutate in mutations:
        import_connection = await asyncpg.connect(**database_credentials(database))
        try:
            async with import_connection.transaction():
                await import_connection.execute(insert, new_id(), mia.organisation_id, name)
                task = asyncio.create_task(mutate())
                await wait_until_blocked()
            assert await task == {"employer": None, "errors": [DUPLICATE_NAME]}
        finally:
            await import_connection.close()
    assert await stored_employers() == [("Acme", True), ("Bolt", True), ("Other", True)]


async def test_an_import_of_employers_waits_for_a_change_of_the_same_name(database: str, tmp_path: Path) -> None:
    mia = await make_settings_manager()
    other = await make.employer(await mia.organisation, name="Other")
    file = tmp_path / "employers.csv"
    write_file(file, "name,employerId\nACME,100012345\nother,100056784\n")
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM employer WHERE id = $1 FOR NO KEY UPDATE", other.id)
            rename = asyncio.create_task(update(mia, other, name="Acme"))
            await wait_until_blocked()
            import_ = asyncio.create_task(import_employers(file, organisation_id=mia.organisation_id))
            await wait_until_blocked(2)
    finally:
        await connection.close()
    assert (await rename)["errors"] == []
    report = await import_
    assert (report.new, report.changed, report.refused.count) == (1, 1, 0)
    rows = await Employer.all().order_by("name").values_list("name", "employer_id")
    assert rows == [("Acme", "100012345"), ("other", "100056784")]


async def test_absent_fields_keep_their_values_and_changes_are_audited(database: str) -> None:
    mia = await make_settings_manager()
    acme = await make.employer(await mia.organisation, name="123456789", employer_id="123456789", confirmed=False)
    unchanged = {"id": gid(acme), "name": "123456789", "confirmed": False}
    assert await update(mia, acme) == {"employer": unchanged, "errors": []}
    assert (await update(mia, acme, name="Acme"))["employer"] == unchanged | {"name": "Acme"}
    assert (await update(mia, acme, confirmed=True))["employer"] == unchanged | {"name": "Acme", "confirmed": True}
    assert (await update(mia, acme, name="ACME", confirmed=True))["employer"]["name"] == "ACME"  # not its own duplicate
    assert (await Employer.get(id=acme.id)).employer_id == "123456789"
    steps = [("123456789", False), ("Acme", False), ("Acme", True), ("ACME", True)]
    states = [{"name": name, "confirmed": confirmed} for name, confirmed in steps]
    assert await audit_entries() == [
        ("EMPLOYER_UPDATED", mia.id, acme.id, {"before": states[index], "after": states[index + 1]})
        for index in range(3)
    ]


async def test_a_former_id_updates_the_employer_that_it_was_merged_into(database: str) -> None:
    mia = await make_settings_manager()
    acme = await make.employer(await mia.organisation, name="Acme")
    former = Employer(id=await make.name_merge(acme, "ACME"))
    answer = {"employer": {"id": gid(acme), "name": "Bolt", "confirmed": True}, "errors": []}
    assert await update(mia, former, name="Bolt") == answer


async def test_null_and_unknown_ids_are_errors(database: str) -> None:
    mia = await make_settings_manager()
    acme = await make.employer(await mia.organisation, name="Acme")
    message = "An employer always has one; leave it out to keep it."
    nulls = [problem(slot, "REQUIRED", message) for slot in ("name", "confirmed")]
    assert await update(mia, acme, name=None, confirmed=None) == {"employer": None, "errors": nulls}
    unknown = problem("id", "NOT_FOUND", "There is no such employer.")
    for id_ in (gid(await make.employer()), gid(mia), "rubbish", ""):
        answer, codes = await data_and_error_codes(mia, UPDATE, {"id": id_, "name": None})
        assert (answer, codes) == ({"updateEmployer": {"employer": None, "errors": [unknown, nulls[0]]}}, [])
    assert await audit_entries() == []


async def test_both_mutations_need_their_roles(database: str) -> None:
    acme = await make.employer()
    organisation = await acme.organisation
    member_without_roles = await make.member(
        organisation, roles=[role for role in Role if role not in (Role.CREATE_TRACKERS, Role.MANAGE_SETTINGS)]
    )
    creator = await make.member(organisation, roles=[role for role in Role if role != Role.MANAGE_SETTINGS])
    assert await data_and_error_codes(member_without_roles, CREATE, {"name": "New"}) == (
        {"createEmployer": None},
        ["FORBIDDEN"],
    )
    assert await data_and_error_codes(None, CREATE, {"name": "New"}) == (None, ["UNAUTHENTICATED"])
    update = {"id": gid(acme), "confirmed": False}
    for member in (member_without_roles, creator):
        assert await data_and_error_codes(member, UPDATE, update) == ({"updateEmployer": None}, ["FORBIDDEN"])
    assert await data_and_error_codes(None, UPDATE, update) == (None, ["UNAUTHENTICATED"])
    assert await stored_employers() == [(acme.name, True)]
