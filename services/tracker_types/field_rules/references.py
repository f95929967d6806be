"""Validation of the definitions of reference fields."""

from typing import Any

from services.forms.definitions import ReferenceTarget
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import FieldEntry


def check_reference_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the attributes of a reference field.

    Adds REQUIRED without a target, and WRONG_KIND if ``confirmed_only`` is set for a target other than EMPLOYER.
    """
    if entry.target is None:
        errors.at("target").add(ErrorCode.REQUIRED, "Say what the field refers to.")
    elif entry.confirmed_only and entry.target != ReferenceTarget.EMPLOYER:
        errors.at("confirmed_only").add(ErrorCode.WRONG_KIND, "Only employers can be confirmed.")
    # Any target can replace a missing one: the definition is not stored, but the rest of it can be checked.
    return {"target": entry.target or ReferenceTarget.MEMBER, "confirmed_only": bool(entry.confirmed_only)}
