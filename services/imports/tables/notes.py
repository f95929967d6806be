"""What there is to say about a file as a whole, such as columns that are passed over."""

from dataclasses import dataclass, field

from services.imports.report import EntryProblem, Severity


@dataclass(slots=True)
class FileNotes:
    """Collects warnings about a file until they are taken."""

    file: str
    _warnings: list[EntryProblem] = field(default_factory=list)

    def warn(self, number: int, place: str, message: str, *, severity: Severity = Severity.STRICT_WARNING) -> None:
        """Add a warning; ``number`` is that of the row, or 0. By default, it refuses the file of a strict import."""
        self._warnings.append(EntryProblem(number, place, message, severity=severity))

    def take(self) -> tuple[EntryProblem, ...]:
        """Return the warnings that were added since the last call."""
        warnings, self._warnings = tuple(self._warnings), []
        return warnings
