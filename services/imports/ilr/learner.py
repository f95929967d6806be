"""The reader of the learners in an ILR return.

The year is taken from the XML namespace. Elements that are not listed here or in ``aim`` are skipped. The field names
come from the ILR specification's entities Learner and LearnerEmploymentStatus, and the names of rules from the official
ILR validation rules.
"""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.ilr.aim import AIM_LEAVES, AIM_PARENTS, read_aim
from services.imports.ilr.element import ElementReader
from services.imports.ilr.programme import programme_name, programme_status
from services.imports.ilr.xml import Element, read_learners

_LEAVES = frozenset(
    {
        "LearnRefNumber",
        "ULN",
        "FamilyName",
        "GivenNames",
        "NINumber",
        "Postcode",
        "AddLine1",
        "AddLine2",
        "AddLine3",
        "AddLine4",
        "EmpStat",
        "DateEmpStatApp",
        "EmpId",
    }
)
_PARENTS = frozenset({"LearnerEmploymentStatus", "LearningDelivery"})

# Codes of EmpStat.
_IN_PAID_EMPLOYMENT = 10
_NOT_KNOWN = 98


def read_ilr_return(stream: BinaryIO, file: str) -> Iterator[tuple[str, LearnerEntry]]:
    """Yield each learner of an ILR return, together with the return's year (for example ``2019-20``).

    Problems are collected in the entries. Raises UnreadableFileError, possibly after some learners have been yielded.
    """
    leaves, parents = _LEAVES | AIM_LEAVES, _PARENTS | AIM_PARENTS
    for year, element in read_learners(stream, file, parents=parents, leaves=leaves):
        yield year, _read_learner(element)


def _read_learner(element: Element) -> LearnerEntry:
    reader = ElementReader(element)
    entry = LearnerEntry(element.line, reader.raw("LearnRefNumber"), problems=reader.problems)
    reader.text("LearnRefNumber", 12, required=True)
    values = entry.values
    values["uln"] = reader.formatted("ULN", required=True)
    values["family_name"] = reader.formatted("FamilyName", required=True)
    values["given_names"] = reader.formatted("GivenNames", required=True)
    reader.formatted("NINumber")  # checked by rule NINumber_01, but not stored, as nothing needs it
    values["postcode"] = reader.formatted("Postcode")
    for line in range(1, 5):
        values[f"address_line{line}"] = reader.formatted(f"AddLine{line}")
    _read_employer(element, entry)
    _read_aims(element, entry)
    return entry


def _read_employer(element: Element, entry: LearnerEntry) -> None:
    """Read the employer from the LearnerEmploymentStatus with the latest DateEmpStatApp.

    If several have that date, the last one is used. If it has no EmpId, the learner's employer is cleared, unless
    EmpStat is 10 (in paid employment) or 98 (not known), which leave the stored employer unchanged.
    """
    latest: tuple[date, int] | None = None
    for position, child in enumerate(element.children):
        if child.name == "LearnerEmploymentStatus":
            reader = ElementReader(child, entry.problems, place="LearnerEmploymentStatus")
            number, status = reader.formatted("EmpId"), reader.number("EmpStat")
            precedence = (reader.date("DateEmpStatApp") or date.min, position)
            if latest is None or precedence > latest:
                latest = precedence
                entry.values.pop("employer", None)
                if number:
                    entry.values["employer"] = EmployerReference(number, number)
                elif status not in (None, _IN_PAID_EMPLOYMENT, _NOT_KNOWN):
                    entry.values["employer"] = None


def _read_aims(element: Element, entry: LearnerEntry) -> None:
    """Read the learning aims, of which the XML schema requires at least one, and derive the programme and its status."""
    deliveries = [child for child in element.children if child.name == "LearningDelivery"]
    entry.aims = [read_aim(delivery, position, entry.problems) for position, delivery in enumerate(deliveries, 1)]
    if not deliveries:
        ElementReader(element, entry.problems).add_problem("LearningDelivery", "There must be at least one.")
    if not entry.problems:
        entry.values["programme"] = programme_name(entry.aims)
        entry.values["programme_status"] = programme_status(entry.aims)
