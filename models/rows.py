"""Rows as plain records, built by position from the records of handwritten SQL.

A record has the attributes of its model, and its class the model's name, but no queries, no relations that fetch
themselves, and no ``save``. Building one costs a fraction of what an instance of the model does. Columns that were not
selected are unset attributes: reading one raises AttributeError. Callers see records as instances of the model, because
that is what they read; a service that writes through Tortoise fetches an instance.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from itertools import chain, count
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, cast

from tortoise import Model, fields

from models.base import load_json

M = TypeVar("M", bound=Model)


class _Record:
    """Base class of the records. Records of the same row may differ in which attributes are set."""

    __slots__ = ()
    model: ClassVar[type[Model]]

    def __repr__(self) -> str:
        # The values of a row may be personal, and must not reach a log.
        return f"<{type(self).__name__} {getattr(self, 'id', '?')}>"


@cache
def column_names(model: type[Model]) -> tuple[str, ...]:
    """Return the names of the columns of a model's table, the primary key first."""
    names = tuple(model._meta.fields_db_projection.values())
    # Tortoise adds the columns of foreign keys when it starts; a statement built before that would not select them.
    assert all(f"{relation}_id" in names for relation in model._meta.fk_fields), "Tortoise has not started"
    key = model._meta.db_pk_column
    return (key, *(name for name in names if name != key))


@cache
def record_class(model: type[Model]) -> type[_Record]:
    """Return the class of a model's records: an attribute for each column and, for rows joined to it, each relation."""
    slots = (*column_names(model), *sorted(model._meta.fk_fields), *sorted(model._meta.m2m_fields))
    members = {"__slots__": slots, "__doc__": f"A row of ``{model._meta.db_table}``.", "model": model}
    return type(model.__name__, (_Record,), members)


def without_joined_rows(row: M) -> M:
    """Return a copy of a record that has its columns, but none of the rows that were joined to it."""
    copy: M = object.__new__(type(row))
    for name in column_names(cast(_Record, row).model):
        if hasattr(row, name):
            setattr(copy, name, getattr(row, name))
    return copy


@dataclass(frozen=True, slots=True)
class RowShape:
    """The columns of a row in their order, the primary key first, and the shapes of the rows joined to it."""

    model: type[Model]
    names: tuple[str, ...]
    joined: tuple[tuple[str, "RowShape"], ...] = ()
    """By the name of the relation, in the order in which their columns follow."""


class RowReader(Generic[M]):
    """Reads rows of a model from records that select ``columns`` somewhere, each column named ``"alias.column"``.

    The columns of a row, and then those of the rows joined to it, lie side by side, so their position is looked up once
    for all records of a result. Joined rows hang on the row, each under the name of its relation.
    """

    def __init__(
        self,
        model: type[M],
        alias: str,
        names: Sequence[str],
        expressions: Mapping[str, str] = MappingProxyType({}),
        joined: Sequence[tuple[str, "RowReader[Any]"]] = (),
    ) -> None:
        """Set the columns; ``expressions`` has the SQL of those attributes that are not columns of the table."""
        sources = {name: expressions.get(name, f'{alias}."{name}"') for name in names}
        own = [f'{sql} AS "{alias}.{name}"' for name, sql in sources.items()]
        self.columns: str = ", ".join([*own, *(reader.columns for _, reader in joined)])
        self.shape: RowShape = RowShape(
            model, tuple(names), tuple((relation, reader.shape) for relation, reader in joined)
        )
        self._first = f"{alias}.{names[0]}"
        self._width: int = len(names) + sum(reader._width for _, reader in joined)
        self._make: Callable[..., M] = _constructor(self.shape)

    def position(self, record: Mapping[str, Any]) -> slice:
        """Return where the row's columns lie in a record, and in every record of the same statement."""
        start = list(record.keys()).index(self._first)
        return slice(start, start + self._width)

    def read(self, records: Iterable[Mapping[str, Any]], position: slice) -> list[M | None]:
        """Build the row of each record; it is None if its primary key is null because an outer join found no row."""
        make = self._make
        slices = [record[position] for record in cast(Iterable[Any], records)]
        return [None if values[0] is None else make(*values) for values in slices]

    def read_one(self, record: Mapping[str, Any]) -> M | None:
        """Build the row of a single record."""
        return self.read([record], self.position(record))[0]


@lru_cache(maxsize=1_000)
def reader(model: type[M], alias: str, names: tuple[str, ...] | None = None) -> RowReader[M]:
    """Return the reader of these columns of a model, by default all. The primary key must be the first."""
    return RowReader(model, alias, names or column_names(model))


def columns(model: type[Model], alias: str) -> str:
    """Return the SELECT list of all columns of a model's table, each named ``"alias.column"``."""
    return reader(model, alias).columns


def row(model: type[M], alias: str, record: Mapping[str, Any]) -> M | None:
    """Build a row from a record that was selected with ``columns(model, alias)``.

    Return None if the primary key is null, which means that an outer join found no row.
    """
    return reader(model, alias).read_one(record)


def rows(model: type[M], alias: str, records: Sequence[Mapping[str, Any]]) -> list[M]:
    """Build the rows of records that were selected with ``columns(model, alias)``, leaving out those without a key."""
    if not records:
        return []
    row_reader = reader(model, alias)
    return [row for row in row_reader.read(records, row_reader.position(records[0])) if row is not None]


def instance(model: type[M], alias: str, record: Mapping[str, Any]) -> M:
    """Build an instance of the model, to be changed and saved, from a record selected with ``columns``."""
    return model._init_from_db(**{name: record[f"{alias}.{name}"] for name in column_names(model)})


@lru_cache(maxsize=2_000)
def _constructor(shape: RowShape) -> Callable[..., Any]:
    """Return a function that makes a row and those joined to it from the values of their columns, in order.

    Its source has one assignment a column, as the ``__init__`` of a dataclass has, which is three times as fast as a
    loop that calls ``setattr``.
    """
    namespace: dict[str, Any] = {"new": object.__new__}
    body = _assignments(shape, "  ", count(), count(), namespace)
    parameters = ", ".join(f"v{n}" for n in range(_width(shape)))
    exec("\n".join([f"def make({parameters}):", *body, "  return r0"]), namespace)  # noqa: S102 - made of names alone
    return cast(Callable[..., Any], namespace["make"])


def _width(shape: RowShape) -> int:
    return len(shape.names) + sum(_width(joined) for _, joined in shape.joined)


def _assignments(
    shape: RowShape, indent: str, positions: Iterator[int], numbers: Iterator[int], namespace: dict[str, Any]
) -> Iterator[str]:
    """Yield the lines that make a row ``r<number>`` of the values ``v<position>``, and add what they use."""
    number = next(numbers)
    namespace[f"class{number}"] = record_class(shape.model)
    yield f"{indent}r{number} = new(class{number})"
    for name in shape.names:
        value = f"v{next(positions)}"
        if decoder := _decoder(shape.model, name):
            namespace[f"decode_{value}"] = decoder
            value = f"decode_{value}({value})"
        yield f"{indent}r{number}.{name} = {value}"
    for relation, joined in shape.joined:
        key, other = next(positions), next(numbers)
        lines = _assignments(joined, f"{indent}  ", chain([key], positions), chain([other], numbers), namespace)
        yield f"{indent}r{number}.{relation} = None"
        yield f"{indent}if v{key} is not None:"
        yield from lines
        yield f"{indent}  r{number}.{relation} = r{other}"


def _decoder(model: type[Model], column: str) -> Callable[[Any], Any] | None:
    """Return what converts the driver's value of a column to the model's, or None if they are the same."""
    field = model._meta.fields_map.get(column)
    if isinstance(field, fields.JSONField):
        return _load_nullable_json
    enum = getattr(field, "enum_type", None)
    if isinstance(enum, type) and issubclass(enum, Enum):
        # A lookup in a dict costs a fifth of calling the enum.
        return {None: None, **{member.value: member for member in enum}}.__getitem__
    return None


def _load_nullable_json(text: str | None) -> Any:
    return None if text is None else load_json(text)
