"""The reader of the values of an ILR element, which checks each value against its field definition.

The names of rules come from the official ILR validation rules. FD_<field>_MA, _AP, _AL and _AR are the field
definitions: whether the field is mandatory, its pattern, its length and its range.
"""

import re
from datetime import date

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.imports.ilr.xml import Element
from services.imports.report import EntryProblem, Severity
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
from services.kernel.names import clean_name
from services.kernel.text import clean_text

_FORMATS = {
    "ULN": TextFormat.ULN,
    "FamilyName": TextFormat.PERSON_NAME,
    "GivenNames": TextFormat.PERSON_NAME,
    "NINumber": TextFormat.NATIONAL_INSURANCE_NUMBER,
    "Postcode": TextFormat.POSTCODE,
    "AddLine1": TextFormat.ADDRESS_LINE,
    "AddLine2": TextFormat.ADDRESS_LINE,
    "AddLine3": TextFormat.ADDRESS_LINE,
    "AddLine4": TextFormat.ADDRESS_LINE,
    "EmpId": TextFormat.EMPLOYER_ID,
}
# The XML schema's type RestrictedString, and the narrower pattern of LearnRefNumber.
_RESTRICTED_STRING = re.compile(r"[A-Za-z0-9 ~!@#$%&'()*+,\-./:;<=>?\[\\\]_{}^£€]*")
_PATTERNS = {"LearnRefNumber": re.compile("[A-Za-z0-9 ]*")}
# The XML schema's type date, which may have a time zone.
_DATE_PATTERN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_NUMBER_PATTERN = re.compile("[0-9]{1,9}")


class ElementReader:
    """A reader of the leaf elements of an element, which collects their problems.

    An empty leaf is treated as absent. ``place`` identifies the element in problems, for example ``LearningDelivery 2``; it is empty for the Learner.
    """

    def __init__(self, element: Element, problems: list[EntryProblem] | None = None, place: str = "") -> None:
        self.element = element
        self.problems = [] if problems is None else problems
        self.place = place

    def child(self, element: Element) -> "ElementReader":
        """Return a reader of a child element that adds to the same list of problems."""
        return ElementReader(element, self.problems, f"{self.place}, {element.name}")

    def add_problem(self, name: str, message: str, rule: str | None = None) -> None:
        """Add a problem with a leaf, at the leaf's line or, if it is absent, at the element's line."""
        line = self.element.leaves[name][0] if name in self.element.leaves else self.element.line
        place = f"{self.place}, {name}" if self.place else name
        self.problems.append(EntryProblem(line, place, message, rule, Severity.REFUSAL))

    def raw(self, name: str) -> str:
        """Return the text of a leaf, trimmed and normalised to NFC, or an empty string if it is absent.

        Text with characters that are not allowed is returned unchanged.
        """
        leaf = self.element.leaves.get(name)
        if leaf is None:
            return ""
        clean = clean_text(leaf[1])
        return leaf[1] if clean is None else clean

    def formatted(self, name: str, *, required: bool = False) -> str | None:
        """Return the text of a leaf in the canonical form of its format (see ``_FORMATS``), or None if absent or invalid."""
        text = self._leaf_text(name, required)
        if not text:
            return None
        checked = check_format(_FORMATS[name], clean_name(text) or text)
        if isinstance(checked, FormatProblem):
            self.add_problem(name, checked.message, checked.rule or f"FD_{name}_AP")
            return None
        return checked

    def text(self, name: str, max_length: int, *, required: bool = False) -> str | None:
        """Return the text of a leaf, or None if it is absent, too long, or has characters that the XML schema forbids."""
        text = self._leaf_text(name, required)
        if not text:
            return None
        if len(text) > max_length:
            self.add_problem(name, f"It has more than {max_length} characters.", f"FD_{name}_AL")
            return None
        if not _PATTERNS.get(name, _RESTRICTED_STRING).fullmatch(text):
            self.add_problem(name, "It has a character that is not allowed.", f"FD_{name}_AP")
            return None
        return text

    def number(self, name: str, *, required: bool = False, maximum: int = 999_999_999) -> int | None:
        """Return the integer value of a leaf, from 0 to ``maximum``, or None if it is absent or invalid."""
        text = self._leaf_text(name, required)
        if not text:
            return None
        if not _NUMBER_PATTERN.fullmatch(text) or int(text) > maximum:
            self.add_problem(name, f"It must be a whole number from 0 to {maximum}.", f"FD_{name}_AR")
            return None
        return int(text)

    def date(self, name: str, *, required: bool = False) -> date | None:
        """Return the date value of a leaf, between 1900 and 2100, or None if it is absent or invalid."""
        text = self._leaf_text(name, required)
        if not text:
            return None
        match = _DATE_PATTERN.fullmatch(text)
        try:
            value = date.fromisoformat(match[1]) if match else None
        except ValueError:
            value = None
        if value is None or not EARLIEST_DATE <= value <= LATEST_DATE:
            self.add_problem(name, "It must be a date like 2026-09-01, between 1900 and 2100.")
            return None
        return value

    def _leaf_text(self, name: str, required: bool) -> str:
        text = self.raw(name)
        if required and not text:
            self.add_problem(name, "It is missing.", f"FD_{name}_MA")
        return text
