"""Conversion of validation errors raised by services into the ``errors`` of payloads."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info
from services.kernel.errors import Problem, ValidationFailed

_UNDERSCORE = re.compile(r"_([a-z0-9])")


class ErrorsToPayload(FieldExtension):
    """Strawberry field extension that converts ``ValidationFailed`` into a payload with errors."""

    def __init__(self, payload: Callable[..., Any]) -> None:
        self._payload = payload

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Call the resolver; on ``ValidationFailed``, return a payload with the errors and the current row, if any."""
        try:
            return await next_(source, info, **kwargs)
        except ValidationFailed as error:
            return self._payload(errors=input_errors(error.problems), **error.current)


def input_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return copies of the problems with paths and parameter names converted to the API's camelCase."""
    return [
        Problem(
            client_path(problem.path),
            problem.code,
            problem.message,
            tuple([(camel_case(name), value) for name, value in problem.parameters]),
            problem.rule,
        )
        for problem in problems
    ]


def client_path(path: Sequence[str]) -> tuple[str, ...]:
    """Convert a path to camelCase, except the elements after ``values``, which are keys of form fields."""
    end = path.index("values") if "values" in path else len(path)
    return (*map(camel_case, path[:end]), *path[end:])


@lru_cache(maxsize=1_000)
def camel_case(name: str) -> str:
    """Convert a snake_case name to camelCase."""
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)
