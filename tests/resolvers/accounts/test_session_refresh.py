"""Staying signed in, signing out, and what ends a session: all of it holds at the next request."""

import asyncio
from typing import Any

import pytest

from models import Member, MemberKind, RefreshToken, Role, Session
from models.database import fetch
from services.accounts.sessions import SessionEnded, viewer_of
from services.notifications import subscription
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask_with
from tests.support.clients.sign_in import REFRESH, SIGN_OUT, ada, refresh, session, who
from tests.support.clients.subscriptions import listener, reader_of, until

OVER: dict[str, Any] = {
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


async def renewed(token: str) -> dict[str, Any]:
    payload = await refresh(token)
    assert payload["errors"] == []
    found: dict[str, Any] = payload["session"]
    return found


async def sign_out(token: str) -> bool:
    answer = await ask_with(None, SIGN_OUT, token=token)
    assert "errors" not in answer
    ended: bool = answer["data"]["signOut"]
    return ended


async def used_before(seconds: int) -> None:
    await fetch("UPDATE refresh_token SET used_at = used_at - make_interval(secs => $1)", float(seconds))


async def test_a_refresh_token_is_exchanged_for_a_fresh_pair(database: str) -> None:
    await ada()
    first = await session()
    second = await renewed(first["refreshToken"])
    assert second["viewer"] == {"member": {"name": "Ada"}}
    third = await renewed(second["refreshToken"])
    assert len({one["refreshToken"] for one in (first, second, third)}) == 3
    assert [await who(one["accessToken"]) for one in (first, second, third)] == ["Ada"] * 3
    assert await Session.all().count() == 1


async def test_each_exchange_prolongs_the_session(database: str) -> None:
    await ada()
    first = await session()
    await fetch("UPDATE session SET expires_at = now() + interval '1 minute'")
    await renewed(first["refreshToken"])
    (row,) = await fetch("SELECT expires_at > now() + interval '29 days' AS prolonged FROM session")
    assert row["prolonged"] is True


async def test_an_exchange_repeated_soon_is_answered_again(database: str) -> None:
    """The first answer was lost, or two tabs asked."""
    await ada()
    first = await session()
    pairs = await asyncio.gather(*(renewed(first["refreshToken"]) for _ in range(20)))
    assert len({pair["refreshToken"] for pair in pairs}) == 20
    assert len({(await renewed(pair["refreshToken"]))["refreshToken"] for pair in pairs}) == 20
    await used_before(15)
    assert await who((await renewed(first["refreshToken"]))["accessToken"]) == "Ada"


async def test_an_exchange_repeated_later_ends_the_whole_family(database: str) -> None:
    """Two have the token, and nobody can tell which of them is the thief."""
    await ada()
    other = await session()
    first = await session()
    second = await renewed(first["refreshToken"])
    await used_before(31)
    assert await refresh(first["refreshToken"]) == OVER
    assert await refresh(second["refreshToken"]) == OVER
    assert [await who(one["accessToken"]) for one in (first, second)] == [None, None]
    # Another sign-in of the same member goes on.
    assert await who((await renewed(other["refreshToken"]))["accessToken"]) == "Ada"


async def test_a_stolen_session_ends_with_what_is_open_in_it(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PATIENCE_SECONDS", 3600.0)
    await ada()
    first = await session()
    await renewed(first["refreshToken"])
    await used_before(31)
    thief = await viewer_of(INSTALLATION, f"Bearer {first['accessToken']}")
    async with reader_of(database) as reader, listener(reader, thief) as heard:
        answer = asyncio.create_task(heard.answer())
        await until(lambda: reader.waiting == 1)
        assert await refresh(first["refreshToken"]) == OVER
        with pytest.raises(SessionEnded):
            await answer


async def test_repeating_does_not_prolong_the_thirty_seconds(database: str) -> None:
    await ada()
    first = await session()
    await renewed(first["refreshToken"])
    await used_before(20)
    await renewed(first["refreshToken"])
    await used_before(11)
    assert await refresh(first["refreshToken"]) == OVER


async def test_signing_out_ends_every_token_of_the_session(database: str) -> None:
    await ada()
    other, first = await session(), await session()
    second = await renewed(first["refreshToken"])
    assert await sign_out(first["refreshToken"]) is True  # an older one serves as well
    assert [await who(one["accessToken"]) for one in (first, second, other)] == [None, None, "Ada"]
    assert await refresh(second["refreshToken"]) == OVER
    ended = (await Session.get(ended_at__not_isnull=True)).ended_at
    assert await sign_out(second["refreshToken"]) is True
    assert (await Session.get(ended_at__not_isnull=True)).ended_at == ended


@pytest.mark.parametrize("token", ["", "rubbish", "\x00", "\ud800", "x" * 100_000])
async def test_what_was_never_handed_out_renews_and_ends_nothing(database: str, token: str) -> None:
    await ada()
    first = await session()
    assert await refresh(token) == OVER
    assert await sign_out(token) is False
    assert await refresh(first["accessToken"]) == OVER
    assert await who(first["accessToken"]) == "Ada"


async def test_a_session_that_has_expired_is_over(database: str) -> None:
    await ada()
    first = await session()
    await fetch("UPDATE session SET expires_at = now()")
    assert await who(first["accessToken"]) is None
    assert await refresh(first["refreshToken"]) == OVER
    assert await RefreshToken.all().count() == 1


async def test_a_member_who_is_switched_off_is_out_at_once(database: str) -> None:
    await ada()
    first = await session()
    await Member.all().update(active=False)
    assert await who(first["accessToken"]) is None
    assert await refresh(first["refreshToken"]) == OVER


async def test_roles_and_kind_are_those_of_the_moment(database: str) -> None:
    member = await ada(kind=MemberKind.TUTOR)
    await make.learner(await member.organisation)
    token = f"Bearer {(await session())['accessToken']}"
    asked = '{ learners { nodes { id } } validateTracker(input: {type: "RUBBISH"}) { code } }'

    before = await ask_with(token, asked)
    assert [error["extensions"]["code"] for error in before["errors"]] == ["FORBIDDEN"]
    await Member.all().update(roles=[Role.CREATE_TRACKERS])
    after = await ask_with(token, asked)
    assert after["data"]["validateTracker"] == [{"code": "UNKNOWN_TYPE"}, {"code": "REQUIRED"}]
    assert after["data"]["learners"]["nodes"] == []
    await Member.all().update(kind=MemberKind.ADMINISTRATOR, roles=[])
    (learner,) = (await ask_with(token, "{ learners { nodes { id } } }"))["data"]["learners"]["nodes"]
    assert learner["id"]


async def test_what_is_asked_below_a_new_session_is_asked_by_its_member(database: str) -> None:
    member = await ada()
    first = await session()
    asked = REFRESH.replace("member { name }", "member { name } organisation { name processAutomations { key } }")
    answer = await ask_with(None, asked, token=first["refreshToken"])
    viewer = answer["data"]["refreshSession"]["session"]["viewer"]
    assert viewer["organisation"] == {"name": (await member.organisation).name, "processAutomations": []}
