"""The learning aims that start after a break: a break is never opened again, a new aim follows it.

Source: the ILR's provider support manual, on breaks in learning.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from models import LearningAim
from services.automations.record_fields import RecordValue
from services.automations.rules import CONTINUING, PROGRAMME_AIM
from services.forms.kinds.types import CanonicalValue

_CARRIED_ON = (
    "organisation_id",
    "learner_id",
    "reference",
    "aim_type",
    "fund_model",
    "programme_type",
    "standard_code",
    "framework_code",
    "pathway_code",
)


def restarted(
    restarts: Mapping[str, str], values: Mapping[str, CanonicalValue], aim: LearningAim
) -> dict[str, RecordValue]:
    """What the aim that follows ``aim`` after its break holds, by record field; nothing without a day of return."""
    start = values.get(restarts["start"])
    if not isinstance(start, str):
        return {}
    given = values.get(restarts["planned_end"]) if aim.aim_type == PROGRAMME_AIM else None
    return {
        "aim.startDate": start,
        "aim.originalStartDate": (aim.original_start_date or aim.start_date).isoformat(),
        "aim.plannedEndDate": str(given) if given is not None else _what_remained(aim, dt.date.fromisoformat(start)),
        "aim.completionStatus": CONTINUING,
        "aim.restart": True,
    }


def _what_remained(aim: LearningAim, start: dt.date) -> str | None:
    """The planned end: the day of return plus what of the planned time remained when the break began.

    An aim beyond its planned end had nothing left, not less: it may not end before it starts (LearnPlanEndDate_02).
    """
    if aim.planned_end_date is None or aim.actual_end_date is None:
        return None
    return (start + max(aim.planned_end_date - aim.actual_end_date, dt.timedelta())).isoformat()


def carried_on(aim: LearningAim) -> dict[str, Any]:
    """The columns that the new aim takes over from that of the break: what is studied, and how it is funded."""
    return {column: getattr(aim, column) for column in _CARRIED_ON}
