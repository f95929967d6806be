"""The source of generated functions, and the objects that it refers to."""

from collections.abc import Callable, Iterable
from typing import Any

from server.execution.compiled.gaps import attach
from server.execution.compiled.leaves import GLOBALS
from server.execution.compiled.reasons import InvalidValueError, NotCompiledError, Reason

MAX_LENGTH = 60_000
"""The most characters of source in an operation.

Compiling a thousand takes 0.6 to 1 ms, with all that is done for their fields, and a process does nothing else then.
"""


def invalid(*_: Any) -> Any:
    """Raise InvalidValueError, as an expression."""
    raise InvalidValueError


class Source:
    """Functions in the making: names are given before the bodies are written, so that functions may be recursive."""

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {**GLOBALS, "attach": attach, "invalid": invalid}
        self._names: dict[int, str] = {}
        self._bodies: dict[str, str] = {}
        self._length = 0

    def object(self, value: object, prefix: str) -> str:
        """Return the name by which the generated code refers to an object. An object has one name."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"{prefix}{len(self._objects)}"
            self._objects[name] = value
        return name

    def function(self) -> str:
        """Return a name for a new function."""
        name = f"f{len(self._bodies)}"
        self._bodies[name] = ""
        return name

    def write(self, name: str, parameter: str, lines: Iterable[str]) -> None:
        """Write a function with this parameter and a second one, ``run``. Raises NotCompiledError if it is too much."""
        body = "\n".join([f"def {name}({parameter}, run):", *(f"    {line}" for line in lines), ""])
        self._length += len(body)
        if self._length > MAX_LENGTH:
            raise NotCompiledError(Reason.SIZE)
        self._bodies[name] = body

    @property
    def functions(self) -> int:
        """Return how many functions there are."""
        return len(self._bodies)

    @property
    def text(self) -> str:
        """Return the source of all functions."""
        return "\n".join(self._bodies.values())

    def load(self) -> Callable[[str], Any]:
        """Compile the source, and return a function that returns what a name stands for."""
        namespace = dict(self._objects)
        exec(compile(self.text, "<compiled operation>", "exec"), namespace)  # noqa: S102 - made of names of the schema
        return namespace.__getitem__
