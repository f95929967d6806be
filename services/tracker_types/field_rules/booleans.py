"""What the definition of a boolean field may hold."""

from typing import Any

from services.kernel.error_collector import ErrorCollector
from services.tracker_types.input import FieldEntry


def check_boolean_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the default and ``must_be_true``; any two go together, as the default is only what the form shows first."""
    return {"default": entry.default, "must_be_true": bool(entry.must_be_true)}
