"""Which columns of a row to read, and which rows that it refers to: the SELECT list, its joins, and reading the result.

The rows that are joined hang on the record, each under the name of its relation (``tracker.learner.tutor``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from tortoise import Model

from models import Employer, Learner, Member, Programme, Tracker, TrackerEvent
from models.rows import RowReader, column_names
from services.kernel.names import in_reading_order
from services.kernel.sql import StatementBuilder
from services.learner_reads import learner_reads
from services.viewer import Viewer
from services.visibility import visibility_condition

M = TypeVar("M", bound=Model)

COMPUTED_COLUMNS: Mapping[type[Model], Mapping[str, str]] = MappingProxyType(
    {
        Learner: {
            "groups": "ARRAY(SELECT g.name FROM learner_in_group i JOIN learner_group g ON g.id = i.group_id "
            f"WHERE i.learner_id = {{}}.id ORDER BY {in_reading_order('g.name')})"
        }
    }
)
"""Attributes of records that no column holds: their SQL, with the alias of the row's table to be filled in."""

LISTED_COLUMNS = frozenset(
    {"id", "title", "given_names", "family_name", "reference", "programme_id", "sub_programme", "programme_status"}
    | {"tutor_id", "groups"}
)
"""What lists show of a learner to tell them from others. Whoever reads more has read the learner's record."""

_SEEN_BY_ALL = frozenset({Member, Employer, Programme})
"""The models whose rows every member of the organisation sees."""
_IMPLIED = frozenset({(Tracker, "learner"), (TrackerEvent, "tracker")})
"""Relations to rows of other models that everyone sees who sees the row itself."""


@dataclass(frozen=True, eq=False, slots=True)
class RowSelection(Generic[M]):
    """The columns of a model to read, the primary key first, and the selections of joined rows by relation.

    Equal selections are mostly the same object, so that they can be compared and hashed cheaply (see ``select_row``).
    """

    model: type[M]
    columns: tuple[str, ...]
    joins: tuple[tuple[str, "RowSelection[Any]"], ...] = ()

    def source(self, alias: str) -> "RowSource[M]":
        """Return the SQL of this selection for a table with this alias."""
        return _source(self, alias)


@lru_cache(maxsize=2_000)
def select_row(
    model: type[M], columns: frozenset[str], joins: tuple[tuple[str, RowSelection[Any]], ...] = ()
) -> RowSelection[M]:
    """Return the selection of these columns and joins."""
    names = (*column_names(model), *COMPUTED_COLUMNS.get(model, ()))
    assert columns <= set(names), f"{model.__name__} has no column {', '.join(sorted(columns - set(names)))}"
    return RowSelection(model, tuple(name for name in names if name == names[0] or name in columns), joins)


@cache
def all_columns(model: type[M]) -> RowSelection[M]:
    """Return the selection of all columns of a model, without joins."""
    return select_row(model, frozenset(column_names(model)))


@lru_cache(maxsize=2_000)
def _source(selection: RowSelection[M], alias: str) -> "RowSource[M]":
    return RowSource(selection, alias)


def related_model(model: type[Model], relation: str) -> type[Model]:
    """Return the model to whose rows a relation points."""
    field: Any = model._meta.fields_map[relation]
    return cast(type[Model], field.related_model)


class RowSource(Generic[M]):
    """The SQL of a selection for a table with a given alias, and the reading of its rows."""

    def __init__(self, selection: RowSelection[M], alias: str) -> None:
        computed = COMPUTED_COLUMNS.get(selection.model, {})
        expressions = {name: computed[name].format(alias) for name in selection.columns if name in computed}
        self._model, self._alias = selection.model, alias
        self._shows_learner = selection.model is Learner and not LISTED_COLUMNS.issuperset(selection.columns)
        self._joined = [(relation, joined.source(f"{alias}_{relation}")) for relation, joined in selection.joins]
        joined = [(relation, source._reader) for relation, source in self._joined]
        self._reader: RowReader[M] = RowReader(selection.model, alias, selection.columns, expressions, joined)
        self.columns = self._reader.columns

    def joins(self, viewer: Viewer, statement: StatementBuilder, *, one_by_one: bool = False) -> str:
        """Return the joins of the FROM clause that ``columns`` needs beside the table itself.

        They are outer joins even where there always is a row, as PostgreSQL leaves those out of a count. With
        ``one_by_one`` each row is looked up by its key, where PostgreSQL might scan a table for a single row.
        """
        if self._shows_learner:
            statement.observe(partial(_note_learners, viewer, f"{self._alias}.id"))
        parts = []
        for relation, joined in self._joined:
            condition = f"{joined._alias}.id = {self._alias}.{relation}_id"
            if joined._model not in _SEEN_BY_ALL and (self._model, relation) not in _IMPLIED:
                condition += f" AND {visibility_condition(joined._model, joined._alias, viewer, statement)}"
            table = f"{joined._model._meta.db_table} {joined._alias}"
            if one_by_one:
                table, condition = f"LATERAL (SELECT * FROM {table} WHERE {condition} OFFSET 0) {joined._alias}", "true"
            parts.append(f"LEFT JOIN {table} ON {condition}")
            parts.append(joined.joins(viewer, statement, one_by_one=one_by_one))
        return " ".join(filter(None, parts))

    def read(self, records: Sequence[Mapping[str, Any]]) -> list[M]:
        """Build the rows of a statement's records, in the same order. Every record must have a row."""
        return cast(list[M], self.read_outer(records))

    def read_outer(self, records: Sequence[Mapping[str, Any]]) -> list[M | None]:
        """Do the same for a statement that joins the rows to others: None where there is none."""
        return self._reader.read(records, self._reader.position(records[0])) if records else []


def _note_learners(viewer: Viewer, key: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Note that the viewer reads the records of the learners whose ids are in the column ``key``."""
    ids = {record.get(key) for record in records} - {None}
    learner_reads.note(viewer.organisation_id, viewer.member_id, cast(set[UUID], ids))


class SelectionBuilder:
    """Collects what fields need of a row, each need as a path: ``"number"``, or ``"learner.tutor.name"``."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self._columns: set[str] = set()
        self._joins: dict[str, SelectionBuilder] = {}

    def add(self, paths: Iterable[str]) -> None:
        """Add needs."""
        for path in paths:
            relation, _, rest = path.rpartition(".")
            (self.join_all(relation.split(".")) if relation else self)._columns.add(rest)

    def join_all(self, relations: Iterable[str]) -> "SelectionBuilder":
        """Return the builder of the row at the end of a path of relations."""
        builder = self
        for relation in relations:
            builder = builder.join(relation)
        return builder

    def join(self, relation: str) -> "SelectionBuilder":
        """Return the builder of the row to which a relation points."""
        if relation not in self._joins:
            self._columns.add(f"{relation}_id")
            self._joins[relation] = SelectionBuilder(related_model(self.model, relation))
        return self._joins[relation]

    def build(self) -> RowSelection[Any]:
        """Return the selection."""
        joins = tuple((relation, builder.build()) for relation, builder in sorted(self._joins.items()))
        return select_row(self.model, frozenset(self._columns), joins)
