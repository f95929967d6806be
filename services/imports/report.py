"""The report of an import, its audit entry, and the lock that serialises imports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from models import AuditKind
from models.database import fetch
from services.audit import audit_for

OnProgress = Callable[[int, int], None]
"""A callback that receives the number of bytes read so far and the size of the file in bytes."""


class UnreadableFileError(Exception):
    """Raised when a file cannot be read, in which case none of it is imported.

    The message is a single line with the file, the line number if it is known, and the problem.
    """

    def __init__(self, file: str, problem: str, line: int | None = None) -> None:
        self.file = file
        self.line = line
        self.problem = problem
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """A problem with a record.

    ``place`` is the name of the CSV column, or of the ILR element (``LearningDelivery 2, LearnStartDate``). ``rule`` is
    the name of the official rule that is broken (``ULN_04``), or None. The message never contains the value, which may
    be personal data.
    """

    line: int
    place: str
    message: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that was refused because of its problems; ``reference`` is its key, or empty if it has none."""

    line: int
    reference: str
    problems: tuple[EntryProblem, ...]


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A learner whose stored values were kept, although the file differs, because of an approval since the last import."""

    line: int
    reference: str


@dataclass(slots=True)
class ImportReport:
    """The result of an import: the numbers of new, changed and unchanged records, and the refused and kept records.

    ``applied`` is false if nothing was written.
    """

    source: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)
    kept: list[KeptRecord] = field(default_factory=list)
    applied: bool = True


async def audit_import(organisation_id: UUID, record_kind: str, report: ImportReport) -> None:
    """Record the counts of an import in the organisation's audit log, without an actor.

    Must be called in the transaction of the import.
    """
    details = {
        "what": record_kind,
        "source": report.source,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "kept": len(report.kept),
        "refused": len(report.refused),
    }
    await audit_for(organisation_id, None, AuditKind.IMPORTED, None, details)


async def lock_imports(organisation_id: UUID) -> None:
    """Acquire the organisation's import lock, waiting for other imports; it is held until the transaction ends."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"trackers import {organisation_id}")
