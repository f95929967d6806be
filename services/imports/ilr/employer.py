"""The reader of the employer from the learner's employment statuses (LearnerEmploymentStatus)."""

from datetime import date

from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.ilr.element import ElementReader
from services.imports.ilr.xml import Element
from services.imports.report import Severity

EMPLOYMENT_LEAVES = frozenset({"EmpStat", "DateEmpStatApp", "EmpId"})
EMPLOYMENT_STATUS = "LearnerEmploymentStatus"

# Codes of EmpStat.
_IN_PAID_EMPLOYMENT = 10
_NOT_KNOWN = 98

_MAX_STATUS = 99


def read_employer(element: Element, entry: LearnerEntry) -> None:
    """Read the employer from the LearnerEmploymentStatus with the latest DateEmpStatApp.

    If several have that date, the last one is used. If it has no EmpId, the learner's employer is cleared, unless
    EmpStat is 10 (in paid employment) or 98 (not known), which leave the stored employer unchanged.

    Of all statuses only the latest EmpId is stored; other wrong values are only warned of.
    """
    statuses = [child for child in element.children if child.name == EMPLOYMENT_STATUS]
    latest = max(enumerate(statuses), key=lambda item: (_date(item[1]), item[0]), default=(0, None))[1]
    for child in statuses:
        reader = ElementReader(child, entry.problems, EMPLOYMENT_STATUS, severity=Severity.WARNING)
        status, _ = reader.number("EmpStat", maximum=_MAX_STATUS), reader.date("DateEmpStatApp")
        if child is not latest:
            reader.formatted("EmpId")
            continue
        reader.severity = Severity.ERROR
        if number := reader.formatted("EmpId"):
            entry.values["employer"] = EmployerReference(number, number)
        elif "EmpId" not in reader.wrong and status not in (None, _IN_PAID_EMPLOYMENT, _NOT_KNOWN):
            entry.values["employer"] = None


def _date(status: Element) -> date:
    return ElementReader(status).date("DateEmpStatApp") or date.min
