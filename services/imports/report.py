"""The report of an import, and its audit entry."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from models import AuditKind
from services.audit import audit_for

T = TypeVar("T")

MAX_LISTED = 1_000
"""The number of records and warnings of each sort that a report lists; any others are only counted."""

OnProgress = Callable[[int, int], None]
"""A callback that receives the number of bytes read so far and the size of the file in bytes."""


class UnreadableFileError(Exception):
    """Raised when a file cannot be read, in which case none of it is imported.

    The message is a single line with the file, the number of the line (or row, if that is the ``unit``) if it is known,
    and the problem.
    """

    def __init__(self, file: str, problem: str, line: int | None = None, *, unit: str = "line") -> None:
        self.file = file
        self.line = line
        self.problem = problem
        place = file if line is None else f"{file}, {unit} {line}"
        super().__init__(f"{place}: {problem}")


class Severity(StrEnum):
    """What a problem means for the record and the file that have it."""

    REFUSAL = "REFUSAL"
    """The record is refused as a whole, because it cannot be told apart from others, or its structure is broken."""
    ERROR = "ERROR"
    """The value is not taken: it stays empty, or as it was stored. The record is imported without it."""
    STRICT_WARNING = "STRICT_WARNING"
    """A warning that refuses the whole file if the import is strict."""
    WARNING = "WARNING"
    """Worth knowing, without effect on what is imported."""


class UnknownAssigneeError(Exception):
    """Raised when trackers cannot be assigned to the member who was asked for. The message is a single line."""

    def __init__(self) -> None:
        super().__init__("no active administrator of this organisation has that e-mail address")


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """A problem with a record, or with a file as a whole.

    ``place`` is the name of the CSV column, or of the ILR element (``LearningDelivery 2, LearnStartDate``). ``rule`` is
    the name of the official rule that is broken (``ULN_04``), or None. The message never contains the value, which may
    be personal data.

    A tracker can be opened about a problem with an ``element`` of the ILR, whose text is ``value``, and which may belong
    to an ``aim``: its position among those of the entry. They are neither printed nor compared.
    """

    line: int
    place: str
    message: str
    rule: str | None = None
    severity: Severity = Severity.ERROR
    element: str | None = field(default=None, compare=False)
    value: str = field(default="", compare=False, repr=False)
    aim: int | None = field(default=None, compare=False)

    @property
    def is_warning(self) -> bool:
        """Whether the problem has no effect on the record."""
        return self.severity in (Severity.WARNING, Severity.STRICT_WARNING)


@dataclass(frozen=True, slots=True)
class RecordProblems:
    """A record with its refusals and errors; ``reference`` is its key, or empty if it has none."""

    line: int
    reference: str
    problems: tuple[EntryProblem, ...]


@dataclass(frozen=True, slots=True)
class RecordWarning:
    """A warning about the record with this reference, or about the file as a whole if the reference is empty."""

    reference: str
    problem: EntryProblem


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A learner whose stored values were kept, although the file differs, because of an approval since the last import."""

    line: int
    reference: str


@dataclass(frozen=True, slots=True)
class ErrorTracker:
    """A tracker about an error of a learner; ``rule`` is empty if the error breaks no published rule."""

    number: int
    reference: str
    element: str
    rule: str


@dataclass(slots=True)
class Listing(Generic[T]):
    """A list that counts all of its items, but retains only the first thousand, to bound memory."""

    items: list[T] = field(default_factory=list)
    count: int = 0

    def add(self, item: T) -> None:
        """Count an item, and retain it if there is room."""
        self.count += 1
        if len(self.items) < MAX_LISTED:
            self.items.append(item)


@dataclass(slots=True)
class ImportReport:
    """The result of an import: the numbers of new, changed and unchanged records, and what is to be told of others.

    ``with_errors`` are records that were imported without the values that had errors. ``fails_strict`` is true if a
    strict import must write nothing. ``applied`` is false if nothing was written. ``unit`` is what the file's records
    are counted by: lines, or rows of a workbook.

    ``opened`` are the trackers that were opened about errors, and ``unresolved`` those that members have dealt with,
    although the file still has the error. ``gone`` and ``back`` count the trackers whose error the file does not have
    any more, or has again.
    """

    source: str = ""
    unit: str = "line"
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: Listing[RecordProblems] = field(default_factory=Listing)
    with_errors: Listing[RecordProblems] = field(default_factory=Listing)
    warnings: Listing[RecordWarning] = field(default_factory=Listing)
    kept: Listing[KeptRecord] = field(default_factory=Listing)
    opened: Listing[ErrorTracker] = field(default_factory=Listing)
    unresolved: Listing[ErrorTracker] = field(default_factory=Listing)
    gone: int = 0
    back: int = 0
    fails_strict: bool = False
    applied: bool = True

    def add_problems(self, problems: Iterable[EntryProblem], *, line: int = 0, reference: str = "") -> None:
        """Add the problems of a record, each in its place; without a line and a reference, those of the file."""
        ordered = sorted(problems, key=lambda problem: problem.line)
        serious = tuple(problem for problem in ordered if not problem.is_warning)
        for problem in ordered:
            self.fails_strict |= problem.severity != Severity.WARNING
            if problem.is_warning:
                self.warnings.add(RecordWarning(reference, problem))
        if serious:
            listing = self.refused if is_refused(serious) else self.with_errors
            listing.add(RecordProblems(line, reference, serious))


def is_refused(problems: Iterable[EntryProblem]) -> bool:
    """Return whether a record with these problems is refused as a whole."""
    return any(problem.severity == Severity.REFUSAL for problem in problems)


async def audit_import(organisation_id: UUID, record_kind: str, report: ImportReport) -> None:
    """Record the counts of an import in the organisation's audit log, without an actor.

    Must be called in the transaction of the import.
    """
    details: dict[str, object] = {
        "what": record_kind,
        "source": report.source,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "kept": report.kept.count,
        "refused": report.refused.count,
    }
    if report.opened.count:
        details["trackers"] = report.opened.count
    await audit_for(organisation_id, None, AuditKind.IMPORTED, None, details)
