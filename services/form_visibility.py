"""Which fields of a form are there, given its values."""

from collections.abc import Mapping

from services.definitions import TypeDefinition
from services.field_kinds import CanonicalValue


def visible_fields(definition: TypeDefinition, values: Mapping[str, CanonicalValue]) -> frozenset[str]:
    """The keys of the fields that are not hidden, given canonical values.

    A condition looks back: it holds if the canonical text of the field that it names, or any value chosen there,
    is listed. On a field that is hidden, not filled, or further down in the form it does not hold.
    """
    visible: set[str] = set()
    for field in definition.fields:
        condition = field.visible_when
        if condition is None or (
            condition.field in visible and not _texts(values.get(condition.field)).isdisjoint(condition.is_one_of)
        ):
            visible.add(field.key)
    return frozenset(visible)


def _texts(value: CanonicalValue | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, bool):
        return frozenset({"true" if value else "false"})
    return frozenset(value) if isinstance(value, list) else frozenset({str(value)})
