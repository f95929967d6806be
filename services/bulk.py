"""Many rows in one statement: each column travels as one array."""

from collections.abc import Mapping, Sequence

from models.database import fetch


async def insert_rows(table: str, types: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the rows, of which each has every column of ``types`` (names and PostgreSQL types)."""
    if rows:
        await fetch(f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM {_unnest(types)}", *_arrays(types, rows))


async def update_rows(table: str, types: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> None:
    """Set every column of ``types`` in the rows with these ids."""
    if rows:
        assignments = ", ".join(f"{column} = new.{column}" for column in types if column != "id")
        source = f"{_unnest(types)} AS new({', '.join(types)})"
        await fetch(f"UPDATE {table} SET {assignments} FROM {source} WHERE {table}.id = new.id", *_arrays(types, rows))


def _unnest(types: Mapping[str, str]) -> str:
    return f"unnest({', '.join(f'${position}::{kind}[]' for position, kind in enumerate(types.values(), 1))})"


def _arrays(types: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> list[list[object]]:
    return [[row[column] for row in rows] for column in types]
