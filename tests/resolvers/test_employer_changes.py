"""createEmployer and updateEmployer: who may, what is refused, and what the audit keeps."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest

from models import Employer, Member, Role
from models.base import new_id
from server.setting_values import database_credentials
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.member_changes import audited, top_level
from tests.support.databases.locks import until_held_up
from tests.support.scenarios.college import PROBLEM, Json, problem

SHOWN = f"employer {{ id name confirmed }} errors {{ {PROBLEM} }}"
CREATE = f"mutation ($input: CreateEmployerInput!) {{ createEmployer(input: $input) {{ {SHOWN} }} }}"
UPDATE = f"mutation ($input: UpdateEmployerInput!) {{ updateEmployer(input: $input) {{ {SHOWN} }} }}"
TAKEN = problem("name", "DUPLICATE", "There is an employer of this name already.")


async def create(by: Member, **entry: Any) -> Json:
    payload: Json = (await data(by, CREATE, input=entry))["createEmployer"]
    return payload


async def update(by: Member, employer: Employer, **entry: Any) -> Json:
    payload: Json = (await data(by, UPDATE, input={"id": gid(employer), **entry}))["updateEmployer"]
    return payload


async def keeper() -> Member:
    """Who manages settings."""
    return await make.member(roles=[Role.MANAGE_SETTINGS])


async def names() -> list[tuple[str, bool]]:
    return [(one.name, one.confirmed) for one in await Employer.all().order_by("name")]


async def test_one_is_added_and_kept_in_the_audit(database: str) -> None:
    mia = await keeper()
    payload = await create(mia, name="  Cafe\u0301 \u00a0 Rouge\tLtd ", confirmed=True)
    made = await Employer.get(organisation_id=mia.organisation_id)
    assert payload == {"employer": {"id": gid(made), "name": "Café Rouge Ltd", "confirmed": True}, "errors": []}
    assert made.employer_id is None
    details = {"name": "Café Rouge Ltd", "confirmed": True}
    assert await audited() == [("EMPLOYER_CREATED", mia.id, made.id, details)]


async def test_whoever_opens_trackers_adds_one_on_the_spot_unconfirmed(database: str) -> None:
    tutor = await make.member(roles=[Role.CREATE_TRACKERS])
    assert (await create(tutor, name="Acme"))["employer"]["confirmed"] is False
    message = "Confirming an employer needs the role MANAGE_SETTINGS."
    assert await create(tutor, name=" acme", confirmed=True) == {
        "employer": None,
        "errors": [TAKEN, problem("confirmed", "FORBIDDEN", message)],
    }
    assert await names() == [("Acme", False)]


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
    ],
)
async def test_a_name_is_one_and_nobody_elses(database: str, name: str, code: str) -> None:
    mia = await keeper()
    await make.employer(await mia.organisation, name="Acme Ltd")
    other = await make.employer(await mia.organisation, name="Other")
    for payload in (await create(mia, name=name), await update(mia, other, name=name, confirmed=False)):
        assert payload["employer"] is None
        assert [(one["path"], one["code"]) for one in payload["errors"]] == [(["name"], code)]
    assert await names() == [("Acme Ltd", True), ("Other", True)]
    assert await audited() == []


async def test_another_organisations_name_is_free(database: str) -> None:
    await make.employer(name="Acme")
    assert (await create(await keeper(), name="Acme"))["errors"] == []


async def test_of_many_at_once_with_one_name_one_is_made(database: str) -> None:
    mia = await keeper()
    payloads = await asyncio.gather(*(create(mia, name=name) for name in ("Acme", "ACME", "acme", "Acme")))
    assert sum(payload["employer"] is not None for payload in payloads) == 1
    assert [payload["errors"] for payload in payloads if payload["employer"] is None] == [[TAKEN]] * 3
    assert len(await names()) == 1


async def test_a_name_that_an_import_is_about_to_take_is_taken(database: str) -> None:
    mia = await keeper()
    other = await make.employer(await mia.organisation, name="Other")
    insert = "INSERT INTO employer (id, organisation_id, name, confirmed) VALUES ($1, $2, $3, true)"
    acts: list[tuple[str, Callable[[], Coroutine[Any, Any, Json]]]] = [
        ("Acme", lambda: create(mia, name="Acme")),
        ("Bolt", lambda: update(mia, other, name="Bolt")),
    ]
    for name, act in acts:
        importing = await asyncpg.connect(**database_credentials(database))
        try:
            async with importing.transaction():
                await importing.execute(insert, new_id(), mia.organisation_id, name)
                task = asyncio.create_task(act())
                await until_held_up()
            assert await task == {"employer": None, "errors": [TAKEN]}
        finally:
            await importing.close()
    assert await names() == [("Acme", True), ("Bolt", True), ("Other", True)]


async def test_what_is_absent_stays_and_every_change_is_kept_in_the_audit(database: str) -> None:
    mia = await keeper()
    acme = await make.employer(await mia.organisation, name="123456789", employer_id="123456789", confirmed=False)
    shown = {"id": gid(acme), "name": "123456789", "confirmed": False}
    assert await update(mia, acme) == {"employer": shown, "errors": []}
    assert (await update(mia, acme, name="Acme"))["employer"] == shown | {"name": "Acme"}
    assert (await update(mia, acme, confirmed=True))["employer"] == shown | {"name": "Acme", "confirmed": True}
    assert (await update(mia, acme, name="ACME", confirmed=True))["employer"]["name"] == "ACME"  # its own, in capitals
    assert (await Employer.get(id=acme.id)).employer_id == "123456789"
    steps = [("123456789", False), ("Acme", False), ("Acme", True), ("ACME", True)]
    said = [{"name": name, "confirmed": confirmed} for name, confirmed in steps]
    assert await audited() == [
        ("EMPLOYER_UPDATED", mia.id, acme.id, {"before": said[place], "after": said[place + 1]}) for place in range(3)
    ]


async def test_names_that_differ_in_case_since_an_import_stay_usable(database: str) -> None:
    mia = await keeper()
    await make.employer(await mia.organisation, name="ACME")
    acme = await make.employer(await mia.organisation, name="Acme", confirmed=False)
    assert (await update(mia, acme, name="Acme", confirmed=True))["errors"] == []


async def test_null_is_refused_and_so_is_what_is_not_there(database: str) -> None:
    mia = await keeper()
    acme = await make.employer(await mia.organisation, name="Acme")
    message = "An employer always has one; leave it out to keep it."
    nulls = [problem(slot, "REQUIRED", message) for slot in ("name", "confirmed")]
    assert await update(mia, acme, name=None, confirmed=None) == {"employer": None, "errors": nulls}
    unknown = problem("id", "NOT_FOUND", "There is no such employer.")
    for id_ in (gid(await make.employer()), gid(mia), "rubbish", ""):
        answer, codes = await top_level(mia, UPDATE, {"id": id_, "name": None})
        assert (answer, codes) == ({"updateEmployer": {"employer": None, "errors": [unknown, nulls[0]]}}, [])
    assert await audited() == []


async def test_they_need_their_roles(database: str) -> None:
    acme = await make.employer()
    house = await acme.organisation
    neither = await make.member(
        house, roles=[role for role in Role if role not in (Role.CREATE_TRACKERS, Role.MANAGE_SETTINGS)]
    )
    creator = await make.member(house, roles=[role for role in Role if role != Role.MANAGE_SETTINGS])
    assert await top_level(neither, CREATE, {"name": "New"}) == ({"createEmployer": None}, ["FORBIDDEN"])
    assert await top_level(None, CREATE, {"name": "New"}) == ({"createEmployer": None}, ["UNAUTHENTICATED"])
    for member, code in ((neither, "FORBIDDEN"), (creator, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        assert await top_level(member, UPDATE, {"id": gid(acme), "confirmed": False}) == (
            {"updateEmployer": None},
            [code],
        )
    assert await names() == [(acme.name, True)]
