"""Validation of references to members, employers and programmes of the organisation."""

from types import MappingProxyType

from services.forms.definitions import ReferenceField, ReferenceTarget
from services.forms.kinds.types import CheckContext, Reference
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

_TARGET_NAMES = MappingProxyType(
    {
        ReferenceTarget.MEMBER: "an active member",
        ReferenceTarget.EMPLOYER: "an employer",
        ReferenceTarget.PROGRAMME: "a programme",
    }
)


def check_reference_field(
    errors: ErrorCollector, field: ReferenceField, value: Reference, context: CheckContext
) -> str | None:
    """Return the id as text, or None if the reference's target differs from the field's.

    An id that was merged into another becomes the one that remains.

    Adds NOT_FOUND unless the organisation has such an active member, employer or programme, and NOT_CONFIRMED for an
    unconfirmed employer if the field accepts confirmed employers only.
    """
    is_target = value.target == field.target
    row = context.lookup.find(field.target, value.id) if is_target else None
    if row is None:
        errors.add(
            ErrorCode.NOT_FOUND,
            f"{field.title} must be {_TARGET_NAMES[field.target]} of your organisation.",
        )
    elif field.confirmed_only and not row.confirmed:
        errors.add(ErrorCode.NOT_CONFIRMED, f"{field.title} must be an employer that has been confirmed.")
    return str(value.id if row is None else row.id) if is_target else None
