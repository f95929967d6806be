"""Removing the second factors of a member who has lost them: who may, and what is left."""

from typing import Any

import pytest

from models import AuditEntry, Factor, Mail, Member, MemberKind, RecoveryCode, Role, Session
from models.database import fetch
from services.accounts import operator_changes
from services.kernel.errors import ValidationFailed
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, gid
from tests.support.clients.member_changes import audit_entries, manager
from tests.support.clients.signing_in.factors import (
    REMOVE_OF_MEMBER,
    add_totp,
    again,
    run,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada


async def state() -> dict[str, Any]:
    """Return what removing factors changes."""
    return {
        "factors": await Factor.all().count(),
        "codes": await RecoveryCode.all().count(),
        "mails": await Mail.filter(kind="FACTOR_REMOVED").count(),
        "audit": await AuditEntry.filter(kind="FACTOR_REMOVED").count(),
        "open": await Session.filter(ended_at=None).count(),
    }


async def remove(actor: Member, member: Member) -> list[tuple[list[str], str, str]]:
    """Run ``removeMemberFactors``, and return the errors of its payload."""
    payload = await run(await signed_in(actor), REMOVE_OF_MEMBER, memberId=gid(member))
    assert payload["member"] == (None if payload["errors"] else {"id": gid(member)})
    return [(error["path"], error["code"], error["message"]) for error in payload["errors"]]


async def test_a_manager_removes_all_factors_of_a_member(database: str) -> None:
    member = await ada()
    mia = await manager(await member.organisation)
    context = await signed_in(member)
    await add_totp(context)
    await add_totp(context, "Tablet")
    await sign_in_with_code("000000")
    assert await remove(mia, member) == []
    assert await state() == {"factors": 0, "codes": 0, "mails": 1, "audit": 1, "open": 1}  # the manager's
    assert ("FACTOR_REMOVED", mia.id, member.id, {"all": True}) in await audit_entries()
    assert (await again(context)).viewer is None
    assert await fetch("SELECT FROM sign_in_failures WHERE failures > 1 AND key NOT LIKE 'mails %'") == []
    assert (await sign_in_with_code(None))["errors"] == []


async def test_without_a_factor_nothing_happens(database: str) -> None:
    member = await ada()
    context = await signed_in(member)
    assert await remove(await manager(await member.organisation), member) == []
    assert (await again(context)).viewer is not None
    assert await state() == {"factors": 0, "codes": 0, "mails": 0, "audit": 0, "open": 2}


@pytest.mark.parametrize(
    ("manager_columns", "member_columns", "message"),
    [
        (
            {},
            {"roles": [Role.CREATE_TRACKERS, Role.MANAGE_SETTINGS]},
            "Ada has the role 'Manage settings', which you do not have yourself.",
        ),
        (
            {"kind": MemberKind.TUTOR},
            {"roles": [Role.CREATE_TRACKERS]},
            "Only an administrator can remove the second factors of an administrator.",
        ),
    ],
)
async def test_nobody_opens_an_account_that_can_do_more_than_their_own(
    database: str, manager_columns: dict[str, Any], member_columns: dict[str, Any], message: str
) -> None:
    member = await ada(**member_columns)
    await add_totp(await signed_in(member))
    mia = await manager(await member.organisation, **manager_columns)
    before = await state()
    ((path, code, text),) = await remove(mia, member)
    assert (path, code) == (["memberId"], "FORBIDDEN")
    assert text == message
    assert {**await state(), "open": 0} == {**before, "open": 0}


async def test_not_one_s_own_nor_of_another_organisation(database: str) -> None:
    member = await ada()
    await add_totp(await signed_in(member))
    mia = await manager(await make.organisation())
    await add_totp(await signed_in(mia))
    before = await state()
    assert [error[:2] for error in await remove(mia, member)] == [(["memberId"], "NOT_FOUND")]
    assert [error[:2] for error in await remove(mia, mia)] == [(["memberId"], "FORBIDDEN")]
    assert {**await state(), "open": 0} == {**before, "open": 0}


async def test_it_needs_a_recent_sign_in(database: str) -> None:
    member = await ada()
    await add_totp(await signed_in(member))
    context = await signed_in(await manager(await member.organisation))
    await fetch("UPDATE session SET created_at = now() - interval '11 minutes', authenticated_at = NULL")
    answer = await ask_in(await again(context), REMOVE_OF_MEMBER, input={"memberId": gid(member)})
    ((error,),) = [answer["data"]["removeMemberFactors"]["errors"]]
    assert (error["path"], error["code"]) == ([], "SIGN_IN_AGAIN")
    assert await Factor.all().count() == 1


async def test_the_operator_removes_the_factors_of_anybody(database: str) -> None:
    member = await ada(roles=list(Role))
    organisation = await member.organisation
    context = await signed_in(member)
    await add_totp(context)
    removed = await operator_changes.remove_factors(organisation, email=" ADA@example.org")
    assert removed.id == member.id
    assert await state() == {"factors": 0, "codes": 0, "mails": 1, "audit": 1, "open": 0}
    assert ("FACTOR_REMOVED", None, member.id, {"all": True}) in await audit_entries()
    with pytest.raises(ValidationFailed):
        await operator_changes.remove_factors(organisation, email="nobody@example.org")
