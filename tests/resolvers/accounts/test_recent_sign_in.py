"""What may be changed only within ten minutes of a sign-in."""

from typing import Any

import pytest

from models import Role
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import ask_with, gid
from tests.support.clients.member_changes import written_rows
from tests.support.clients.signing_in.sign_in import Json, ada, refresh, session

GUARDED: dict[str, tuple[str, Json]] = {
    "createMember": ("CreateMemberInput", {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}),
    "updateMember": ("UpdateMemberInput", {"id": "", "name": "Ann"}),
    "createTrackerType": ("CreateTrackerTypeInput", {"key": "NEW", "name": "New", "fields": []}),
    "updateTrackerType": ("UpdateTrackerTypeInput", {"id": "", "version": 1, "name": "New"}),
    "updateProcessAutomation": ("UpdateProcessAutomationInput", {"key": "WITHDRAWAL", "enabled": True}),
    "endMemberSessions": ("EndMemberSessionsInput", {"memberId": ""}),
}
SIGN_IN_AGAIN = {
    "path": [],
    "code": "SIGN_IN_AGAIN",
    "message": "You signed in more than 10 minutes ago. Sign in again to do this.",
}


def document(field: str) -> str:
    return f"mutation ($input: {GUARDED[field][0]}!) {{ {field}(input: $input) {{ errors {{ path code message }} }} }}"


async def errors_of(tokens: Json, field: str, entry: Json) -> Any:
    answer = await ask_with(f"Bearer {tokens['accessToken']}", document(field), input=entry)
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    return answer["data"][field]["errors"]


async def sign_in_long_ago(minutes: float = 10) -> Json:
    tokens = await session()
    await fetch("UPDATE session SET authenticated_at = now() - make_interval(secs => $1)", minutes * 60)
    return tokens


@pytest.mark.parametrize("field", GUARDED)
async def test_a_session_that_is_not_recent_changes_nothing(database: str, field: str) -> None:
    member = await ada(roles=[Role.MANAGE_MEMBERS, Role.MANAGE_SETTINGS])
    entry = {name: gid(member) if value == "" else value for name, value in GUARDED[field][1].items()}
    tokens = await sign_in_long_ago()
    before = await written_rows()
    assert await errors_of(tokens, field, entry) == [SIGN_IN_AGAIN]
    assert await written_rows() == before
    # Refreshing proves nothing; signing in again does, and the same entry goes with the new token.
    renewed = (await refresh(tokens["refreshToken"]))["session"]
    assert await errors_of(renewed, field, entry) == [SIGN_IN_AGAIN]
    assert SIGN_IN_AGAIN not in await errors_of(await session(), field, entry)


@pytest.mark.parametrize("field", GUARDED)
async def test_whoever_lacks_the_role_is_not_asked_to_sign_in(database: str, field: str) -> None:
    await ada()
    assert await errors_of(await sign_in_long_ago(), field, GUARDED[field][1]) == ["FORBIDDEN"]


async def test_ending_other_sessions_needs_a_recent_sign_in(database: str) -> None:
    await ada()
    other, tokens = await session(), await sign_in_long_ago()
    end = "mutation { endOtherSessions { viewer { id } errors { path code message } } }"
    answer = await ask_with(f"Bearer {tokens['accessToken']}", end)
    assert answer["data"]["endOtherSessions"] == {"viewer": None, "errors": [SIGN_IN_AGAIN]}
    assert (await refresh(other["refreshToken"]))["errors"] == []


async def test_nine_minutes_are_recent(database: str) -> None:
    member = await ada(roles=[Role.MANAGE_MEMBERS])
    tokens = await sign_in_long_ago(9.8)
    colleague = await make.member(await member.organisation)
    assert await errors_of(tokens, "updateMember", {"id": gid(colleague), "name": "Ann"}) == []
