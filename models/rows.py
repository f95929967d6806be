"""Model instances from SQL: the columns of a model for a statement, and the instance from the record it returns."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from tortoise import Model

M = TypeVar("M", bound=Model)


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    names = tuple(model._meta.fields_db_projection.values())
    # Relations get their columns when Tortoise starts; a statement put together before that would lack them.
    assert all(f"{relation}_id" in names for relation in model._meta.fk_fields), "Tortoise has not started"
    return names


@cache
def columns(model: type[Model], alias: str) -> str:
    """Return the SQL that selects all columns of a model's table by this alias, each named ``"alias.column"``."""
    return ", ".join(f'{alias}."{name}" AS "{alias}.{name}"' for name in _names(model))


def row(model: type[M], alias: str, record: Mapping[str, Any]) -> M | None:
    """Return the model's instance from a record with ``columns(model, alias)``; None if an outer join found no row."""
    if record[f"{alias}.{model._meta.db_pk_column}"] is None:
        return None
    return model._init_from_db(**{name: record[f"{alias}.{name}"] for name in _names(model)})
