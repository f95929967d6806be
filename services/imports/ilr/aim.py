"""A LearningDelivery of the ILR as a learning aim."""

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

_MOST_HOURS = 9999
_COMPLETION_STATUSES = {"", "1", "2", "3", "6"}  # empty is told as missing
_ACTUAL_HOURS = 3  # the HRSCode of an HRSRecord of type HRS


def read_aim(element: Element, position: int, problems: list[EntryProblem]) -> AimEntry:
    """The aim, of use only if no problem was added."""
    reader = ElementReader(element, problems, place=f"LearningDelivery {position}")
    aim = AimEntry(
        sequence=reader.number("AimSeqNumber", most=98) or position,
        reference=reader.text("LearnAimRef", 8, required=True) or "",
        aim_type=reader.number("AimType", required=True, most=9) or 0,
        start_date=reader.date("LearnStartDate", required=True) or date.min,
        completion_status=reader.number("CompStatus", required=True, most=9) or 0,
    )
    if reader.raw("CompStatus") not in _COMPLETION_STATUSES:
        reader.problem("CompStatus", "It must be 1, 2, 3 or 6.", "CompStatus_01")
    _codes(reader, aim)
    _dates(reader, aim)
    _monitoring(element, reader, aim)
    _hours(element, reader, aim)
    return aim


def _codes(reader: ElementReader, aim: AimEntry) -> None:
    aim.software_aim_id = reader.text("SWSupAimId", 36)
    aim.fund_model = reader.number("FundModel", most=99)
    aim.programme_type = reader.number("ProgType", most=99)
    aim.standard_code = reader.number("StdCode", most=99999)
    aim.framework_code = reader.number("FworkCode", most=999)
    aim.pathway_code = reader.number("PwayCode", most=999)
    aim.outcome = reader.number("Outcome", most=9)
    aim.withdraw_reason = reader.number("WithdrawReason", most=99)
    aim.actual_hours = reader.number("OTJActHours", most=_MOST_HOURS)


def _dates(reader: ElementReader, aim: AimEntry) -> None:
    aim.original_start_date = reader.date("OrigLearnStartDate")
    aim.planned_end_date = reader.date("LearnPlanEndDate")
    aim.actual_end_date = reader.date("LearnActEndDate")
    aim.achievement_date = reader.date("AchDate")


def _monitoring(element: Element, parent: ElementReader, aim: AimEntry) -> None:
    """RES 1 marks a restart; the newest LSF 1 says from when until when there is learning support."""
    newest: date | None = None
    for child in element.children:
        if child.name == "LearningDeliveryFAM":
            reader = parent.below(child)
            kind = reader.raw("LearnDelFAMType"), reader.raw("LearnDelFAMCode")
            if kind == ("RES", "1"):
                aim.restart = True
            elif kind == ("LSF", "1"):
                start, end = reader.date("LearnDelFAMDateFrom"), reader.date("LearnDelFAMDateTo")
                if newest is None or (start or date.min) >= newest:
                    newest = start or date.min
                    aim.learning_support_from, aim.learning_support_to = start, end


def _hours(element: Element, parent: ElementReader, aim: AimEntry) -> None:
    """From 2026-27 the actual off-the-job hours stand in an HRSRecord, before that in OTJActHours."""
    for child in element.children:
        if child.name == "HRSRecord":
            reader = parent.below(child)
            if reader.raw("HRSType") == "HRS" and reader.number("HRSCode") == _ACTUAL_HOURS:
                aim.actual_hours = reader.number("HRSAmount", most=_MOST_HOURS)
