"""Write an automation's changes to the learner's record, which the caller has locked."""

from collections.abc import Sequence
from typing import Any

from models import Learner, LearningAim
from models.base import new_id
from models.database import fetch
from services.automations.learning_restarts import copied_columns
from services.automations.snapshots import Proposal


async def write_record(learner: Learner, aims: Sequence[LearningAim], proposals: Sequence[Proposal]) -> None:
    """Write the proposals to the record; ``aims`` are all that the learner has.

    The record is marked as changed, which an import considers, at the clock's time and not the transaction's: the
    learner's lock may have been held by an import that began later and ended before.
    """
    written = [proposal for proposal in proposals if proposal.writes]
    if not written:
        return
    now = (await fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    await Learner.filter(id=learner.id).update(**_columns(written, ""), changed_at=now)
    for aim in aims:
        if columns := _columns(written, str(aim.id)):
            await LearningAim.filter(id=aim.id).update(**columns)
    await _write_new_aims(aims, written)


def _columns(written: Sequence[Proposal], owner: str, *, new: bool = False) -> dict[str, Any]:
    changes = (proposal.change for proposal in written)
    return {
        change.field.column: change.field.to_column(change.after)
        for change in changes
        if change.owner == owner and change.new == new
    }


async def _write_new_aims(aims: Sequence[LearningAim], written: Sequence[Proposal]) -> None:
    changes = (proposal.change for proposal in written)
    resumed = {change.aim.id: change.aim for change in changes if change.new and change.aim}
    last_sequence = max((aim.sequence for aim in aims), default=0)
    for sequence, (aim_id, aim) in enumerate(resumed.items(), last_sequence + 1):
        await LearningAim.create(
            id=new_id(), sequence=sequence, **copied_columns(aim), **_columns(written, str(aim_id), new=True)
        )
