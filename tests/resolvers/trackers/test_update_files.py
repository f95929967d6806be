"""Files that an update attaches to a tracker."""

import asyncio

from models import StoredFile
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import change, new_tracker, update, update_errors, update_event, update_ok
from tests.support.scenarios.college import college
from tests.support.scenarios.uploads import create_upload, evidence_values


async def test_an_update_attaches_uploads_and_history_has_their_names(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    slip, letter = await create_upload(tenant, tenant.bob), await create_upload(tenant, tenant.ada, "letter.png")
    found = await update_event(tenant.bob, tracker, values=evidence_values(slip))
    assert found["changes"] == [change("values.evidence", "Evidence", None, "slip.png")]
    # Another adds to it, and keeps what is there though it is not theirs.
    found = await update_event(tenant.ada, tracker, values=evidence_values(slip, letter))
    assert found["changes"] == [change("values.evidence", "Evidence", "slip.png", "slip.png, letter.png")]
    assert {row.tracker_id for row in await StoredFile.all()} == {tracker.id}
    # What was taken out is still the tracker's, and may come back.
    await update_ok(tenant.ada, tracker, values=[{"key": "evidence", "value": None}])
    await update_ok(tenant.ada, tracker, values=evidence_values(slip))


async def test_files_that_the_viewer_cannot_attach_are_not_found(database: str) -> None:
    tenant, elsewhere = await college(), await college()
    tracker, other = await new_tracker(tenant), await new_tracker(tenant)
    theirs, foreign = await create_upload(tenant, tenant.bob), await create_upload(elsewhere, elsewhere.ada)
    half, elsewhere_used = (
        await create_upload(tenant, tenant.ada, complete=False),
        await create_upload(tenant, tenant.ada),
    )
    await update_ok(tenant.ada, other, values=evidence_values(elsewhere_used))
    for file in (theirs, foreign, half, elsewhere_used):
        assert [
            (one["path"], one["code"]) for one in await update_errors(tenant.ada, tracker, values=evidence_values(file))
        ] == [(["values", "evidence"], "NOT_FOUND")]


async def test_of_two_concurrent_updates_with_one_file_one_attaches_it(database: str) -> None:
    tenant = await college()
    for _ in range(3):
        trackers, file = (
            [await new_tracker(tenant), await new_tracker(tenant)],
            await create_upload(tenant, tenant.ada),
        )
        both = await asyncio.gather(
            *(update(tenant.ada, one, version=1, values=evidence_values(file)) for one in trackers)
        )
        winner, loser = sorted(both, key=lambda payload: len(payload["errors"]))
        assert winner["errors"] == []
        assert [(one["path"], one["code"]) for one in loser["errors"]] == [(["values", "evidence"], "NOT_FOUND")]
        (row,) = [one for one in trackers if gid(one) == winner["tracker"]["id"]]
        assert (await StoredFile.get(id=file.id)).tracker_id == row.id
