"""``createMember``: permissions, errors, the invitation and the audit entry."""

import asyncio
from typing import Any

import pytest

from models import Inbox, Mail, MailKind, Member, MemberKind, Role
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.member_changes import (
    CREATE,
    audit_entries,
    create,
    data_and_error_codes,
    describe_member,
    manager,
    written_rows,
)
from tests.support.scenarios.college import problem

DUPLICATE = problem("email", "DUPLICATE", "There is a member with this e-mail address already.")


async def test_a_member_is_added_invited_and_audited(database: str) -> None:
    mia = await manager()
    payload = await create(mia, name=" Zoe\u0308 ", email=" Ann@Example.ORG", roles=["CREATE_TRACKERS"])
    member = await Member.get(email="ann@example.org")
    assert payload == {
        "member": {
            "id": gid(member),
            "name": "Zoë",
            "email": "ann@example.org",
            "kind": "TUTOR",
            "roles": ["CREATE_TRACKERS"],
            "active": True,
        },
        "errors": [],
    }
    assert (member.organisation_id, member.password_hash) == (mia.organisation_id, None)
    assert await Inbox.get(member_id=member.id)
    (mail,) = await Mail.all()
    assert (mail.kind, mail.recipient_id, mail.notification_id, mail.sent_at) == (
        MailKind.INVITATION,
        member.id,
        None,
        None,
    )
    details = describe_member("Zoë", MemberKind.TUTOR, [Role.CREATE_TRACKERS]) | {"email": "ann@example.org"}
    assert await audit_entries() == [("MEMBER_CREATED", mia.id, member.id, details)]


async def test_a_name_is_kept_on_one_line(database: str) -> None:
    payload = await create(await manager(), name="\u202eAnn\r\nBcc:\tthem@example.org\u2069")
    assert payload["errors"] == []
    assert payload["member"]["name"] == "Ann Bcc: them@example.org"


async def test_all_errors_are_returned_at_once_and_nothing_is_written(database: str) -> None:
    mia = await manager()
    before = await written_rows()
    payload = await create(mia, name=" ", email="ann", roles=["CREATE_TRACKERS", "MANAGE_SETTINGS", "MANAGE_SETTINGS"])
    message = "You cannot grant 'Manage settings': you do not have it yourself."
    assert payload == {
        "member": None,
        "errors": [
            problem("name", "REQUIRED", "Give the member a name."),
            problem(
                "email",
                "INVALID_FORMAT",
                "An e-mail address is written name@example.org, in at most 100 characters.",
            ),
            problem("roles.1", "FORBIDDEN", message),
            problem("roles.2", "FORBIDDEN", message),
        ],
    }
    assert await written_rows() == before


@pytest.mark.parametrize(
    ("entry", "path", "code"),
    [
        ({"name": ""}, "name", "REQUIRED"),
        ({"name": "x" * 201}, "name", "TOO_LONG"),
        ({"name": "A\0"}, "name", "INVALID_FORMAT"),
        ({"name": "Ann\x7f"}, "name", "INVALID_FORMAT"),
        ({"name": "Ann\x1b[1m"}, "name", "INVALID_FORMAT"),
        ({"email": ""}, "email", "INVALID_FORMAT"),
        ({"email": "\ud800@example.org"}, "email", "INVALID_FORMAT"),
        ({"email": "x" * 1_000_000}, "email", "INVALID_FORMAT"),
    ],
)
async def test_an_invalid_entry_writes_nothing(database: str, entry: dict[str, Any], path: str, code: str) -> None:
    mia = await manager()
    before = await written_rows()
    payload = await create(mia, **entry)
    assert payload["member"] is None
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [([path], code)]
    assert await written_rows() == before


@pytest.mark.parametrize("email", ["MIA@example.org ", "them@example.org"])
async def test_an_address_that_is_taken_is_audited(database: str, email: str) -> None:
    mia = await manager(email="mia@example.org")
    await make.member(email="them@example.org")  # of another organisation
    assert await create(mia, email=email) == {"member": None, "errors": [DUPLICATE]}
    assert await audit_entries() == [("MEMBER_DUPLICATE", mia.id, None, {"email": email.lower().strip()})]
    assert (await Member.all().count(), await Mail.all().count()) == (2, 0)


async def test_an_address_is_looked_up_only_for_an_entry_that_is_otherwise_right(database: str) -> None:
    mia = await manager(email="mia@example.org")
    before = await written_rows()
    payload = await create(mia, name="", email="mia@example.org")
    assert payload["errors"] == [problem("name", "REQUIRED", "Give the member a name.")]
    payload = await create(mia, email="mia@example.org", roles=["MANAGE_SETTINGS"])
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["roles", "0"], "FORBIDDEN")]
    assert await written_rows() == before


async def test_a_manager_learns_of_at_most_20_addresses_an_hour_that_they_are_taken(database: str) -> None:
    mia, max_ = await manager(email="mia@example.org"), await manager(email="max@example.org")
    payloads = await asyncio.gather(*(create(mia, email="max@example.org") for _ in range(25)))
    codes = [payload["errors"][0]["code"] for payload in payloads]
    assert (codes.count("DUPLICATE"), codes.count("RATE_LIMITED")) == (20, 5)
    ((limited,),) = [(await create(mia, email="new@example.org"))["errors"]]
    ((name, seconds),) = [(parameter["name"], int(parameter["value"])) for parameter in limited["parameters"]]
    assert (limited["path"], limited["code"], name) == ([], "RATE_LIMITED", "retryAfter")
    assert 3500 < seconds <= 3600
    assert len(await audit_entries()) == 20
    assert (await create(max_, email="new@example.org"))["errors"] == []  # another manager's count
    await fetch("UPDATE sign_in_failures SET blocked_until = now()")
    assert (await create(mia, email="mia@example.org"))["errors"] == [DUPLICATE]


async def test_concurrent_members_with_the_same_address_add_one(database: str) -> None:
    mia, max_ = await manager(), await manager()
    payloads = await asyncio.gather(create(mia), create(max_), create(mia))
    errors = [payload["errors"] for payload in payloads if payload["member"] is None]
    assert errors == [[DUPLICATE], [DUPLICATE]]
    assert await Mail.all().count() == 1


async def test_only_administrators_add_administrators(database: str) -> None:
    tutor = await manager(kind=MemberKind.TUTOR)
    assert await create(tutor, kind="ADMINISTRATOR") == {
        "member": None,
        "errors": [problem("kind", "FORBIDDEN", "Only an administrator can make a member an administrator.")],
    }
    assert (await create(tutor, kind="TUTOR"))["member"]["kind"] == "TUTOR"
    mia = await manager(await tutor.organisation)
    assert (await create(mia, kind="ADMINISTRATOR", email="bea@example.org"))["member"]["kind"] == "ADMINISTRATOR"


async def test_create_member_needs_its_role(database: str) -> None:
    others = [role for role in Role if role != Role.MANAGE_MEMBERS]
    entry = {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}
    member = await make.member(roles=others)
    assert await data_and_error_codes(member, CREATE, entry) == ({"createMember": None}, ["FORBIDDEN"])
    assert await data_and_error_codes(None, CREATE, entry) == (None, ["UNAUTHENTICATED"])
    assert await Member.all().count() == 1
