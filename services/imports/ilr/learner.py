"""The reader of the learners in an ILR return.

The year is taken from the XML namespace. Elements that are not listed here or in ``aim`` are skipped. The field names
come from the ILR specification's entities Learner and LearnerEmploymentStatus, and the names of rules from the official
ILR validation rules.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.imports.entry import LearnerEntry
from services.imports.ilr.aim import AIM_LEAVES, AIM_PARENTS, read_aim
from services.imports.ilr.element import ElementReader
from services.imports.ilr.employer import EMPLOYMENT_LEAVES, EMPLOYMENT_STATUS, read_employer
from services.imports.ilr.names import NAME_LEAVES, read_names
from services.imports.ilr.xml import Element, read_learners
from services.imports.report import Severity

_FORMATTED = {
    "Postcode": "postcode",
    "AddLine1": "address_line1",
    "AddLine2": "address_line2",
    "AddLine3": "address_line3",
    "AddLine4": "address_line4",
}
_ELEMENTS = {"learnerReference": "LearnRefNumber", "uln": "ULN"}
"""The elements of what is compared with other learners of a file, by the names of a table's columns."""
_LEAVES = frozenset({"LearnRefNumber", "ULN", "NINumber"}) | _FORMATTED.keys() | NAME_LEAVES | EMPLOYMENT_LEAVES
_PARENTS = frozenset({EMPLOYMENT_STATUS, "LearningDelivery"})
_SAME_NUMBER = "Another learning aim of this learner has the same number; only the first is imported."
_TEMPORARY_NI_NUMBER = re.compile("TN[0-9]{6}[A-D]?")


def read_ilr_return(stream: BinaryIO, file: str) -> Iterator[tuple[str, LearnerEntry]]:
    """Yield each learner of an ILR return, together with the return's year (for example ``2019-20``).

    Problems are collected in the entries. Raises UnreadableFileError, possibly after some learners have been yielded.
    """
    leaves, parents = _LEAVES | AIM_LEAVES, _PARENTS | AIM_PARENTS
    for year, element in read_learners(stream, file, parents=parents, leaves=leaves):
        yield year, _read_learner(element, year)


def _read_learner(element: Element, year: str) -> LearnerEntry:
    reader = ElementReader(element)
    entry = LearnerEntry(element.line, reader.raw("LearnRefNumber"), problems=reader.problems, headings=_ELEMENTS)
    reader.severity = Severity.REFUSAL
    reader.text("LearnRefNumber", required=True)
    reader.severity = Severity.ERROR
    uln = reader.formatted("ULN", required=True)
    entry.values = {"uln": uln} if uln else {}
    entry.values |= read_names(reader)
    _check_ni_number(reader)
    for name, key in _FORMATTED.items():
        text = reader.formatted(name)
        if name not in reader.wrong:
            entry.values[key] = text
    read_employer(element, entry)
    _read_aims(reader, entry, year)
    return entry


def _check_ni_number(reader: ElementReader) -> None:
    """Warn of a wrong National Insurance number, which is not stored, as nothing needs it.

    Rule NINumber_01 accepts temporary numbers of the right form.
    """
    text = reader.raw("NINumber")
    if not text:
        return
    if _TEMPORARY_NI_NUMBER.fullmatch(text):
        message = "This is a temporary number: ask the learner for their own. It is not stored."
        reader.add_problem("NINumber", message, severity=Severity.WARNING)
        return
    checked = check_format(TextFormat.NATIONAL_INSURANCE_NUMBER, text)
    if isinstance(checked, FormatProblem):
        message = "It must be like AB123456C, with A, B, C, D or nothing at the end. It is not stored."
        reader.add_problem("NINumber", message, checked.rule, Severity.WARNING)


def _read_aims(reader: ElementReader, entry: LearnerEntry, year: str) -> None:
    """Read the learning aims, of which the XML schema requires at least one."""
    deliveries = [child for child in reader.element.children if child.name == "LearningDelivery"]
    if not deliveries:
        reader.add_problem("LearningDelivery", "There must be at least one.", "FD_LearningDelivery_EO")
    entry.aims = []
    numbers: set[str] = set()
    for position, delivery in enumerate(deliveries, 1):
        aim = read_aim(delivery, position, entry.problems, year=year)
        number = ElementReader(delivery).raw("AimSeqNumber").lstrip("0")
        if number in numbers:
            aim_reader = ElementReader(delivery, entry.problems, f"LearningDelivery {position}", aim=position)
            aim_reader.add_problem("AimSeqNumber", _SAME_NUMBER, "R_07")
            aim = replace(aim, left_out=True)
        numbers.update({number} - {""})
        entry.aims.append(aim)
