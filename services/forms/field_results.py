"""The result of an entry for each field of a form: the value that it gives, checked, or the stored one that stays."""

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
    """A field after the entry: its value, also a refused one, what is wrong, whether it was given and has changed."""

    value: CanonicalValue | None
    problems: tuple[Problem, ...] = ()
    given: bool = False
    changed: bool = False

    @property
    def filled(self) -> bool:
        """Whether the field has anything, right or wrong."""
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
    """Return a result for every field, by key in form order. Of a key that was given twice the first value counts.

    ``uploads`` says which files may be named; without it, none.
    """
    values: dict[str, SubmittedValue] = {}
    for value in submitted:
        values.setdefault(value.key, value)
    lookup = Lookup(
        organisation_id, _references(definition, values), uploads=uploads, file_ids=_file_ids(definition, values)
    )
    context = CheckContext(today=today, lookup=lookup)
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
    entered = submitted or (_default(field) if stored is None else None)
    if entered is None:
        return FieldResult(value=stored_value)
    errors = ErrorCollector(("values", field.key))
    value = await _check(errors, field, entered, context)
    if stored_value is not None and value == stored_value:
        return FieldResult(value=stored_value, given=True)
    return FieldResult(value=value, problems=tuple(errors.problems), given=submitted is not None, changed=True)


def _default(field: FieldDefinition) -> SubmittedValue | None:
    if isinstance(field, BooleanField) and field.default is not None:
        return SubmittedValue(field.key, KINDS[field.kind].slot, field.default)
    return None


async def _check(
    errors: ErrorCollector, field: FieldDefinition, entered: SubmittedValue, context: CheckContext
) -> CanonicalValue | None:
    kind = KINDS[field.kind]
    if entered.slot is None:
        return None
    if entered.slot != kind.slot:
        errors.add(ErrorCode.WRONG_KIND, f"{field.label} takes {kind.takes}.", allowed=kind.slot)
        return None
    return await kind.check(errors, field, entered.value, context)


def _references(
    definition: TypeDefinition, values: Mapping[str, SubmittedValue]
) -> Mapping[ReferenceTarget, frozenset[UUID]]:
    """Return the ids that reference fields name, by target."""
    ids: dict[ReferenceTarget, set[UUID]] = defaultdict(set)
    for field in definition.fields:
        entered = values.get(field.key)
        reference = entered.value if entered else None
        if isinstance(field, ReferenceField) and isinstance(reference, Reference) and reference.target == field.target:
            ids[field.target].add(reference.id)
    return {target: frozenset(target_ids) for target, target_ids in ids.items()}


def _file_ids(definition: TypeDefinition, values: Mapping[str, SubmittedValue]) -> frozenset[UUID]:
    """Return the ids that file fields name."""
    ids: set[UUID] = set()
    for field in definition.fields:
        entered = values.get(field.key)
        if isinstance(field, FileField) and entered and isinstance(entered.value, list) and entered.slot == "files":
            ids.update(entered.value)
    return frozenset(ids)
