"""Which programme a learner is on and where they stand in it, by their learning aims."""

from collections.abc import Sequence

from models import ProgrammeStatus
from services.imports.entry import AimEntry

NO_PROGRAMME = "No programme"

_PROGRAMME_AIM = 1
_CONTINUING = 1
_STATUS = {
    1: ProgrammeStatus.ACTIVE,
    2: ProgrammeStatus.COMPLETE,
    3: ProgrammeStatus.WITHDRAWN,
    6: ProgrammeStatus.ON_A_BREAK,
}
# Programme types that have neither a standard nor a framework.
_TYPES = {
    24: "Traineeship",
    30: "T Level foundation year",
    31: "T Level",
    32: "Skills Bootcamp",
    34: "Apprenticeship unit",
}


def programme_status(aims: Sequence[AimEntry]) -> ProgrammeStatus:
    """ACTIVE if any aim continues, else as the newest programme aim stands, else as the newest aim does.

    The newest is the one that started last, or stands last in the return.
    """
    if any(aim.completion_status == _CONTINUING for aim in aims):
        return ProgrammeStatus.ACTIVE
    candidates = [aim for aim in aims if aim.aim_type == _PROGRAMME_AIM] or aims
    newest = max(enumerate(candidates), key=lambda item: (item[1].start_date, item[0]))[1]
    return _STATUS[newest.completion_status]


def programme_name(aims: Sequence[AimEntry]) -> str:
    """The name of the programme: that of the newest programme aim, continuing ones first.

    Without a programme aim any aim with a ProgType serves; without one there is no programme.
    """
    candidates = [(position, aim) for position, aim in enumerate(aims) if aim.programme_type is not None]
    if not candidates:
        return NO_PROGRAMME
    return _name(max(candidates, key=_precedence)[1])


def _precedence(item: tuple[int, AimEntry]) -> tuple[object, ...]:
    position, aim = item
    return aim.aim_type == _PROGRAMME_AIM, aim.completion_status == _CONTINUING, aim.start_date, position


def _name(aim: AimEntry) -> str:
    kind = aim.programme_type
    if aim.standard_code is not None:
        return f"Standard {aim.standard_code} (ProgType {kind})"
    if aim.framework_code is not None:
        return f"Framework {aim.framework_code} (ProgType {kind})"
    return f"{_TYPES.get(kind or 0, 'Programme')} (ProgType {kind})"
