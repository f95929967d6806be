"""``createMember``: permissions, errors, the invitation and the audit entry."""

import asyncio
from typing import Any

import pytest

from models import Inbox, Mail, MailKind, Member, MemberKind, Role
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
        ({"email": "MIA@example.org "}, "email", "DUPLICATE"),
        ({"email": "them@example.org"}, "email", "DUPLICATE"),
    ],
)
async def test_an_invalid_entry_writes_nothing(database: str, entry: dict[str, Any], path: str, code: str) -> None:
    mia = await manager(email="mia@example.org")
    await make.member(email="them@example.org")  # of another organisation
    before = await written_rows()
    payload = await create(mia, **entry)
    assert payload["member"] is None
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [([path], code)]
    assert await written_rows() == before


async def test_concurrent_members_with_the_same_address_add_one(database: str) -> None:
    mia, max_ = await manager(), await manager()
    payloads = await asyncio.gather(create(mia), create(max_), create(mia))
    errors = [payload["errors"] for payload in payloads if payload["member"] is None]
    duplicate = problem("email", "DUPLICATE", "There is a member with this e-mail address already.")
    assert errors == [[duplicate], [duplicate]]
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
    for member, code in ((await make.member(roles=others), "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        assert await data_and_error_codes(member, CREATE, entry) == ({"createMember": None}, [code])
    assert await Member.all().count() == 1
