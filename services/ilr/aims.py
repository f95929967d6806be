"""What the ILR's codes of a learning aim say about it."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from models import LearningAim
from models.database import fetch
from models.rows import columns, rows

PROGRAMME_AIM = 1
"""The AimType of a programme aim."""
CONTINUING = 1
"""The CompStatus of an aim that goes on, or whose assessment is still to come."""
OUTCOME_NOT_KNOWN = 8
"""The Outcome of an aim whose learning is complete while its result is not known."""
STANDARD, APPRENTICESHIP_UNIT = 25, 34
"""The ProgType of apprenticeship standards (foundation apprenticeships among them) and of apprenticeship units."""


class AimCodes(Protocol):
    """The codes of a learning aim, stored or read from a return."""

    aim_type: int
    programme_type: int | None
    completion_status: int
    outcome: int | None
    actual_end_date: dt.date | None


def is_through_gateway(aim: AimCodes) -> bool:
    """Return whether an aim is the programme aim of an apprenticeship standard that is through the gateway.

    Its training has ended, and its assessment (EPA) has not: CompStatus stays 1 until both have, with Outcome 8 and the
    end of training as LearnActEndDate (the ILR specification of CompStatus and Outcome; rules CompStatus_02 and
    CompStatus_05 allow it for standards only). The funding model is not asked, because a standard that is funded by
    other means has a gateway too.
    """
    return (
        aim.aim_type == PROGRAMME_AIM
        and aim.programme_type == STANDARD
        and aim.completion_status == CONTINUING
        and aim.outcome == OUTCOME_NOT_KNOWN
        and aim.actual_end_date is not None
    )


async def read_aims(learner_id: UUID) -> Sequence[LearningAim]:
    """Read all aims of a learner, in the order of the return."""
    statement = f"SELECT {columns(LearningAim, 'aim')} FROM learning_aim aim WHERE learner_id = $1 ORDER BY sequence"
    return rows(LearningAim, "aim", await fetch(statement, learner_id))
