"""Derivation of a learner's programme and programme status from the learning aims.

A programme aim has AimType 1. The codes come from the ILR specification of AimType, CompStatus, Outcome and ProgType.
"""

from collections.abc import Sequence

from models import ProgrammeStatus
from services.ilr.aims import APPRENTICESHIP_UNIT, CONTINUING, PROGRAMME_AIM, is_through_gateway
from services.ilr.units import is_unit_aim
from services.imports.entry import AimEntry

NO_PROGRAMME = "No programme"

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
    APPRENTICESHIP_UNIT: "Apprenticeship unit",
}


def programme_status(aims: Sequence[AimEntry]) -> ProgrammeStatus:
    """Return the programme status of a learner with these learning aims, of which there must be at least one.

    The programme aims decide: the status is ACTIVE if one of them is continuing, or else ENTERED_EPA if one is through
    the gateway, even while another aim, such as English, goes on. Otherwise the status is ACTIVE if any aim is
    continuing, and else follows from the CompStatus of the newest programme aim or, without a programme aim, of the
    newest aim: the one with the latest LearnStartDate, or the last of equal dates.
    """
    ordered = [aim for _, aim in sorted(enumerate(aims), key=lambda item: (item[1].start_date, item[0]))]
    programme_aims = [aim for aim in ordered if aim.aim_type == PROGRAMME_AIM]
    if any(_is_continuing(aim) for aim in programme_aims):
        return ProgrammeStatus.ACTIVE
    if any(is_through_gateway(aim) and not _is_superseded(aim, programme_aims) for aim in programme_aims):
        return ProgrammeStatus.ENTERED_EPA
    if any(_is_continuing(aim) for aim in aims):
        return ProgrammeStatus.ACTIVE
    return _STATUS_BY_COMP_STATUS[(programme_aims or ordered)[-1].completion_status]


def _is_continuing(aim: AimEntry) -> bool:
    return aim.completion_status == CONTINUING and not is_through_gateway(aim)


def _is_superseded(aim: AimEntry, programme_aims: Sequence[AimEntry]) -> bool:
    """Return whether a later programme aim is of the same standard, as after a restart: then that one decides."""
    later = programme_aims[programme_aims.index(aim) + 1 :]
    return any(
        (other.programme_type, other.standard_code) == (aim.programme_type, aim.standard_code) for other in later
    )


def programme_name(aims: Sequence[AimEntry]) -> str:
    """Return the name of the learner's programme, or ``NO_PROGRAMME`` if no aim has a ProgType or is of a unit.

    Of these aims, programme aims take precedence over others, then continuing aims over ended ones, then
    newer aims over older ones.
    """
    candidates = [
        (position, aim) for position, aim in enumerate(aims) if aim.programme_type is not None or is_unit_aim(aim)
    ]
    if not candidates:
        return NO_PROGRAMME
    return _aim_programme_name(max(candidates, key=_precedence)[1])


def _precedence(item: tuple[int, AimEntry]) -> tuple[object, ...]:
    position, aim = item
    return aim.aim_type == PROGRAMME_AIM, aim.completion_status == CONTINUING, aim.start_date, position


def _aim_programme_name(aim: AimEntry) -> str:
    programme_type = aim.programme_type
    if programme_type is None:
        return _NAME_BY_PROGRAMME_TYPE[APPRENTICESHIP_UNIT]  # returns of 2025-26 have no ProgType for units
    if aim.standard_code is not None and programme_type != APPRENTICESHIP_UNIT:
        return f"Standard {aim.standard_code} (ProgType {programme_type})"
    if aim.framework_code is not None:
        return f"Framework {aim.framework_code} (ProgType {programme_type})"
    return f"{_NAME_BY_PROGRAMME_TYPE.get(programme_type, 'Programme')} (ProgType {programme_type})"
