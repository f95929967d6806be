"""Deletion of expired sign-in failures, sessions, tokens and devices."""

import datetime as dt

from models import Device, LearnerRead, PasswordToken, RefreshToken, Session, SignInFailures
from services.kernel.dates import today
from services.retention import delete_expired_rows
from tests.support import factories as make


async def test_only_expired_rows_are_deleted(database: str) -> None:
    ada = await make.member()
    now = make.now()
    long_ago, recently = now - dt.timedelta(days=31), now - dt.timedelta(days=29)
    expected_ids = []
    for expires_at, ended_at, is_kept in (
        (now + dt.timedelta(days=1), None, True),
        (recently, None, True),
        (now + dt.timedelta(days=1), recently, True),
        (long_ago, None, False),
        (now + dt.timedelta(days=1), long_ago, False),
    ):
        session = await Session.create(member=ada, expires_at=expires_at, ended_at=ended_at)
        await RefreshToken.create(session=session, digest=f"unused of {session.id}"[:64])
        await RefreshToken.create(session=session, digest=f"used of {session.id}"[:64], used_at=long_ago)
        expected_ids += [session.id] if is_kept else []
    for key, last_at, blocked_until in (
        ("fresh", now, None),
        ("stale", now - dt.timedelta(days=2), now - dt.timedelta(days=2)),
        ("blocked", now - dt.timedelta(days=2), now + dt.timedelta(minutes=1)),
    ):
        await SignInFailures.create(key=key, failures=3, last_at=last_at, blocked_until=blocked_until)

    await delete_expired_rows()

    assert sorted(session.id for session in await Session.all()) == sorted(expected_ids)
    assert sorted(token.session_id for token in await RefreshToken.all()) == sorted(expected_ids)
    assert sorted(failures.key for failures in await SignInFailures.all()) == ["blocked", "fresh"]


async def test_links_that_have_expired_and_devices_that_are_no_longer_used_are_deleted(database: str) -> None:
    ada = await make.member()
    now = make.now()
    for days in (29, 31):
        await PasswordToken.create(member=ada, digest=f"{days}", expires_at=now - dt.timedelta(days=days))
    for days in (364, 366):
        await Device.create(member=ada, last_used_at=now - dt.timedelta(days=days))

    await delete_expired_rows()

    assert [token.digest for token in await PasswordToken.all()] == ["29"]
    assert [(now - device.last_used_at).days for device in await Device.all()] == [364]


async def test_reads_of_records_are_kept_for_two_years(database: str) -> None:
    ada = await make.member()
    days = [today() - dt.timedelta(days=age) for age in (1_500, 1_000, 735, 725, 1)]
    for day in days:
        await make.learner_read(await make.learner(await ada.organisation), ada, day=day)

    await delete_expired_rows()

    assert [read.day for read in await LearnerRead.all().order_by("id")] == days[3:]
