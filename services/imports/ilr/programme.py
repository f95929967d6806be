"""The programme and the programme status of a learner, derived from the learning aims.

A programme aim has AimType 1. The codes are those of the ILR specification's fields AimType, CompStatus and ProgType.
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
# ProgTypes of programmes with neither a standard (StdCode) nor a framework (FworkCode).
_PROGRAMME_TYPES = {
    24: "Traineeship",
    30: "T Level foundation year",
    31: "T Level",
    32: "Skills Bootcamp",
    34: "Apprenticeship unit",
}


def programme_status(aims: Sequence[AimEntry]) -> ProgrammeStatus:
    """Return ACTIVE if any aim continues, else the status of the newest programme aim, else that of the newest aim.

    The newest aim has the latest LearnStartDate; of equal ones, it is the last in the return.
    """
    if any(aim.completion_status == _CONTINUING for aim in aims):
        return ProgrammeStatus.ACTIVE
    candidates = [aim for aim in aims if aim.aim_type == _PROGRAMME_AIM] or aims
    newest = max(enumerate(candidates), key=lambda item: (item[1].start_date, item[0]))[1]
    return _STATUS_BY_COMP_STATUS[newest.completion_status]


def programme_name(aims: Sequence[AimEntry]) -> str:
    """Return the name of the programme: that of the newest programme aim, continuing ones first.

    Without a programme aim any aim with a ProgType is used; without one it is ``NO_PROGRAMME``.
    """
    candidates = [(position, aim) for position, aim in enumerate(aims) if aim.programme_type is not None]
    if not candidates:
        return NO_PROGRAMME
    return _name(max(candidates, key=_precedence)[1])


def _precedence(item: tuple[int, AimEntry]) -> tuple[object, ...]:
    position, aim = item
    return aim.aim_type == _PROGRAMME_AIM, aim.completion_status == _CONTINUING, aim.start_date, position


def _name(aim: AimEntry) -> str:
    programme_type = aim.programme_type
    if aim.standard_code is not None:
        return f"Standard {aim.standard_code} (ProgType {programme_type})"
    if aim.framework_code is not None:
        return f"Framework {aim.framework_code} (ProgType {programme_type})"
    return f"{_PROGRAMME_TYPES.get(programme_type or 0, 'Programme')} (ProgType {programme_type})"
