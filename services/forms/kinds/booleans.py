"""Yes and no, and confirmations."""

from services.forms.definitions import BooleanField
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.kernel.errors import ErrorCode


async def check_boolean(field: BooleanField, value: bool, context: CheckContext) -> CheckResult:
    """``false`` is filled; a confirmation that is refused is REQUIRED."""
    if field.must_be_true and not value:
        return CheckResult(value, (problem(field, ErrorCode.REQUIRED, f"{field.label}: this must be confirmed."),))
    return CheckResult(value)
