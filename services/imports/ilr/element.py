"""Reading the values under an element of the ILR: each by its field definition, with every problem noted."""

import re
from datetime import date

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.imports.ilr.xml import Element
from services.imports.report import EntryProblem
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
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
# The schema's RestrictedString, and the narrower one of LearnRefNumber.
_RESTRICTED = re.compile(r"[A-Za-z0-9 ~!@#$%&'()*+,\-./:;<=>?\[\\\]_{}^£€]*")
_PATTERNS = {"LearnRefNumber": re.compile("[A-Za-z0-9 ]*")}
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_NUMBER = re.compile("[0-9]{1,9}")


class ElementReader:
    """The values of one element's leaves. An empty element counts as an absent one."""

    def __init__(self, element: Element, problems: list[EntryProblem] | None = None, place: str = "") -> None:
        self.element = element
        self.problems = [] if problems is None else problems
        self.place = place

    def below(self, element: Element) -> "ElementReader":
        """A reader for an element inside this one, which adds to the same problems."""
        return ElementReader(element, self.problems, f"{self.place}, {element.name}")

    def problem(self, name: str, message: str, rule: str | None = None) -> None:
        """Note what is wrong with a leaf, at its line or, if there is none, at the line of this element."""
        line = self.element.leaves[name][0] if name in self.element.leaves else self.element.line
        place = f"{self.place}, {name}" if self.place else name
        self.problems.append(EntryProblem(line, place, message, rule))

    def raw(self, name: str) -> str:
        """The leaf's text in NFC and trimmed, or as it is if it is no text; empty if there is none."""
        leaf = self.element.leaves.get(name)
        if leaf is None:
            return ""
        clean = clean_text(leaf[1])
        return leaf[1] if clean is None else clean

    def formatted(self, name: str, *, required: bool = False) -> str | None:
        """A text in the format that belongs to the element."""
        text = self._given(name, required)
        if not text:
            return None
        checked = check_format(_FORMATS[name], text)
        if isinstance(checked, FormatProblem):
            self.problem(name, checked.message, checked.rule or f"FD_{name}_AP")
            return None
        return checked

    def text(self, name: str, longest: int, *, required: bool = False) -> str | None:
        """A text of the characters that the schema allows."""
        text = self._given(name, required)
        if not text:
            return None
        if len(text) > longest:
            self.problem(name, f"It has more than {longest} characters.", f"FD_{name}_AL")
            return None
        if not _PATTERNS.get(name, _RESTRICTED).fullmatch(text):
            self.problem(name, "It has a character that is not allowed.", f"FD_{name}_AP")
            return None
        return text

    def number(self, name: str, *, required: bool = False, most: int = 999_999_999) -> int | None:
        """A whole number from 0 to ``most``."""
        text = self._given(name, required)
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or int(text) > most:
            self.problem(name, f"It must be a whole number from 0 to {most}.", f"FD_{name}_AR")
            return None
        return int(text)

    def date(self, name: str, *, required: bool = False) -> date | None:
        """A date of the calendar between 1900 and 2100."""
        text = self._given(name, required)
        if not text:
            return None
        match = _DATE.fullmatch(text)
        try:
            value = date.fromisoformat(match[1]) if match else None
        except ValueError:
            value = None
        if value is None or not EARLIEST_DATE <= value <= LATEST_DATE:
            self.problem(name, "It must be a date like 2026-09-01, between 1900 and 2100.")
            return None
        return value

    def _given(self, name: str, required: bool) -> str:
        text = self.raw(name)
        if required and not text:
            self.problem(name, "It is missing.", f"FD_{name}_MA")
        return text
