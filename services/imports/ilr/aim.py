"""The reader of a LearningDelivery, the ILR's element for a learning aim.

The field names come from the ILR specification's entities LearningDelivery, LearningDeliveryFAM and HRSRecord. Lengths
and ranges are checked against its field definitions (rules FD_…). Codes that are in no list are taken as they are,
except for CompStatus.
"""

from datetime import date
from typing import Any

from services.ilr.code_lists import RULES, codes_in, meanings
from services.imports.entry import AimEntry
from services.imports.ilr.element import ElementReader
from services.imports.ilr.xml import Element
from services.imports.report import EntryProblem, Severity

_REQUIRED = frozenset({"LearnAimRef", "AimType", "LearnStartDate", "CompStatus"})
_MAX_HOURS = 9999  # rule FD_OTJActHours_AR
_TEXTS = {"LearnAimRef": "reference", "SWSupAimId": "software_aim_id"}
_NUMBERS = {
    "AimType": ("aim_type", 9),
    "FundModel": ("fund_model", 99),
    "ProgType": ("programme_type", 99),
    "StdCode": ("standard_code", 99999),
    "FworkCode": ("framework_code", 999),
    "PwayCode": ("pathway_code", 999),
    "Outcome": ("outcome", 9),
    "WithdrawReason": ("withdraw_reason", 99),
    "OTJActHours": ("actual_hours", _MAX_HOURS),
}
_DATES = {
    "LearnStartDate": "start_date",
    "OrigLearnStartDate": "original_start_date",
    "LearnPlanEndDate": "planned_end_date",
    "LearnActEndDate": "actual_end_date",
    "AchDate": "achievement_date",
}
_MONITORING_LEAVES = frozenset({"LearnDelFAMType", "LearnDelFAMCode", "LearnDelFAMDateFrom", "LearnDelFAMDateTo"})
_HOURS_LEAVES = frozenset({"HRSType", "HRSCode", "HRSAmount"})

AIM_LEAVES = (
    frozenset({"AimSeqNumber", "CompStatus"})
    | _TEXTS.keys()
    | _NUMBERS.keys()
    | _DATES.keys()
    | _MONITORING_LEAVES
    | _HOURS_LEAVES
)
AIM_PARENTS = frozenset({"LearningDeliveryFAM", "HRSRecord"})

_COMPLETION_STATUSES = {"1", "2", "3", "6"}  # rule CompStatus_01
_ACTUAL_OFF_THE_JOB_HOURS = "3"  # the HRSCode of an HRSRecord with HRSType HRS


def read_aim(element: Element, position: int, problems: list[EntryProblem], *, year: str) -> AimEntry:
    """Convert a LearningDelivery of a return of an ILR year to a learning aim, adding any problems to ``problems``.

    ``position`` is the aim's position in the learner, counted from 1: it identifies the aim in problems, and replaces a
    missing AimSeqNumber.
    """
    reader = ElementReader(element, problems, place=f"LearningDelivery {position}", aim=position)
    values: dict[str, Any] = {"line": element.line, "position": position}
    values["sequence"] = reader.number("AimSeqNumber", minimum=1, maximum=98) or position
    values["completion_status"] = _read_completion_status(reader)
    for name, attribute in _TEXTS.items():
        values[attribute] = reader.text(name, required=name in _REQUIRED)
    for name, (attribute, maximum) in _NUMBERS.items():
        values[attribute] = reader.number(name, required=name in _REQUIRED, maximum=maximum)
        _check_year(reader, name, values[attribute], year)
    for name, attribute in _DATES.items():
        values[attribute] = reader.date(name, required=name in _REQUIRED)
    wrong = {attribute for name, attribute in _attributes() if name in reader.wrong}
    _read_monitoring_codes(element, reader, values, wrong)
    _read_actual_hours(element, reader, values, wrong)
    return AimEntry(**values, wrong=frozenset(wrong))


def _attributes() -> list[tuple[str, str]]:
    """Return the names of leaves with the attributes of their values."""
    numbers = [(name, attribute) for name, (attribute, _) in _NUMBERS.items()]
    others = [("AimSeqNumber", "sequence"), ("CompStatus", "completion_status")]
    return [*_TEXTS.items(), *numbers, *_DATES.items(), *others]


def _read_completion_status(reader: ElementReader) -> int | None:
    text = reader.raw("CompStatus")
    if text and text not in _COMPLETION_STATUSES:
        reader.add_problem("CompStatus", "It must be 1, 2, 3 or 6.", "CompStatus_01")
        return None
    return reader.number("CompStatus", required=True)


def _check_year(reader: ElementReader, name: str, code: int | None, year: str) -> None:
    """Add a problem if a code has ended before an ILR year, or begins after it.

    A code that is in no list is not judged, as not every list is known to be complete.
    """
    codes = codes_in(name, year) if name in RULES else None
    if codes is not None and code not in codes and code in meanings(name):
        allowed = ", ".join(map(str, codes))
        reader.add_problem(
            name, f"This code is not in the list of the ILR year {year}: it must be one of {allowed}.", RULES[name]
        )


def _read_monitoring_codes(element: Element, parent: ElementReader, values: dict[str, Any], wrong: set[str]) -> None:
    """Read the funding and monitoring codes (LearningDeliveryFAM).

    RES 1 is the restart indicator. LSF 1 is learning support funding, from LearnDelFAMDateFrom to LearnDelFAMDateTo; if
    there are several, the one with the latest start is used, and problems of the others are only warnings.
    """
    codes = [(parent.child(child), child) for child in element.children if child.name == "LearningDeliveryFAM"]
    values["restart"] = any(_code(reader) == ("RES", "1") for reader, _ in codes)
    supports = [child for reader, child in codes if _code(reader) == ("LSF", "1")]
    latest = max(enumerate(supports), key=lambda item: (_start(item[1]), item[0]), default=(0, None))[1]
    for child in supports:
        reader = parent.child(child, Severity.ERROR if child is latest else Severity.WARNING)
        start, end = reader.date("LearnDelFAMDateFrom"), reader.date("LearnDelFAMDateTo")
        if child is latest:
            values["learning_support_from"], values["learning_support_to"] = start, end
            names = {"LearnDelFAMDateFrom": "learning_support_from", "LearnDelFAMDateTo": "learning_support_to"}
            wrong.update(names[name] for name in reader.wrong)


def _code(reader: ElementReader) -> tuple[str, str]:
    return reader.raw("LearnDelFAMType"), reader.raw("LearnDelFAMCode")


def _start(child: Element) -> date:
    return ElementReader(child).date("LearnDelFAMDateFrom") or date.min


def _read_actual_hours(element: Element, parent: ElementReader, values: dict[str, Any], wrong: set[str]) -> None:
    """Read the actual off-the-job hours from an HRSRecord with HRSType HRS and HRSCode 3.

    The XML schema of 2026-27 records them there; those of earlier years use OTJActHours.
    """
    for child in element.children:
        if child.name == "HRSRecord":
            reader = parent.child(child)
            if reader.raw("HRSType") == "HRS" and reader.raw("HRSCode").lstrip("0") == _ACTUAL_OFF_THE_JOB_HOURS:
                values["actual_hours"] = reader.number("HRSAmount", maximum=_MAX_HOURS)
                wrong.update({"actual_hours"} if reader.wrong else ())
