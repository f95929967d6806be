"""Validation of each field of a form on its own, merging submitted values with stored ones."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.forms.definitions import (
    BooleanField,
    FieldDefinition,
    FileField,
    ReferenceField,
    ReferenceTarget,
    TypeDefinition,
)
from services.forms.kinds.lookup import Lookup, UploadScope
from services.forms.kinds.table import KINDS
from services.forms.kinds.types import CanonicalValue, CheckContext, Reference, SubmittedValue
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldResult:
    """The state of a field after an entry: its value, even if invalid, and the problems found.

    ``submitted`` is true if the entry has the field's key, ``changed`` if the value differs from the stored one.
    """

    value: CanonicalValue | None
    problems: tuple[Problem, ...] = ()
    submitted: bool = False
    changed: bool = False

    @property
    def filled(self) -> bool:
        """Whether the field has a value, valid or not."""
        return self.value is not None or bool(self.problems)


async def check_fields(
    definition: TypeDefinition,
    submitted: Sequence[SubmittedValue],
    *,
    organisation_id: UUID,
    today: dt.date,
    stored: Mapping[str, CanonicalValue] | None,
    uploads: UploadScope | None = None,
) -> Mapping[str, FieldResult]:
    """Return the result of every field by key, in form order. If a key was submitted twice, its first value is used.

    ``uploads`` limits which files the entry may refer to; if it is None, it may refer to none.
    """
    values: dict[str, SubmittedValue] = {}
    for value in submitted:
        values.setdefault(value.key, value)
    lookup = Lookup(
        organisation_id, _references(definition, values), uploads=uploads, file_ids=_file_ids(definition, values)
    )
    by_year = frozenset(check.field for check in definition.codes)
    context = CheckContext(today=today, lookup=lookup, fields_by_year=by_year)
    return {
        field.key: await _field_result(field, values.get(field.key), stored, context) for field in definition.fields
    }


async def _field_result(
    field: FieldDefinition,
    submitted: SubmittedValue | None,
    stored: Mapping[str, CanonicalValue] | None,
    context: CheckContext,
) -> FieldResult:
    stored_value = None if stored is None else stored.get(field.key)
    submission = submitted or (_default(field) if stored is None else None)
    if submission is None:
        return FieldResult(value=stored_value)
    errors = ErrorCollector(("values", field.key))
    value = await _check(errors, field, submission, context)
    if stored_value is not None and value == stored_value:
        return FieldResult(value=stored_value, submitted=True)
    return FieldResult(value=value, problems=tuple(errors.problems), submitted=submitted is not None, changed=True)


def _default(field: FieldDefinition) -> SubmittedValue | None:
    if isinstance(field, BooleanField) and field.default is not None:
        return SubmittedValue(field.key, KINDS[field.kind].slot, field.default)
    return None


async def _check(
    errors: ErrorCollector, field: FieldDefinition, submitted: SubmittedValue, context: CheckContext
) -> CanonicalValue | None:
    kind = KINDS[field.kind]
    if submitted.slot is None:
        return None
    if submitted.slot != kind.slot:
        errors.add(ErrorCode.WRONG_KIND, f"{field.title} takes {kind.accepted_value}.", allowed=kind.slot)
        return None
    return await kind.check(errors, field, submitted.value, context)


def _references(
    definition: TypeDefinition, values: Mapping[str, SubmittedValue]
) -> Mapping[ReferenceTarget, frozenset[UUID]]:
    """Return the ids submitted for reference fields, by target."""
    ids: dict[ReferenceTarget, set[UUID]] = defaultdict(set)
    for field in definition.fields:
        submitted = values.get(field.key)
        reference = submitted.value if submitted else None
        if isinstance(field, ReferenceField) and isinstance(reference, Reference) and reference.target == field.target:
            ids[field.target].add(reference.id)
    return {target: frozenset(target_ids) for target, target_ids in ids.items()}


def _file_ids(definition: TypeDefinition, values: Mapping[str, SubmittedValue]) -> frozenset[UUID]:
    """Return the ids submitted for file fields."""
    ids: set[UUID] = set()
    for field in definition.fields:
        submitted = values.get(field.key)
        if (
            isinstance(field, FileField)
            and submitted
            and isinstance(submitted.value, list)
            and submitted.slot == "files"
        ):
            ids.update(submitted.value)
    return frozenset(ids)
