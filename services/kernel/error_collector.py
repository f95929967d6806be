"""The collector of errors: the one way in which a check says everything that is wrong with an entry."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.kernel.errors import ErrorCode, Problem, ValidationFailed


@dataclass(frozen=True, slots=True)
class ErrorCollector:
    """Collect the problems of an entry, each with the path at which it was found.

    ``at`` makes a collector for a longer path; all of them add to one list, in the order in which they find::

        errors = ErrorCollector()
        name = check_line(errors.at("name"), entry.name, label="The name", max_length=200)
        for index, choice in enumerate(entry.choices):
            if choice.value in chosen:
                errors.at("choices", index, "value").add(ErrorCode.DUPLICATE, "This value is in the list already.")
        errors.raise_if_any()

    ``problems`` is that whole list, whatever the path of the collector that is asked.
    """

    path: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def at(self, *steps: str | int) -> "ErrorCollector":
        """Return the collector for what these names and indices lead to from here."""
        return ErrorCollector((*self.path, *map(str, steps)), self.problems)

    def add(self, code: ErrorCode, message: str, *, rule: str | None = None, **parameters: object) -> None:
        """Add a problem at this path; ``parameters`` are the figures behind the message, ``rule`` the official rule."""
        figures = tuple((name, str(value)) for name, value in parameters.items())
        self.problems.append(Problem(self.path, code, message, figures, rule))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems that have their own paths already."""
        self.problems.extend(problems)

    def raise_if_any(self) -> None:
        """Raise ValidationFailed with all problems, if there are any."""
        if self.problems:
            raise ValidationFailed(self.problems)
