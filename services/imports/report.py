"""What an import answers: what went in, what was refused and why, and what stops it altogether."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from models import AuditKind
from models.database import fetch
from services.audit import audit_for

# Called with the bytes read so far and the bytes there are.
OnProgress = Callable[[int, int], None]


class UnreadableFileError(Exception):
    """A file that cannot be read as what it claims to be; nothing of it goes in.

    The message is one line that names the file, the line where there is one, and what is wrong.
    """

    def __init__(self, file: str, what: str, line: int | None = None) -> None:
        self.file = file
        self.line = line
        self.what = what
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {what}")


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """One thing wrong with a record of a file.

    ``place`` is the ILR's element (``LearningDelivery 2, LearnStartDate``) or the column, ``rule`` the official
    rule, if there is one (``ULN_04``). The message never repeats the value: it may be personal.
    """

    line: int
    place: str
    message: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that breaks a rule; ``reference`` is its key, as far as the file has one."""

    line: int
    reference: str
    problems: tuple[EntryProblem, ...]


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record that differs from the file but was changed here since the last import, so it stays."""

    line: int
    reference: str


@dataclass(slots=True)
class ImportReport:
    """What became of every record of a file; ``applied`` is false if nothing was written after all."""

    source: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)
    kept: list[KeptRecord] = field(default_factory=list)
    applied: bool = True


async def audit_import(organisation_id: UUID, what: str, report: ImportReport) -> None:
    """Keep the numbers of an import in the organisation's audit, in its transaction; nobody is signed in."""
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


async def wait_for_turn(organisation_id: UUID) -> None:
    """Wait until no other import into the organisation runs; the turn ends with the transaction."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"trackers import {organisation_id}")
