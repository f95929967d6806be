"""What an entry says about each field of a form: a value, checked, or the one that is stored."""

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
from services.forms.kinds import (
    KINDS,
    CanonicalValue,
    CheckContext,
    CheckResult,
    Lookup,
    NodeReference,
    SubmittedValue,
    Uploads,
)
from services.forms.kinds import problem as problem_at
from services.forms.kinds.files import names_file
from services.forms.kinds.references import names_target
from services.kernel.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class FieldResult:
    """A field's value after the entry: whether it was given, whether it is new, and what is wrong with it then."""

    checked: CheckResult
    given: bool
    changed: bool

    @property
    def value(self) -> CanonicalValue | None:
        """The canonical value, also of one that is refused where it has one."""
        return self.checked.value

    @property
    def filled(self) -> bool:
        """Whether there is anything, right or wrong."""
        return self.checked.value is not None or bool(self.checked.problems)


async def check_fields(
    definition: TypeDefinition,
    submitted: Sequence[SubmittedValue],
    *,
    organisation_id: UUID,
    today: dt.date,
    stored: Mapping[str, CanonicalValue] | None,
    uploads: Uploads | None = None,
) -> Mapping[str, FieldResult]:
    """An answer for every field, in form order. Of a key that was given twice the first one counts.

    ``uploads`` says which files may be named; without it, none.
    """
    given: dict[str, SubmittedValue] = {}
    for value in submitted:
        given.setdefault(value.key, value)
    lookup = Lookup(organisation_id, _wanted(definition, given), uploads=uploads, files=_files(definition, given))
    context = CheckContext(today=today, lookup=lookup)
    return {field.key: await _answer(field, given.get(field.key), stored, context) for field in definition.fields}


async def _answer(
    field: FieldDefinition,
    given: SubmittedValue | None,
    stored: Mapping[str, CanonicalValue] | None,
    context: CheckContext,
) -> FieldResult:
    before = None if stored is None else stored.get(field.key)
    entered = given or (_default(field) if stored is None else None)
    if entered is None:
        return FieldResult(CheckResult(before), given=False, changed=False)
    checked = await _check(field, entered, context)
    if before is not None and checked.value == before:
        return FieldResult(CheckResult(before), given=True, changed=False)
    return FieldResult(checked, given=given is not None, changed=True)


def _default(field: FieldDefinition) -> SubmittedValue | None:
    if isinstance(field, BooleanField) and field.default is not None:
        return SubmittedValue(field.key, KINDS[field.kind].slot, field.default)
    return None


async def _check(field: FieldDefinition, entered: SubmittedValue, context: CheckContext) -> CheckResult:
    kind = KINDS[field.kind]
    if entered.slot is None:
        return CheckResult(None)
    if entered.slot != kind.slot:
        message = f"{field.label} takes {kind.takes}."
        return CheckResult(None, (problem_at(field, ErrorCode.WRONG_KIND, message, allowed=kind.slot),))
    return await kind.check(field, entered.value, context)


def _wanted(
    definition: TypeDefinition, given: Mapping[str, SubmittedValue]
) -> Mapping[ReferenceTarget, frozenset[UUID]]:
    ids: dict[ReferenceTarget, set[UUID]] = defaultdict(set)
    for field in definition.fields:
        entered = given.get(field.key)
        value = entered.value if entered else None
        if isinstance(field, ReferenceField) and isinstance(value, NodeReference) and names_target(field, value):
            ids[field.target].add(value.id)
    return {target: frozenset(some) for target, some in ids.items()}


def _files(definition: TypeDefinition, given: Mapping[str, SubmittedValue]) -> frozenset[UUID]:
    ids: set[UUID] = set()
    for field in definition.fields:
        entered = given.get(field.key)
        if isinstance(field, FileField) and entered and isinstance(entered.value, list):
            ids.update(one.id for one in entered.value if names_file(one))
    return frozenset(ids)
