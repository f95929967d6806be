"""Apprenticeship units: short programmes of 1 to 16 weeks, without a gateway, an agreement or off-the-job hours.

Source: apprenticeship unit funding rules, for units that start on or after 28 April 2026. Their public reference is AU
and four digits; their LearnAimRef is ZSC and five digits, and since 2026-27 their ProgType is 34.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Protocol

from models import Learner, LearningAim
from models.database import fetch
from services.ilr.aims import APPRENTICESHIP_UNIT, CONTINUING, STANDARD, read_aims

MIN_LENGTH, MAX_LENGTH = dt.timedelta(days=4), dt.timedelta(weeks=16)
"""The days from a unit's start to its planned end: from one working week to 16 weeks."""

_UNIT_AIM = re.compile("AU[0-9]{4}|ZSC[0-9]{5}")
_UNIT_PROGRAMME = re.compile(r"Apprenticeship unit\b|.*\bAU[0-9]{4}\b", re.IGNORECASE | re.DOTALL)


def is_unit_reference(reference: str) -> bool:
    """Return whether the public reference of a standard is that of an apprenticeship unit."""
    return reference.startswith("AU")


async def is_on_unit(learner: Learner, aims: Sequence[LearningAim] | None = None) -> bool:
    """Return whether a learner is on an apprenticeship unit: by the aims or, without any, by the programme's name.

    ``aims`` are all of the learner's; if they are None, they are read from the database.
    """
    if aims is None:
        aims = await read_aims(learner.id)
    if aims or learner.programme_id is None:
        return _are_of_unit(aims)
    (programme,) = await fetch("SELECT name FROM programme WHERE id = $1", learner.programme_id)
    return _UNIT_PROGRAMME.match(programme["name"]) is not None


class AimReference(Protocol):
    """What tells whether a learning aim, stored or read from a return, is of a unit."""

    reference: str
    programme_type: int | None


def is_unit_aim(aim: AimReference) -> bool:
    """Return whether a learning aim is of an apprenticeship unit: by its ProgType or, before 2026-27, its LearnAimRef."""
    return aim.programme_type == APPRENTICESHIP_UNIT or _UNIT_AIM.fullmatch(aim.reference) is not None


def _are_of_unit(aims: Sequence[LearningAim]) -> bool:
    """Return whether any of the continuing aims, or of all if none continues, is of a unit, and none of a standard."""
    current = [aim for aim in aims if aim.completion_status == CONTINUING] or aims
    return any(is_unit_aim(aim) for aim in current) and all(aim.programme_type != STANDARD for aim in current)
