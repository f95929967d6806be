"""SQL without the ORM: statements with named parameters, statements built from parts, and bulk writes."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.database import fetch

Observer = Callable[[Sequence[Mapping[str, Any]]], None]

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")


class NamedParameterStatement:
    """A fixed SQL statement with parameters written ``:name`` instead of ``$1``. Casts (``::uuid``) are unaffected."""

    def __init__(self, text: str) -> None:
        self.names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
        self._names = frozenset(self.names)
        positions = {name: f"${position}" for position, name in enumerate(self.names, 1)}
        self.text = _PARAMETER.sub(lambda match: positions[match[1]], text)

    async def fetch(self, **values: object) -> Sequence[Mapping[str, Any]]:
        """Run the statement and return its rows. Raises TypeError unless the values match the parameters exactly."""
        if values.keys() != self._names:
            raise TypeError(f"The statement takes {', '.join(self.names)}; it was given {', '.join(values)}.")
        return await fetch(self.text, *[values[name] for name in self.names])


class StatementBuilder:
    """Collects the values of a statement that is built from parts, and returns a placeholder for each value."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._observers: list[Observer] | None = None

    def observe(self, observer: Observer) -> None:
        """Call ``observer`` with the records that the statement returns to a client."""
        self._observers = [*(self._observers or ()), observer]

    def show(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Call the observers with the records that are returned to a client, if ``fetch`` has not done so."""
        for observer in self._observers or ():
            observer(records)

    def bind(self, value: object) -> str:
        """Add a value and return its placeholder, starting with ``$1``."""
        self.values.append(value)
        return f"${len(self.values)}"

    def bind_array(self, values: Sequence[object], element_type: str) -> str:
        """Add an array and return the SQL of it, for statements that are executed often.

        It is a subquery so that the planner does not know the number of elements. If it did, it would find that a plan for
        few elements is cheaper than one for any number, and make a plan for each execution, which costs more than it.
        """
        return f"(SELECT {self.bind(list(values))}::{element_type}[])::{element_type}[]"

    async def fetch(self, text: str, *, shown: bool = True) -> Sequence[Mapping[str, Any]]:
        """Run the complete statement with the values that have been bound, and return its rows.

        The observers are called, unless only some of the rows are ``shown``.
        """
        records = await fetch(text, *self.values)
        if shown and self._observers:
            self.show(records)
        return records


async def insert_rows(table: str, types: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows with one statement. ``types`` maps column names to PostgreSQL types; every row has all columns."""
    if rows:
        await fetch(f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM {_unnest(types)}", *_arrays(types, rows))


async def update_rows(table: str, types: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> None:
    """Update rows, identified by ``id``, with one statement that sets all the other columns in ``types``."""
    if rows:
        assignments = ", ".join(f"{column} = new.{column}" for column in types if column != "id")
        source = f"{_unnest(types)} AS new({', '.join(types)})"
        await fetch(f"UPDATE {table} SET {assignments} FROM {source} WHERE {table}.id = new.id", *_arrays(types, rows))


def _unnest(types: Mapping[str, str]) -> str:
    return f"unnest({', '.join(f'${position}::{kind}[]' for position, kind in enumerate(types.values(), 1))})"


def _arrays(types: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> list[list[object]]:
    return [[row[column] for row in rows] for column in types]
