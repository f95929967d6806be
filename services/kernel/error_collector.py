"""A collector of validation errors, so that all problems of an input can be reported at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.kernel.errors import ErrorCode, Problem, ValidationFailed


@dataclass(slots=True)  # one is made for each field of an entry, and a frozen one takes three times as long
class ErrorCollector:
    """Collects the problems of an input, each with its path.

    ``at`` returns a collector for a longer path. All of them add to the same list, in the order of their calls::

        errors = ErrorCollector()
        name = check_line(errors.at("name"), entry.name, label="The name", max_length=200)
        for index, choice in enumerate(entry.choices):
            if choice.value in chosen:
                errors.at("choices", index, "value").add(ErrorCode.DUPLICATE, "This value is in the list already.")
        errors.raise_if_any()

    ``problems`` is the whole shared list, regardless of the path of the collector.
    """

    path: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def at(self, *steps: str | int) -> "ErrorCollector":
        """Return a collector for the path extended by field names and list indices."""
        return ErrorCollector((*self.path, *map(str, steps)), self.problems)

    def add(self, code: ErrorCode, message: str, *, rule: str | None = None, **parameters: object) -> None:
        """Add a problem at this path. ``rule`` names an official rule; ``parameters`` holds the message's figures."""
        figures = tuple([(name, str(value)) for name, value in parameters.items()])
        self.problems.append(Problem(self.path, code, message, figures, rule))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems that already have absolute paths."""
        self.problems.extend(problems)

    def raise_if_any(self) -> None:
        """Raise ValidationFailed with all problems, if there are any."""
        if self.problems:
            raise ValidationFailed(self.problems)
