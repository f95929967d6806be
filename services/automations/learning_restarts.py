"""Restarting learning aims after a break: the aim on a break stays closed, and a new aim follows it.

Source: the ILR provider support manual, on breaks in learning.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from models import LearningAim
from services.automations.record_fields import RecordValue
from services.forms.kinds.types import CanonicalValue
from services.ilr.aims import CONTINUING, PROGRAMME_AIM

_COPIED_COLUMNS = (
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


def restart_values(
    restarts: Mapping[str, str], values: Mapping[str, CanonicalValue], aim: LearningAim
) -> dict[str, RecordValue]:
    """Return the values, by record field, of the aim that restarts ``aim``; an empty dict without a return date."""
    start = values.get(restarts["start"])
    if not isinstance(start, str):
        return {}
    planned_end = values.get(restarts["planned_end"]) if aim.aim_type == PROGRAMME_AIM else None
    return {
        "aim.startDate": start,
        "aim.originalStartDate": (aim.original_start_date or aim.start_date).isoformat(),
        "aim.plannedEndDate": str(planned_end) if planned_end is not None else _postponed_end(aim, start),
        "aim.completionStatus": CONTINUING,
        "aim.restart": True,
    }


def _postponed_end(aim: LearningAim, start: str) -> str | None:
    """Return the return date plus the planned time that remained when the break began.

    If the aim was past its planned end, no time remained: an aim may not end before it starts (LearnPlanEndDate_02).
    """
    if aim.planned_end_date is None or aim.actual_end_date is None:
        return None
    remaining = max(aim.planned_end_date - aim.actual_end_date, dt.timedelta())
    return (dt.date.fromisoformat(start) + remaining).isoformat()


def copied_columns(aim: LearningAim) -> dict[str, Any]:
    """Return the columns that the new aim copies from the aim on a break: what is studied and how it is funded."""
    return {column: getattr(aim, column) for column in _COPIED_COLUMNS}
