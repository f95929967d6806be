"""The reader of learners in CSV files.

An absent column leaves the stored value unchanged. An empty cell clears it, except in mandatory columns (names and
programmeStatus), where it also leaves the value unchanged.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from models import ProgrammeStatus
from services.forms.definitions import TextFormat
from services.imports.csv_file import CsvRecord, read_records
from services.imports.csv_values import CellError, formatted_text, limited_text, parse_boolean
from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.report import EntryProblem, Severity, UnreadableFileError
from services.kernel.names import clean_name
from services.kernel.text import normalise_email

_DECIMAL_PATTERN = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2}0*)?")


@dataclass(frozen=True, slots=True)
class _Column:
    """A CSV column: the key of its value in ``LearnerEntry.values``, and the parser of its cells."""

    name: str
    parse: Callable[[str], Any]
    mandatory: bool = False


def read_learner_csv(stream: BinaryIO, file: str) -> Iterator[LearnerEntry]:
    """Yield each learner of a CSV file, collecting problems in the entries.

    Raises UnreadableFileError, possibly after some learners have been yielded.
    """
    columns = ("learnerReference", *_COLUMNS, "employer", "employerConfirmed")
    for record in read_records(stream, file, columns=columns, key_column="learnerReference"):
        if "employerConfirmed" in record.values and "employer" not in record.values:
            raise UnreadableFileError(file, "has the column employerConfirmed without the column employer")
        yield _make_entry(record)


def _make_entry(record: CsvRecord) -> LearnerEntry:
    entry = LearnerEntry(record.line, record.values.get("learnerReference", ""), problems=list(record.problems))
    _read_cell(entry, record, "learnerReference", _parse_reference, severity=Severity.REFUSAL)
    for name, column in _COLUMNS.items():
        if name in record.values and not (column.mandatory and not record.values[name]):
            _read_value(entry, record, name, column)
    if "employer" in record.values:
        _read_employer(entry, record)
    return entry


def _read_value(entry: LearnerEntry, record: CsvRecord, name: str, column: _Column) -> None:
    valid, value = _read_cell(entry, record, name, column.parse)
    if valid:
        entry.values[column.name] = value


def _read_employer(entry: LearnerEntry, record: CsvRecord) -> None:
    valid, name = _read_cell(entry, record, "employer", limited_text(200))
    _, confirmed = _read_cell(entry, record, "employerConfirmed", parse_boolean)
    if valid:
        entry.values["employer"] = EmployerReference(name, confirmed=confirmed) if name else None


def _read_cell(
    entry: LearnerEntry,
    record: CsvRecord,
    name: str,
    parse: Callable[[str], Any],
    severity: Severity = Severity.ERROR,
) -> tuple[bool, Any]:
    """Return whether a cell is valid, and its value; add a problem if it is not."""
    if any(problem.place == name for problem in record.problems):
        return False, None
    try:
        return True, parse(record.values.get(name, ""))
    except CellError as error:
        entry.problems.append(EntryProblem(record.line, name, error.message, error.rule, severity))
        return False, None


def _parse_reference(text: str) -> str:
    if not text:
        raise CellError("It is missing.", "FD_LearnRefNumber_MA")
    if len(text) > 12 or not (text.isascii() and text.replace(" ", "").isalnum()):
        raise CellError("It must have 1 to 12 letters, digits and spaces.", "FD_LearnRefNumber_AP")
    return text


def _parse_status(text: str) -> ProgrammeStatus:
    try:
        return ProgrammeStatus(text.upper().replace(" ", "_"))
    except ValueError:
        raise CellError(f"It must be one of {', '.join(ProgrammeStatus)}.") from None


def _parse_hours(text: str) -> Decimal | None:
    if not text:
        return None
    hours = Decimal(text) if _DECIMAL_PATTERN.fullmatch(text) else Decimal(0)
    if not 0 < hours <= 168:
        raise CellError("It must be a number above 0 and up to 168, with at most two decimal places.")
    return round(hours, 2)


def _parse_groups(text: str) -> tuple[str, ...]:
    names = {clean_name(name) or "" for name in text.split(";")} - {""}
    if any(len(name) > 200 for name in names):
        raise CellError("A group's name has more than 200 characters.")
    return tuple(sorted(names))


def _parse_email(text: str) -> str | None:
    return normalise_email(text) or None


_ADDRESS_LINE = formatted_text(TextFormat.ADDRESS_LINE)
_COLUMNS = {
    "title": _Column("title", limited_text(20)),
    "givenNames": _Column("given_names", formatted_text(TextFormat.PERSON_NAME), mandatory=True),
    "familyName": _Column("family_name", formatted_text(TextFormat.PERSON_NAME), mandatory=True),
    "uln": _Column("uln", formatted_text(TextFormat.ULN)),
    "programme": _Column("programme", limited_text(200)),
    "subProgramme": _Column("sub_programme", limited_text(200)),
    "programmeStatus": _Column("programme_status", _parse_status, mandatory=True),
    "tutorEmail": _Column("tutor_email", _parse_email),
    "jobTitle": _Column("job_title", limited_text(120)),
    "weeklyHours": _Column("weekly_hours", _parse_hours),
    "workplacePostcode": _Column("workplace_postcode", formatted_text(TextFormat.POSTCODE)),
    "addressLine1": _Column("address_line1", _ADDRESS_LINE),
    "addressLine2": _Column("address_line2", _ADDRESS_LINE),
    "addressLine3": _Column("address_line3", _ADDRESS_LINE),
    "addressLine4": _Column("address_line4", _ADDRESS_LINE),
    "postcode": _Column("postcode", formatted_text(TextFormat.POSTCODE)),
    "groups": _Column("groups", _parse_groups),
}
