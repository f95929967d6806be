"""Importing Tortoise without what the models do not use of it, before any other module of the project imports it."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models.optional_packages import left_out


@contextmanager
def _without_sources() -> Iterator[None]:
    """Let ``inspect`` find no source in the block."""
    getsource = inspect.getsource
    inspect.getsource = _find_no_source
    try:
        yield
    finally:
        inspect.getsource = getsource


def _find_no_source(object: Any) -> str:  # noqa: A002 - its name there
    raise OSError("sources are not looked for")


# 6 MB and 0.1 s for the fields and queries that take pydantic's models. Typer brings pydantic.
with left_out("pydantic"), _without_sources():
    import tortoise.models


def _no_comments(cls: type[tortoise.models.Model]) -> dict[str, str]:
    return {}


# Tortoise parses the source of each model, its own included, for ``#:`` comments that describe columns. There are none.
tortoise.models._get_comments = _no_comments
