"""The reader of a LearningDelivery, the ILR's element for a learning aim.

The field names come from the ILR specification's entities LearningDelivery, LearningDeliveryFAM and HRSRecord. Lengths
and ranges are checked against its field definitions (rules FD_…). Codes are not checked against lists of valid codes,
except for CompStatus.
"""

from datetime import date

from services.imports.entry import AimEntry
from services.imports.ilr.element import ElementReader
from services.imports.ilr.xml import Element
from services.imports.report import EntryProblem

AIM_LEAVES = frozenset(
    {
        "LearnAimRef",
        "AimType",
        "AimSeqNumber",
        "LearnStartDate",
        "OrigLearnStartDate",
        "LearnPlanEndDate",
        "FundModel",
        "OTJActHours",
        "ProgType",
        "FworkCode",
        "PwayCode",
        "StdCode",
        "CompStatus",
        "LearnActEndDate",
        "WithdrawReason",
        "Outcome",
        "AchDate",
        "SWSupAimId",
        "LearnDelFAMType",
        "LearnDelFAMCode",
        "LearnDelFAMDateFrom",
        "LearnDelFAMDateTo",
        "HRSType",
        "HRSCode",
        "HRSAmount",
    }
)
AIM_PARENTS = frozenset({"LearningDeliveryFAM", "HRSRecord"})

_MAX_HOURS = 9999  # rule FD_OTJActHours_AR
_COMPLETION_STATUSES = {"", "1", "2", "3", "6"}  # rule CompStatus_01; an empty value is reported as missing
_ACTUAL_OFF_THE_JOB_HOURS = 3  # the HRSCode of an HRSRecord with HRSType HRS


def read_aim(element: Element, position: int, problems: list[EntryProblem]) -> AimEntry:
    """Convert a LearningDelivery to a learning aim, adding any problems to ``problems``.

    The returned aim must not be used if a problem was added. ``position`` is the aim's position in the learner, counted
    from 1: it identifies the aim in problems, and replaces a missing AimSeqNumber.
    """
    reader = ElementReader(element, problems, place=f"LearningDelivery {position}")
    aim = AimEntry(
        sequence=reader.number("AimSeqNumber", maximum=98) or position,
        reference=reader.text("LearnAimRef", 8, required=True) or "",
        aim_type=reader.number("AimType", required=True, maximum=9) or 0,
        start_date=reader.date("LearnStartDate", required=True) or date.min,
        completion_status=reader.number("CompStatus", required=True, maximum=9) or 0,
    )
    if reader.raw("CompStatus") not in _COMPLETION_STATUSES:
        reader.add_problem("CompStatus", "It must be 1, 2, 3 or 6.", "CompStatus_01")
    _read_codes(reader, aim)
    _read_dates(reader, aim)
    _read_monitoring_codes(element, reader, aim)
    _read_actual_hours(element, reader, aim)
    return aim


def _read_codes(reader: ElementReader, aim: AimEntry) -> None:
    """Read the identifier, the funding model, the programme, the outcome and the hours of the aim."""
    aim.software_aim_id = reader.text("SWSupAimId", 36)
    aim.fund_model = reader.number("FundModel", maximum=99)
    aim.programme_type = reader.number("ProgType", maximum=99)
    aim.standard_code = reader.number("StdCode", maximum=99999)
    aim.framework_code = reader.number("FworkCode", maximum=999)
    aim.pathway_code = reader.number("PwayCode", maximum=999)
    aim.outcome = reader.number("Outcome", maximum=9)
    aim.withdraw_reason = reader.number("WithdrawReason", maximum=99)
    aim.actual_hours = reader.number("OTJActHours", maximum=_MAX_HOURS)


def _read_dates(reader: ElementReader, aim: AimEntry) -> None:
    """Read OrigLearnStartDate, LearnPlanEndDate, LearnActEndDate and AchDate."""
    aim.original_start_date = reader.date("OrigLearnStartDate")
    aim.planned_end_date = reader.date("LearnPlanEndDate")
    aim.actual_end_date = reader.date("LearnActEndDate")
    aim.achievement_date = reader.date("AchDate")


def _read_monitoring_codes(element: Element, parent: ElementReader, aim: AimEntry) -> None:
    """Read the funding and monitoring codes (LearningDeliveryFAM).

    RES 1 is the restart indicator. LSF 1 is learning support funding, from LearnDelFAMDateFrom to LearnDelFAMDateTo; if
    there are several, the one with the latest start is used.
    """
    latest_start: date | None = None
    for child in element.children:
        if child.name == "LearningDeliveryFAM":
            reader = parent.child(child)
            code = reader.raw("LearnDelFAMType"), reader.raw("LearnDelFAMCode")
            if code == ("RES", "1"):
                aim.restart = True
            elif code == ("LSF", "1"):
                start, end = reader.date("LearnDelFAMDateFrom"), reader.date("LearnDelFAMDateTo")
                if latest_start is None or (start or date.min) >= latest_start:
                    latest_start = start or date.min
                    aim.learning_support_from, aim.learning_support_to = start, end


def _read_actual_hours(element: Element, parent: ElementReader, aim: AimEntry) -> None:
    """Read the actual off-the-job hours from an HRSRecord with HRSType HRS and HRSCode 3.

    The XML schema of 2026-27 records them there; those of earlier years use OTJActHours.
    """
    for child in element.children:
        if child.name == "HRSRecord":
            reader = parent.child(child)
            if reader.raw("HRSType") == "HRS" and reader.number("HRSCode") == _ACTUAL_OFF_THE_JOB_HOURS:
                aim.actual_hours = reader.number("HRSAmount", maximum=_MAX_HOURS)
