"""The reader of a LearningDelivery, the ILR's element for a learning aim.

The fields are those of the ILR specification's entities LearningDelivery, LearningDeliveryFAM and HRSRecord. Their
lengths and ranges are its field definitions (rules FD_…); any other code that the XML schema lets through is kept.
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

_MAX_HOURS = 9999  # of OTJActHours: rule FD_OTJActHours_AR
_COMPLETION_STATUSES = {"", "1", "2", "3", "6"}  # rule CompStatus_01; an empty one is reported as missing
_ACTUAL_OFF_THE_JOB_HOURS = 3  # the HRSCode of an HRSRecord with HRSType HRS


def read_aim(element: Element, position: int, problems: list[EntryProblem]) -> AimEntry:
    """Return the learning aim of a LearningDelivery; it can be used only if no problem was added.

    ``position`` counts the learner's aims from 1; it stands in for a missing AimSeqNumber, and is named in problems.
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
    _codes(reader, aim)
    _dates(reader, aim)
    _monitoring_codes(element, reader, aim)
    _actual_hours(element, reader, aim)
    return aim


def _codes(reader: ElementReader, aim: AimEntry) -> None:
    """Read SWSupAimId, the codes of the programme (ProgType, StdCode, FworkCode, PwayCode) and those of the result."""
    aim.software_aim_id = reader.text("SWSupAimId", 36)
    aim.fund_model = reader.number("FundModel", maximum=99)
    aim.programme_type = reader.number("ProgType", maximum=99)
    aim.standard_code = reader.number("StdCode", maximum=99999)
    aim.framework_code = reader.number("FworkCode", maximum=999)
    aim.pathway_code = reader.number("PwayCode", maximum=999)
    aim.outcome = reader.number("Outcome", maximum=9)
    aim.withdraw_reason = reader.number("WithdrawReason", maximum=99)
    aim.actual_hours = reader.number("OTJActHours", maximum=_MAX_HOURS)


def _dates(reader: ElementReader, aim: AimEntry) -> None:
    """Read OrigLearnStartDate, LearnPlanEndDate, LearnActEndDate and AchDate."""
    aim.original_start_date = reader.date("OrigLearnStartDate")
    aim.planned_end_date = reader.date("LearnPlanEndDate")
    aim.actual_end_date = reader.date("LearnActEndDate")
    aim.achievement_date = reader.date("AchDate")


def _monitoring_codes(element: Element, parent: ElementReader, aim: AimEntry) -> None:
    """Read the funding and monitoring codes (LearningDeliveryFAM).

    RES 1 is the restart indicator. LSF 1 is learning support funding, from LearnDelFAMDateFrom to LearnDelFAMDateTo; of
    several the one that starts last counts.
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


def _actual_hours(element: Element, parent: ElementReader, aim: AimEntry) -> None:
    """Read the actual off-the-job hours from an HRSRecord with HRSType HRS and HRSCode 3.

    The XML schema of 2026-27 has them there; those of earlier years have OTJActHours.
    """
    for child in element.children:
        if child.name == "HRSRecord":
            reader = parent.child(child)
            if reader.raw("HRSType") == "HRS" and reader.number("HRSCode") == _ACTUAL_OFF_THE_JOB_HOURS:
                aim.actual_hours = reader.number("HRSAmount", maximum=_MAX_HOURS)
