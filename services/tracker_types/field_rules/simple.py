"""What the fields of few slots may ask for: yes and no, and references."""

from typing import Any

from services.forms.definitions import ReferenceTarget
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import FieldEntry


def boolean_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """Anything goes: a confirmation that is not given by default is still one to be asked for."""
    return {"default": entry.default, "must_be_true": bool(entry.must_be_true)}


def reference_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """A target; only employers are confirmed or not."""
    if entry.target is None:
        errors.at("target").add(ErrorCode.REQUIRED, "Say what the field refers to.")
    elif entry.confirmed_only and entry.target != ReferenceTarget.EMPLOYER:
        errors.at("confirmedOnly").add(ErrorCode.WRONG_KIND, "Only employers are confirmed.")
    # Where it lacks, nothing is kept; with one, the rest of the form can be checked.
    return {"target": entry.target or ReferenceTarget.MEMBER, "confirmed_only": bool(entry.confirmed_only)}
