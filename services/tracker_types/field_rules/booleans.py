"""Validation of the definitions of boolean fields."""

from typing import Any

from services.kernel.error_collector import ErrorCollector
from services.tracker_types.input import FieldEntry


def check_boolean_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the attributes of a boolean field. Every combination is valid, as the default is only preselected."""
    return {"default": entry.default, "must_be_true": bool(entry.must_be_true)}
