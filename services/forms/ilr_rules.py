"""The rules of the ILR for values of a form that depend on one another: codes by year, and apprenticeship units."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.forms.definitions import ChoiceField, FieldDefinition, TypeDefinition
from services.forms.ilr_definitions import CodeCheck, UnitRules
from services.forms.kinds.types import CanonicalValue
from services.ilr.code_lists import RULES, codes_in, field_named
from services.ilr.units import MAX_LENGTH, MIN_LENGTH, is_unit_reference
from services.ilr.years import full_year, ilr_year
from services.kernel.dates import format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.words import quote

_UNIT = "UNIT"  # the choice that a form has for an apprenticeship unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FormValues:
    """The canonical values of the visible fields without problems, and the keys of all fields that have changed."""

    values: Mapping[str, CanonicalValue]
    changed: Collection[str]

    def text(self, key: str | None) -> str | None:
        """Return the value of a text or date field, or the only value of a choice field; None if it is not filled."""
        value = self.values.get(key) if key else None
        return value[0] if isinstance(value, list) and len(value) == 1 else value if isinstance(value, str) else None

    def any_changed(self, *keys: str | None) -> bool:
        """Return whether any of these fields has changed."""
        return any(key in self.changed for key in keys)


def check_ilr_rules(errors: ErrorCollector, definition: TypeDefinition, form: FormValues, *, on_unit: bool) -> None:
    """Check the codes and, for an apprenticeship unit, its dates and choices; ``errors`` is at the form's values.

    Values that have not changed are not checked again. ``on_unit`` says whether the learner is on a unit.
    """
    for check in definition.codes:
        if form.any_changed(check.field, check.element_in, check.year_in, check.day_in):
            _check_code(errors.at(check.field), definition, check, form)
    if definition.units:
        _check_unit(errors, definition, definition.units, form, on_unit=on_unit)


def _check_code(errors: ErrorCollector, definition: TypeDefinition, check: CodeCheck, form: FormValues) -> None:
    """Check that the codes in a field are in the list of the year. Text that does not begin with a code is left alone."""
    element = check.element or field_named(form.text(check.element_in) or "")
    year = _year(check, form)
    known = codes_in(element, year) if element and year else None
    if element is None or known is None or _entered_codes(form.values.get(check.field)) <= known.keys():
        return
    allowed = ", ".join(map(str, known))
    message = (
        f"{_label(definition, check.field)} must be a code that {element} has in the ILR year {year}: one of {allowed}."
    )
    errors.add(ErrorCode.NOT_A_CHOICE, message, rule=RULES[element], year=year, allowed=allowed)


def _year(check: CodeCheck, form: FormValues) -> str | None:
    if day := form.text(check.day_in):
        return ilr_year(dt.date.fromisoformat(day))
    return full_year(form.text(check.year_in) or "")


def _entered_codes(value: CanonicalValue | None) -> set[int]:
    texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    matches = [re.match(r"[0-9]{1,9}\b", text) for text in texts]
    return {int(match[0]) for match in matches if match}


def _check_unit(
    errors: ErrorCollector, definition: TypeDefinition, rules: UnitRules, form: FormValues, *, on_unit: bool
) -> None:
    reference, kind = form.text(rules.reference_in), form.text(rules.kind_in)
    by_reference = None if reference is None else is_unit_reference(reference)
    if (
        rules.reference_in
        and kind
        and by_reference not in (None, kind == _UNIT)
        and form.any_changed(rules.reference_in, rules.kind_in)
    ):
        message = (
            f"{_label(definition, rules.reference_in)} must be AU and 4 digits for an apprenticeship unit, and not for "
            "anything else."
        )
        errors.at(rules.reference_in).add(ErrorCode.INVALID_FORMAT, message)
    if not (on_unit if rules.by_learner else by_reference or kind == _UNIT):
        return
    _check_length(errors, definition, rules, form)
    for key in rules.choices_not_asked:
        _check_choices(errors.at(key), definition.field(key), rules.choices_not_asked[key], form)


def _check_length(errors: ErrorCollector, definition: TypeDefinition, rules: UnitRules, form: FormValues) -> None:
    """Check that a unit is planned to last 1 to 16 weeks. What remains of the learner's own after a break may be shorter."""
    start, end = form.text(rules.starts), form.text(rules.ends)
    if not (start and end and rules.ends) or not form.any_changed(*_kind_fields(rules), rules.starts, rules.ends):
        return
    first = dt.date.fromisoformat(start)
    earliest, latest = first if rules.by_learner else first + MIN_LENGTH, first + MAX_LENGTH
    day = dt.date.fromisoformat(end)
    if earliest <= day <= latest:
        return
    code = ErrorCode.TOO_EARLY if day < earliest else ErrorCode.TOO_LATE
    message = (
        f"{_label(definition, rules.ends)} must be from {format_date(earliest)} to {format_date(latest)}: an "
        "apprenticeship unit lasts 1 to 16 weeks."
    )
    errors.at(rules.ends).add(code, message, earliest=earliest, latest=latest, field=rules.starts)


def _kind_fields(rules: UnitRules) -> tuple[str | None, ...]:
    """Return the keys of the fields that say whether a form is about a unit."""
    return rules.reference_in, rules.kind_in


def _check_choices(
    errors: ErrorCollector, field: FieldDefinition | None, not_asked: Collection[str], form: FormValues
) -> None:
    """Refuse the choices of a field that are not asked of a unit."""
    if not isinstance(field, ChoiceField) or field.key not in form.changed:
        return
    value = form.values.get(field.key)
    refused = [c.label for c in field.choices if isinstance(value, list) and c.value in value and c.value in not_asked]
    if refused:
        allowed = ", ".join(choice.value for choice in field.choices if choice.value not in not_asked)
        message = (
            f"{field.title} cannot be {quote(refused[0])}: the learner is on an apprenticeship unit, which has none. "
            "Choose another."
        )
        errors.add(ErrorCode.NOT_A_CHOICE, message, allowed=allowed)


def _label(definition: TypeDefinition, key: str) -> str:
    """Return a field's label, in quotation marks."""
    field = definition.field(key)
    return field.title if field else quote(key)
