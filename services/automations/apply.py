"""Carrying out a plan in the learner's record, which the caller has locked."""

from collections.abc import Sequence
from typing import Any

from models import Learner, LearningAim
from models.base import new_id
from models.database import fetch
from services.automations.restarts import carried_on
from services.automations.snapshots import Proposal


async def write_record(learner: Learner, aims: Sequence[LearningAim], found: Sequence[Proposal]) -> None:
    """Make the record what the plan says; ``aims`` are all that the learner has.

    The record counts as changed here, which an import heeds, at the clock's time and not the transaction's: the
    learner may have waited for an import that began later and ended before.
    """
    written = [item for item in found if item.writes]
    if not written:
        return
    now = (await fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    await Learner.filter(id=learner.id).update(**_columns(written, ""), changed_at=now)
    for aim in aims:
        if columns := _columns(written, str(aim.id)):
            await LearningAim.filter(id=aim.id).update(**columns)
    await _write_new_aims(aims, written)


def _columns(written: Sequence[Proposal], owner: str, *, new: bool = False) -> dict[str, Any]:
    return {
        item.change.field.column: item.change.field.column_value(item.change.after)
        for item in written
        if item.change.owner == owner and item.change.new == new
    }


async def _write_new_aims(aims: Sequence[LearningAim], written: Sequence[Proposal]) -> None:
    after = {item.change.aim.id: item.change.aim for item in written if item.change.new and item.change.aim}
    sequence = max((aim.sequence for aim in aims), default=0)
    for place, (aim_id, aim) in enumerate(after.items(), sequence + 1):
        await LearningAim.create(
            id=new_id(), sequence=place, **carried_on(aim), **_columns(written, str(aim_id), new=True)
        )
