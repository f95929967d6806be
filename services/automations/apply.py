"""Writing an automation's changes to the learner's record, which the caller has locked."""

from collections.abc import Sequence
from typing import Any

from models import Learner, LearningAim
from models.base import new_id
from models.database import fetch
from services.automations.learning_restarts import copied_columns
from services.automations.plan import RecordChange
from services.automations.snapshots import Proposal


async def write_record(learner: Learner, aims: Sequence[LearningAim], proposals: Sequence[Proposal]) -> None:
    """Write the proposed changes to the record; ``aims`` are all of the learner's aims.

    ``changed_at``, which imports consider, is set to the clock's time and not the transaction's: an import that began
    later may have held the learner's lock and committed first.
    """
    changes = [proposal.change for proposal in proposals if proposal.needs_write]
    if not changes:
        return
    now = (await fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    await Learner.filter(id=learner.id).update(**_column_values(changes, ""), changed_at=now)
    for aim in aims:
        if columns := _column_values(changes, str(aim.id)):
            await LearningAim.filter(id=aim.id).update(**columns)
    await _write_new_aims(aims, changes)


def _column_values(changes: Sequence[RecordChange], owner_id: str, *, new: bool = False) -> dict[str, Any]:
    return {
        change.field.column: change.field.to_column(change.after)
        for change in changes
        if change.owner_id == owner_id and change.new == new
    }


async def _write_new_aims(aims: Sequence[LearningAim], changes: Sequence[RecordChange]) -> None:
    restarted_aims = {change.aim.id: change.aim for change in changes if change.new and change.aim}
    last_sequence = max((aim.sequence for aim in aims), default=0)
    for sequence, (aim_id, aim) in enumerate(restarted_aims.items(), last_sequence + 1):
        await LearningAim.create(
            id=new_id(), sequence=sequence, **copied_columns(aim), **_column_values(changes, str(aim_id), new=True)
        )
