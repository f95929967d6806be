"""Adding members: validation, uniqueness of email addresses, inboxes and passwords."""

import asyncio
from typing import Any

import pytest

from models import Inbox, Member, MemberKind, Organisation, Role
from services.accounts.members import add_member
from services.accounts.sessions.clients import Client
from services.accounts.sign_in import sign_in
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.records.organisations import add_organisation

DUPLICATE_EMAIL = Problem(("email",), ErrorCode.DUPLICATE, "There is a member with this e-mail address already.")
INVALID_ADDRESS = Problem(
    ("email",),
    ErrorCode.INVALID_FORMAT,
    "An e-mail address is written name@example.org, in at most 100 characters.",
)


@pytest.fixture
async def northgate(database: str) -> Organisation:
    return await add_organisation("Northgate Training")


async def add(organisation: Organisation, **entry: Any) -> Member:
    defaults: dict[str, Any] = {
        "email": "amara@northgate.example",
        "name": "Amara Osei",
        "kind": MemberKind.ADMINISTRATOR,
        "roles": [],
        "password": None,
    }
    return await add_member(organisation, **defaults | entry)


async def add_errors(organisation: Organisation, **entry: Any) -> tuple[Problem, ...]:
    before = await Member.all().count()
    with pytest.raises(ValidationFailed) as raised:
        await add(organisation, **entry)
    assert (await Member.all().count(), await Inbox.all().count()) == (before, before)
    return raised.value.problems


async def test_add_member_stores_a_member_with_an_inbox(northgate: Organisation) -> None:
    member = await add(
        northgate,
        email=" Zoe.Whitfield@NORTHGATE.example ",
        name=" Zoe\u0308  Whitfield ",
        kind=MemberKind.TUTOR,
        roles=[Role.MANAGE_MEMBERS, Role.CREATE_TRACKERS, Role.CREATE_TRACKERS],
    )
    assert (
        member.organisation_id,
        member.email,
        member.name,
        member.kind,
        member.roles,
        member.active,
        member.password_hash,
    ) == (
        northgate.id,
        "zoe.whitfield@northgate.example",
        "Zoë Whitfield",
        MemberKind.TUTOR,
        ["CREATE_TRACKERS", "MANAGE_MEMBERS"],
        True,
        None,
    )
    assert await Inbox.all().values_list("member_id", "cursor") == [(member.id, 0)]


async def test_a_member_with_a_password_can_sign_in(northgate: Organisation) -> None:
    member = await add(northgate, password="correct horse")
    installation = Installation(secret=b"s" * 32, edit_url="http://127.0.0.1/{id}")
    signed_in = await sign_in(installation, email=member.email, password="correct horse", client=Client("127.0.0.1"))
    assert signed_in.viewer.member.id == member.id


async def test_all_errors_are_raised_at_once(northgate: Organisation) -> None:
    assert await add_errors(northgate, email="amara", name=" ", password="short") == (
        INVALID_ADDRESS,
        Problem(("name",), ErrorCode.REQUIRED, "Give the member a name."),
        Problem(
            ("password",),
            ErrorCode.TOO_SHORT,
            "A password has at least 12 characters; this has 5.",
            (("minimum", "12"), ("length", "5")),
        ),
    )


async def test_invalid_addresses_are_errors(northgate: Organisation) -> None:
    for email in (
        "",
        "a b@northgate.example",
        "zoë@northgate.example",
        "a\0@northgate.example",
        "a" * 100 + "@b.example",
    ):
        assert await add_errors(northgate, email=email) == (INVALID_ADDRESS,)


async def test_email_addresses_are_unique_across_organisations(northgate: Organisation) -> None:
    await add(northgate)
    southbank = await add_organisation("Southbank Skills")
    assert await add_errors(southbank, email="AMARA@northgate.example") == (DUPLICATE_EMAIL,)


async def test_concurrent_members_with_the_same_address_add_one(northgate: Organisation) -> None:
    answers = await asyncio.gather(add(northgate), add(northgate), return_exceptions=True)
    assert [answer.problems for answer in answers if isinstance(answer, ValidationFailed)] == [(DUPLICATE_EMAIL,)]
    assert await Member.all().count() == 1


async def test_passwords_have_12_to_200_characters(northgate: Organisation) -> None:
    assert [problem.code for problem in await add_errors(northgate, password="")] == [ErrorCode.TOO_SHORT]
    assert [problem.code for problem in await add_errors(northgate, password="x" * 11)] == [ErrorCode.TOO_SHORT]
    assert await add_errors(northgate, password="x" * 201) == (
        Problem(
            ("password",),
            ErrorCode.TOO_LONG,
            "A password has at most 200 characters; this has 201.",
            (("maximum", "200"), ("length", "201")),
        ),
    )
    message = "The password contains an invalid character."
    invalid = Problem(("password",), ErrorCode.INVALID_FORMAT, message)
    assert await add_errors(northgate, password="correct horse\ud800") == (invalid,)
    await add(northgate, email="twelve@northgate.example", password="xj" * 6)
    await add(northgate, email="most@northgate.example", password="xj" * 100)
