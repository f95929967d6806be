"""References to members, employers and programmes of the organisation."""

from types import MappingProxyType

from services.forms.definitions import ReferenceField, ReferenceTarget
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.kernel.errors import ErrorCode
from services.kernel.global_ids import NodeReference

TYPE_NAMES = MappingProxyType(
    {
        ReferenceTarget.MEMBER: "Member",
        ReferenceTarget.EMPLOYER: "Employer",
        ReferenceTarget.PROGRAMME: "Programme",
    }
)
"""What the API calls each target."""

_SPOKEN = MappingProxyType(
    {
        ReferenceTarget.MEMBER: "active member",
        ReferenceTarget.EMPLOYER: "employer",
        ReferenceTarget.PROGRAMME: "programme",
    }
)


def names_target(field: ReferenceField, value: NodeReference) -> bool:
    """Whether the id is one of the type that the field refers to."""
    return value.type_name == TYPE_NAMES[field.target]


async def check_reference(field: ReferenceField, value: NodeReference, context: CheckContext) -> CheckResult:
    """An active member, an employer or a programme; some fields take confirmed employers only."""
    right_type = names_target(field, value)
    found = await context.lookup.find(field.target, value.id) if right_type else None
    canonical = str(value.id) if right_type else None
    if found is None:
        message = f"{field.label} names no {_SPOKEN[field.target]} of your organisation."
        return CheckResult(canonical, (problem(field, ErrorCode.NOT_FOUND, message),))
    if field.confirmed_only and not found.confirmed:
        message = f"{field.label} must be an employer that has been confirmed."
        return CheckResult(canonical, (problem(field, ErrorCode.NOT_CONFIRMED, message),))
    return CheckResult(canonical)
