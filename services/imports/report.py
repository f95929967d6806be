"""The report of an import, its audit entry, and the lock that keeps imports apart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from models import AuditKind
from models.database import fetch
from services.audit import audit_for

OnProgress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes of the file."""


class UnreadableFileError(Exception):
    """A file that cannot be read; nothing of it is imported.

    The message is one line: the file, the line number where there is one, and what is wrong.
    """

    def __init__(self, file: str, what: str, line: int | None = None) -> None:
        self.file = file
        self.line = line
        self.what = what
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {what}")


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """One problem of a record.

    ``place`` is the column, or the ILR's element (``LearningDelivery 2, LearnStartDate``). ``rule`` is the name of the
    official rule, if there is one (``ULN_04``). The message never repeats the value, which may be personal data.
    """

    line: int
    place: str
    message: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that breaks a rule; ``reference`` is its key, or empty if the file has none."""

    line: int
    reference: str
    problems: tuple[EntryProblem, ...]


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record that differs from the file but is kept, as an approval has changed it since the last import."""

    line: int
    reference: str


@dataclass(slots=True)
class ImportReport:
    """The result of an import: what became of every record; ``applied`` is False if nothing was written."""

    source: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)
    kept: list[KeptRecord] = field(default_factory=list)
    applied: bool = True


async def audit_import(organisation_id: UUID, what: str, report: ImportReport) -> None:
    """Add the counts of an import to the organisation's audit, in the transaction of the import, without an actor."""
    details = {
        "what": what,
        "source": report.source,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "kept": len(report.kept),
        "refused": len(report.refused),
    }
    await audit_for(organisation_id, None, AuditKind.IMPORTED, None, details)


async def lock_imports(organisation_id: UUID) -> None:
    """Wait for other imports into the organisation, and keep further ones waiting until the transaction ends."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"trackers import {organisation_id}")
