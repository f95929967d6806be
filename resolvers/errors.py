"""Errors of the services as the ``errors`` of a payload, with the names that the API uses."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info
from services.kernel.errors import Problem, ValidationFailed

_UNDERSCORE = re.compile(r"_([a-z0-9])")


class ErrorsToPayload(FieldExtension):
    """Turn the ValidationFailed of a mutation into a payload with all of its errors."""

    def __init__(self, payload: Callable[..., Any]) -> None:
        self._payload = payload

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Call the resolver; on ValidationFailed return its errors, beside the current row if the service gives one."""
        try:
            return await next_(source, info, **kwargs)
        except ValidationFailed as failed:
            return self._payload(errors=input_errors(failed.problems), **failed.current)


def input_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems with paths and parameters named as the API names them."""
    return [
        replace(
            problem,
            path=client_path(problem.path),
            parameters=tuple((_camel_case(name), value) for name, value in problem.parameters),
        )
        for problem in problems
    ]


def client_path(path: Sequence[str]) -> tuple[str, ...]:
    """Return a path in camelCase; what lies below ``values`` is a field's own key and stays as it is."""
    end = path.index("values") if "values" in path else len(path)
    return (*map(_camel_case, path[:end]), *path[end:])


def _camel_case(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)
