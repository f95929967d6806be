"""Refreshing sessions, signing out, and the immediate effects of ending a session."""

import asyncio
from typing import Any

import pytest

from models import Member, MemberKind, RefreshToken, Role, Session
from models.database import fetch
from services.accounts.sessions.authentication import authenticate
from services.accounts.sessions.ending import SessionEnded
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask_with
from tests.support.clients.signing_in.sign_in import REFRESH, SIGN_OUT, ada, refresh, session, viewer_name
from tests.support.clients.subscriptions import run_reader, subscribe, wait_until, wait_until_listening

ENDED: dict[str, Any] = {
    "session": None,
    "errors": [
        {
            "path": [],
            "code": "INVALID_CREDENTIALS",
            "message": "The session has ended. Sign in again.",
            "parameters": [],
            "rule": None,
        }
    ],
}


async def refresh_ok(token: str) -> dict[str, Any]:
    payload = await refresh(token)
    assert payload["errors"] == []
    session: dict[str, Any] = payload["session"]
    return session


async def sign_out(token: str) -> bool:
    answer = await ask_with(None, SIGN_OUT, token=token)
    assert "errors" not in answer
    signed_out: bool = answer["data"]["signOut"]
    return signed_out


async def move_last_use(seconds: int) -> None:
    await fetch("UPDATE refresh_token SET used_at = used_at - make_interval(secs => $1)", float(seconds))


async def test_a_refresh_token_is_exchanged_for_a_new_pair(database: str) -> None:
    await ada()
    first = await session()
    second = await refresh_ok(first["refreshToken"])
    assert second["viewer"] == {"member": {"name": "Ada"}}
    third = await refresh_ok(second["refreshToken"])
    assert len({pair["refreshToken"] for pair in (first, second, third)}) == 3
    assert [await viewer_name(pair["accessToken"]) for pair in (first, second, third)] == ["Ada"] * 3
    assert await Session.all().count() == 1


async def test_each_refresh_extends_the_session(database: str) -> None:
    await ada()
    first = await session()
    await fetch("UPDATE session SET expires_at = now() + interval '1 minute'")
    await refresh_ok(first["refreshToken"])
    (row,) = await fetch("SELECT expires_at > now() + interval '29 days' AS extended FROM session")
    assert row["extended"] is True


async def test_a_refresh_token_can_be_reused_for_thirty_seconds(database: str) -> None:
    """Check that a token can be reused, as the first response may be lost or two tabs may refresh at once."""
    await ada()
    first = await session()
    pairs = await asyncio.gather(*(refresh_ok(first["refreshToken"]) for _ in range(20)))
    assert len({pair["refreshToken"] for pair in pairs}) == 20
    assert len({(await refresh_ok(pair["refreshToken"]))["refreshToken"] for pair in pairs}) == 20
    await move_last_use(15)
    assert await viewer_name((await refresh_ok(first["refreshToken"]))["accessToken"]) == "Ada"


async def test_later_reuse_ends_the_session(database: str) -> None:
    """Check that later reuse, which suggests a stolen token, ends the session."""
    await ada()
    other = await session()
    first = await session()
    second = await refresh_ok(first["refreshToken"])
    await move_last_use(31)
    assert await refresh(first["refreshToken"]) == ENDED
    assert await refresh(second["refreshToken"]) == ENDED
    assert [await viewer_name(pair["accessToken"]) for pair in (first, second)] == [None, None]
    # Another session of the same member continues.
    assert await viewer_name((await refresh_ok(other["refreshToken"]))["accessToken"]) == "Ada"


async def test_of_several_answers_to_a_token_only_one_goes_on(database: str) -> None:
    """Check that a thief who repeats a token within the thirty seconds does not get a chain of tokens of their own."""
    await ada()
    first = await session()
    own, stolen = await refresh_ok(first["refreshToken"]), await refresh_ok(first["refreshToken"])
    await move_last_use(600)
    third = await refresh_ok(own["refreshToken"])
    await move_last_use(31)
    assert await refresh(stolen["refreshToken"]) == ENDED
    assert await refresh(third["refreshToken"]) == ENDED


async def test_a_lost_answer_does_not_end_the_session(database: str) -> None:
    await ada()
    first = await session()
    await refresh_ok(first["refreshToken"])  # whose answer is lost
    token = (await refresh_ok(first["refreshToken"]))["refreshToken"]
    for _ in range(2):
        await move_last_use(600)
        token = (await refresh_ok(token))["refreshToken"]


async def test_reuse_ends_the_subscriptions_of_the_session(database: str) -> None:
    await ada()
    first = await session()
    await refresh_ok(first["refreshToken"])
    await move_last_use(31)
    viewer = await authenticate(INSTALLATION, f"Bearer {first['accessToken']}")
    async with (
        run_reader(database, revalidate_seconds=3600) as reader,
        subscribe(reader, viewer) as subscription,
    ):
        result = asyncio.create_task(subscription.result())
        await wait_until(lambda: reader.waiting_count == 1)
        await wait_until_listening()
        assert await refresh(first["refreshToken"]) == ENDED
        with pytest.raises(SessionEnded):
            await result


async def test_reuse_does_not_extend_the_thirty_seconds(database: str) -> None:
    await ada()
    first = await session()
    await refresh_ok(first["refreshToken"])
    await move_last_use(20)
    await refresh_ok(first["refreshToken"])
    await move_last_use(11)
    assert await refresh(first["refreshToken"]) == ENDED


async def test_signing_out_ends_every_token_of_the_session(database: str) -> None:
    await ada()
    other, first = await session(), await session()
    second = await refresh_ok(first["refreshToken"])
    assert await sign_out(first["refreshToken"]) is True  # an earlier one works too
    assert [await viewer_name(pair["accessToken"]) for pair in (first, second, other)] == [None, None, "Ada"]
    assert await refresh(second["refreshToken"]) == ENDED
    ended_at = (await Session.get(ended_at__not_isnull=True)).ended_at
    assert await sign_out(second["refreshToken"]) is True
    assert (await Session.get(ended_at__not_isnull=True)).ended_at == ended_at


@pytest.mark.parametrize("token", ["", "rubbish", "\x00", "\ud800", "x" * 100_000])
async def test_an_unknown_token_neither_refreshes_nor_ends_a_session(database: str, token: str) -> None:
    await ada()
    first = await session()
    assert await refresh(token) == ENDED
    assert await sign_out(token) is False
    assert await refresh(first["accessToken"]) == ENDED
    assert await viewer_name(first["accessToken"]) == "Ada"


async def test_an_expired_session_cannot_be_refreshed(database: str) -> None:
    await ada()
    first = await session()
    await fetch("UPDATE session SET expires_at = now()")
    assert await viewer_name(first["accessToken"]) is None
    assert await refresh(first["refreshToken"]) == ENDED
    assert await RefreshToken.all().count() == 1


async def test_a_deactivated_member_loses_access_immediately(database: str) -> None:
    await ada()
    first = await session()
    await Member.all().update(active=False)
    assert await viewer_name(first["accessToken"]) is None
    assert await refresh(first["refreshToken"]) == ENDED


async def test_roles_and_kind_are_read_at_each_request(database: str) -> None:
    member = await ada(kind=MemberKind.TUTOR)
    await make.learner(await member.organisation)
    token = f"Bearer {(await session())['accessToken']}"
    document = '{ learners { nodes { id } } validateTracker(input: {type: "RUBBISH"}) { code } }'

    before = await ask_with(token, document)
    assert [error["extensions"]["code"] for error in before["errors"]] == ["FORBIDDEN"]
    await Member.all().update(roles=[Role.CREATE_TRACKERS])
    after = await ask_with(token, document)
    assert after["data"]["validateTracker"] == [{"code": "UNKNOWN_TYPE"}, {"code": "REQUIRED"}]
    assert after["data"]["learners"]["nodes"] == []
    await Member.all().update(kind=MemberKind.ADMINISTRATOR, roles=[])
    (learner,) = (await ask_with(token, "{ learners { nodes { id } } }"))["data"]["learners"]["nodes"]
    assert learner["id"]


async def test_fields_of_a_refreshed_session_are_resolved_for_its_member(database: str) -> None:
    member = await ada()
    first = await session()
    document = REFRESH.replace("member { name }", "member { name } organisation { name processAutomations { key } }")
    answer = await ask_with(None, document, token=first["refreshToken"])
    viewer = answer["data"]["refreshSession"]["session"]["viewer"]
    assert viewer["organisation"] == {"name": (await member.organisation).name, "processAutomations": []}
