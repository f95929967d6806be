"""Tests of the files that an update attaches to a tracker."""

import asyncio

from models import StoredFile
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import (
    change,
    new_tracker,
    update,
    update_and_get_errors,
    update_and_get_event,
    update_successfully,
)
from tests.support.scenarios.college import college
from tests.support.scenarios.uploads import create_upload, evidence_values


async def test_an_update_attaches_uploads_and_the_history_shows_their_names(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    slip, letter = await create_upload(tenant, tenant.bob), await create_upload(tenant, tenant.ada, "letter.png")
    event = await update_and_get_event(tenant.bob, tracker, values=evidence_values(slip))
    assert event["changes"] == [change("values.evidence", "Evidence", None, "slip.png")]
    # Another member adds a file, and keeps the first although they did not upload it.
    event = await update_and_get_event(tenant.ada, tracker, values=evidence_values(slip, letter))
    assert event["changes"] == [change("values.evidence", "Evidence", "slip.png", "slip.png, letter.png")]
    assert {row.tracker_id for row in await StoredFile.all()} == {tracker.id}
    # A removed file still belongs to the tracker, and can be added again.
    await update_successfully(tenant.ada, tracker, values=[{"key": "evidence", "value": None}])
    await update_successfully(tenant.ada, tracker, values=evidence_values(slip))


async def test_files_that_the_viewer_cannot_attach_are_not_found(database: str) -> None:
    tenant, elsewhere = await college(), await college()
    tracker, other = await new_tracker(tenant), await new_tracker(tenant)
    other_members, other_organisations = (
        await create_upload(tenant, tenant.bob),
        await create_upload(elsewhere, elsewhere.ada),
    )
    unfinished, already_attached = (
        await create_upload(tenant, tenant.ada, complete=False),
        await create_upload(tenant, tenant.ada),
    )
    await update_successfully(tenant.ada, other, values=evidence_values(already_attached))
    for file in (other_members, other_organisations, unfinished, already_attached):
        assert [
            (error["path"], error["code"])
            for error in await update_and_get_errors(tenant.ada, tracker, values=evidence_values(file))
        ] == [(["values", "evidence"], "NOT_FOUND")]


async def test_only_one_of_two_concurrent_updates_attaches_the_same_file(database: str) -> None:
    tenant = await college()
    for _ in range(3):
        trackers, file = (
            [await new_tracker(tenant), await new_tracker(tenant)],
            await create_upload(tenant, tenant.ada),
        )
        payloads = await asyncio.gather(
            *(update(tenant.ada, tracker, version=1, values=evidence_values(file)) for tracker in trackers)
        )
        winner, loser = sorted(payloads, key=lambda payload: len(payload["errors"]))
        assert winner["errors"] == []
        assert [(error["path"], error["code"]) for error in loser["errors"]] == [(["values", "evidence"], "NOT_FOUND")]
        (tracker,) = [tracker for tracker in trackers if gid(tracker) == winner["tracker"]["id"]]
        assert (await StoredFile.get(id=file.id)).tracker_id == tracker.id
