"""``viewer { sessions }`` and the mutations that end sessions; how long sessions live."""

import datetime as dt
from typing import Any

import pytest

from models import AuditEntry, Device, Member, Role
from models.database import fetch
from services.accounts.sessions.opening import MAX_SESSION_DAYS
from tests.support import factories as make
from tests.support.clients.graphql import ask, ask_with, gid
from tests.support.clients.signing_in.sign_in import ada, refresh, session, sign_in, viewer_name
from tests.support.scenarios.college import Json, problem

SESSIONS = """{ viewer { sessions {
    id device network method secondFactor isCurrent signedInAt lastUsedAt expiresAt
} } }"""
END = """mutation ($id: ID!) { endSession(input: {id: $id}) { viewer { sessions { device } }
    errors { path code message parameters { name value } rule } } }"""
END_OTHERS = "mutation { endOtherSessions { viewer { sessions { device } } errors { path code } } }"
END_MEMBERS = """mutation ($id: ID!) { endMemberSessions(input: {memberId: $id}) { member { name }
    errors { path code } } }"""
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


async def ask_as(tokens: Json, document: str, **variables: Any) -> Any:
    answer = await ask_with(f"Bearer {tokens['accessToken']}", document, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def listed(tokens: Json) -> list[Json]:
    sessions: list[Json] = (await ask_as(tokens, SESSIONS))["viewer"]["sessions"]
    return sessions


async def set_age(days: float) -> None:
    """Let every session have been opened so many days ago, as if it had been refreshed since."""
    age = dt.timedelta(days=days)
    await fetch("UPDATE session SET created_at = now() - $1::interval, authenticated_at = now() - $1::interval", age)


async def test_members_see_their_own_sessions(database: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    await session(email="bob@example.org")
    other = await session(client="2001:db8::7", user_agent=FIREFOX)
    current = await session(client="192.0.2.9", user_agent="curl/8.5.0")
    await fetch("UPDATE session SET last_used_at = now() - interval '1 hour' WHERE device_label = 'curl/8.5.0'")
    sessions = await listed(current)
    times = [{name: row.pop(name) for name in ("signedInAt", "lastUsedAt", "expiresAt")} for row in sessions]
    ids = [row.pop("id") for row in sessions]
    assert sessions == [
        {
            "device": "curl/8.5.0",
            "network": "192.0.2.9",
            "method": "PASSWORD",
            "secondFactor": False,
            "isCurrent": True,
        },
        {
            "device": "Firefox on Linux",
            "network": "2001:db8::/64",
            "method": "PASSWORD",
            "secondFactor": False,
            "isCurrent": False,
        },
    ]
    assert len(set(ids)) == 2
    for row in times:
        assert dt.datetime.fromisoformat(row["expiresAt"]) > dt.datetime.fromisoformat(row["signedInAt"])
    assert [row["isCurrent"] for row in await listed(other)] == [True, False]


async def test_a_refresh_says_where_the_session_is_used(database: str) -> None:
    await ada()
    tokens = await session(client="192.0.2.9", user_agent="curl/8.5.0")
    (before,) = await listed(tokens)
    tokens = (await refresh(tokens["refreshToken"], client="198.51.100.3", user_agent=FIREFOX))["session"]
    (after,) = await listed(tokens)
    assert (after["device"], after["network"]) == ("Firefox on Linux", "198.51.100.3")
    assert after["signedInAt"] == before["signedInAt"]
    assert after["lastUsedAt"] > before["lastUsedAt"]


async def test_ending_a_session_ends_its_tokens_and_forgets_its_device(database: str) -> None:
    await ada()
    lost, current = await session(user_agent=FIREFOX), await session()
    (ended,) = [row for row in await listed(current) if not row["isCurrent"]]
    assert (await ask_as(current, END, id=ended["id"]))["endSession"] == {
        "viewer": {"sessions": [{"device": "Unknown device"}]},
        "errors": [],
    }
    assert await viewer_name(lost["accessToken"]) is None
    assert (await refresh(lost["refreshToken"]))["session"] is None
    assert await viewer_name(current["accessToken"]) == "Ada"
    again = (await sign_in(device=lost["deviceToken"]))["session"]
    assert again["deviceToken"] != lost["deviceToken"], "the device is a new one"
    assert (await sign_in(device=current["deviceToken"]))["session"]["deviceToken"] == current["deviceToken"]
    assert (await ask_as(current, END, id=ended["id"]))["endSession"] == {
        "viewer": None,
        "errors": [problem("id", "NOT_FOUND", "You have no such open session.")],
    }


@pytest.mark.parametrize("other", ["another's", "a member's id", "rubbish"])
async def test_only_ones_own_sessions_can_be_ended(database: str, other: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    tokens, theirs = await session(), await session(email="bob@example.org")
    ids = {"another's": (await listed(theirs))[0]["id"], "a member's id": gid(member), "rubbish": "rubbish"}
    answer = await ask_as(tokens, END, id=ids[other])
    assert [(error["path"], error["code"]) for error in answer["endSession"]["errors"]] == [(["id"], "NOT_FOUND")]
    assert await viewer_name(theirs["accessToken"]) == "Ada"


async def test_all_other_sessions_can_be_ended(database: str) -> None:
    member = await ada()
    others, current = [await session(), await session()], await session()
    assert (await ask_as(current, END_OTHERS))["endOtherSessions"] == {
        "viewer": {"sessions": [{"device": "Unknown device"}]},
        "errors": [],
    }
    assert [await viewer_name(tokens["accessToken"]) for tokens in (*others, current)] == [None, None, "Ada"]
    entry = await AuditEntry.get(kind="SESSIONS_ENDED")
    assert (entry.actor_id, entry.subject_id, entry.details) == (member.id, member.id, {"sessions": 2})


async def test_a_manager_ends_a_members_sessions(database: str) -> None:
    member = await ada()
    tokens = await session()
    manager = await make.member(await member.organisation, roles=[Role.MANAGE_MEMBERS])
    answer = await ask(manager, END_MEMBERS, id=gid(member))
    assert answer["data"]["endMemberSessions"] == {"member": {"name": "Ada"}, "errors": []}
    assert await viewer_name(tokens["accessToken"]) is None
    entry = await AuditEntry.get(kind="SESSIONS_ENDED")
    assert (entry.actor_id, entry.subject_id, entry.details) == (manager.id, member.id, {"sessions": "all"})
    elsewhere = await make.member(await make.organisation(), roles=[Role.MANAGE_MEMBERS])
    answer = await ask(elsewhere, END_MEMBERS, id=gid(member))
    assert answer["data"]["endMemberSessions"]["errors"] == [{"path": ["memberId"], "code": "NOT_FOUND"}]


async def test_a_session_ends_90_days_after_the_sign_in(database: str) -> None:
    await ada()
    tokens = await session()
    await set_age(MAX_SESSION_DAYS - 10)
    renewed = (await refresh(tokens["refreshToken"]))["session"]
    expires = dt.datetime.fromisoformat(renewed["refreshTokenExpiresAt"])
    assert dt.timedelta(days=9.9) < expires - make.now() <= dt.timedelta(days=10)
    await fetch("UPDATE session SET expires_at = created_at + interval '80 days'")
    assert (await refresh(renewed["refreshToken"]))["session"] is None
    assert await viewer_name(renewed["accessToken"]) is None


async def test_a_session_of_an_earlier_version_goes_on(database: str) -> None:
    await ada()
    tokens = await session()
    await fetch("""UPDATE session SET device_id = NULL, authenticated_at = NULL, last_used_at = NULL, network = '',
        device_label = ''""")
    (row,) = await listed(tokens)
    assert (row["device"], row["network"], row["lastUsedAt"]) == ("", "", row["signedInAt"])
    renewed = (await refresh(tokens["refreshToken"]))["session"]
    assert (await sign_in(device=renewed["deviceToken"]))["session"]["deviceToken"] == renewed["deviceToken"]


async def test_a_device_keeps_its_token(database: str) -> None:
    member = await ada()
    first = await session()
    assert (await refresh(first["refreshToken"]))["session"]["deviceToken"] == first["deviceToken"]
    assert (await session(device=first["deviceToken"]))["deviceToken"] == first["deviceToken"]
    assert (await session())["deviceToken"] != first["deviceToken"]
    assert await Device.filter(member_id=member.id).count() == 2


async def test_the_members_own_list_is_bounded(database: str) -> None:
    member: Member = await ada()
    tokens = await session()
    await fetch(
        """INSERT INTO session (id, member_id, created_at, expires_at)
        SELECT gen_random_uuid(), $1, now(), now() + interval '1 day' FROM generate_series(1, 150)""",
        member.id,
    )
    sessions = await listed(tokens)
    assert (len(sessions), sessions[0]["isCurrent"]) == (100, True)
