"""Validation of yes/no values."""

from services.forms.definitions import BooleanField
from services.forms.kinds.types import CheckContext
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode


def check_boolean_field(errors: ErrorCollector, field: BooleanField, value: bool, context: CheckContext) -> bool:
    """Return the value, adding REQUIRED if a confirmation is false. ``False`` counts as filled."""
    if field.must_be_true and not value:
        errors.add(ErrorCode.REQUIRED, f"{field.title} must be confirmed.")
    return value
