"""Derivation of a learner's programme and programme status from the learning aims.

A programme aim has AimType 1. The codes come from the ILR specification of AimType, CompStatus and ProgType.
"""

from collections.abc import Sequence

from models import ProgrammeStatus
from services.imports.entry import AimEntry

NO_PROGRAMME = "No programme"

_PROGRAMME_AIM = 1
_CONTINUING = 1
_STATUS_BY_COMP_STATUS = {
    1: ProgrammeStatus.ACTIVE,
    2: ProgrammeStatus.COMPLETE,
    3: ProgrammeStatus.WITHDRAWN,
    6: ProgrammeStatus.ON_A_BREAK,
}
# The names of programmes without a standard (StdCode) or a framework (FworkCode), by ProgType.
_NAME_BY_PROGRAMME_TYPE = {
    24: "Traineeship",
    30: "T Level foundation year",
    31: "T Level",
    32: "Skills Bootcamp",
    34: "Apprenticeship unit",
}


def programme_status(aims: Sequence[AimEntry]) -> ProgrammeStatus:
    """Return the programme status of a learner with these learning aims, of which there must be at least one.

    The status is ACTIVE if any aim is continuing. Otherwise it follows from the CompStatus of the newest programme aim
    or, without a programme aim, of the newest aim: the one with the latest LearnStartDate, or the last of equal dates.
    """
    if any(aim.completion_status == _CONTINUING for aim in aims):
        return ProgrammeStatus.ACTIVE
    candidates = [aim for aim in aims if aim.aim_type == _PROGRAMME_AIM] or aims
    newest = max(enumerate(candidates), key=lambda item: (item[1].start_date, item[0]))[1]
    return _STATUS_BY_COMP_STATUS[newest.completion_status]


def programme_name(aims: Sequence[AimEntry]) -> str:
    """Return the name of the learner's programme, or ``NO_PROGRAMME`` if no aim has a ProgType.

    Of the aims with a ProgType, programme aims take precedence over others, then continuing aims over ended ones, then
    newer aims over older ones.
    """
    candidates = [(position, aim) for position, aim in enumerate(aims) if aim.programme_type is not None]
    if not candidates:
        return NO_PROGRAMME
    return _aim_programme_name(max(candidates, key=_precedence)[1])


def _precedence(item: tuple[int, AimEntry]) -> tuple[object, ...]:
    position, aim = item
    return aim.aim_type == _PROGRAMME_AIM, aim.completion_status == _CONTINUING, aim.start_date, position


def _aim_programme_name(aim: AimEntry) -> str:
    programme_type = aim.programme_type
    if aim.standard_code is not None:
        return f"Standard {aim.standard_code} (ProgType {programme_type})"
    if aim.framework_code is not None:
        return f"Framework {aim.framework_code} (ProgType {programme_type})"
    return f"{_NAME_BY_PROGRAMME_TYPE.get(programme_type or 0, 'Programme')} (ProgType {programme_type})"
