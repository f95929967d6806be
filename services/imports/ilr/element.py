"""The reader of the values of an ILR element, which checks each value against its field definition."""

import re
from datetime import date

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.imports.ilr.field_rules import rules_of
from services.imports.ilr.xml import Element
from services.imports.report import EntryProblem, Severity
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
from services.kernel.text import clean_text

_FORMATS = {
    "ULN": TextFormat.ULN,
    "FamilyName": TextFormat.PERSON_NAME,
    "GivenNames": TextFormat.PERSON_NAME,
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

_MAX_VALUE = 200  # characters of a wrong value that are kept for a tracker about it


class ElementReader:
    """A reader of the leaf elements of an element, which collects their problems.

    An empty leaf is treated as absent. ``place`` identifies the element in problems, for example
    ``LearningDelivery 2``; it is empty for the Learner. ``severity`` is that of the problems, and ``aim`` the position
    of the aim that they belong to. ``wrong`` has the names of the leaves with a problem, whose values must not be taken.
    """

    def __init__(
        self,
        element: Element,
        problems: list[EntryProblem] | None = None,
        place: str = "",
        *,
        severity: Severity = Severity.ERROR,
        aim: int | None = None,
    ) -> None:
        self.element = element
        self.problems = [] if problems is None else problems
        self.place = place
        self.severity = severity
        self.aim = aim
        self.wrong: set[str] = set()

    def child(self, element: Element, severity: Severity = Severity.ERROR) -> "ElementReader":
        """Return a reader of a child element that adds to the same list of problems."""
        return ElementReader(element, self.problems, f"{self.place}, {element.name}", severity=severity, aim=self.aim)

    def add_problem(self, name: str, message: str, rule: str | None = None, severity: Severity | None = None) -> None:
        """Add a problem with a leaf, at the leaf's line or, if it is absent, at the element's line."""
        self.wrong.add(name)
        line = self.element.leaves[name][0] if name in self.element.leaves else self.element.line
        place = f"{self.place}, {name}" if self.place else name
        value, severity = self.raw(name)[:_MAX_VALUE], severity or self.severity
        self.problems.append(EntryProblem(line, place, message, rule, severity, name, value, self.aim))

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
        checked = check_format(_FORMATS[name], text)
        if isinstance(checked, FormatProblem):
            rules = rules_of(name)
            rule = checked.rule or (rules.length if len(text) > rules.max_length else rules.pattern)
            self.add_problem(name, checked.message, rule)
            return None
        return checked

    def text(self, name: str, *, required: bool = False) -> str | None:
        """Return the text of a leaf, or None if it is absent, too long, or has characters that the XML schema forbids."""
        text, rules = self._leaf_text(name, required), rules_of(name)
        if not text:
            return None
        if len(text) > rules.max_length:
            self.add_problem(name, f"It has more than {rules.max_length} characters.", rules.length)
            return None
        if not _PATTERNS.get(name, _RESTRICTED_STRING).fullmatch(text):
            self.add_problem(name, "It has a character that is not allowed.", rules.pattern)
            return None
        return text

    def number(self, name: str, *, required: bool = False, minimum: int = 0, maximum: int = 999_999_999) -> int | None:
        """Return the integer value of a leaf in a range, or None if it is absent or invalid."""
        text, rules = self._leaf_text(name, required), rules_of(name)
        if not text:
            return None
        if not _NUMBER_PATTERN.fullmatch(text) or not minimum <= int(text) <= maximum:
            rule = rules.length if len(text) > rules.max_length else rules.range
            self.add_problem(name, f"It must be a whole number from {minimum} to {maximum}.", rule)
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
            self.add_problem(name, "It is missing.", rules_of(name).missing)
        return text
