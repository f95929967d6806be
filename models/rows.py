"""Helpers for building model instances from the records of handwritten SQL."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from tortoise import Model

M = TypeVar("M", bound=Model)


@cache
def _column_names(model: type[Model]) -> tuple[str, ...]:
    names = tuple(model._meta.fields_db_projection.values())
    # Tortoise adds the columns of foreign keys when it starts; a statement built before that would not select them.
    assert all(f"{relation}_id" in names for relation in model._meta.fk_fields), "Tortoise has not started"
    return names


@cache
def columns(model: type[Model], alias: str) -> str:
    """Return the SELECT list of all columns of a model's table, each named ``"alias.column"``."""
    return ", ".join(f'{alias}."{name}" AS "{alias}.{name}"' for name in _column_names(model))


def row(model: type[M], alias: str, record: Mapping[str, Any]) -> M | None:
    """Build a model instance from a record that was selected with ``columns(model, alias)``.

    Return None if the primary key is null, which means that an outer join found no row.
    """
    if record[f"{alias}.{model._meta.db_pk_column}"] is None:
        return None
    return model._init_from_db(**{name: record[f"{alias}.{name}"] for name in _column_names(model)})
