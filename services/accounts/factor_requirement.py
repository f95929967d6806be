"""What an organisation demands of its members: a second factor, of all or of those with some roles.

``Viewer.require_factor`` enforces it: whoever is concerned, and has not proved a factor in their session, can only add one.
"""

from collections.abc import Collection
from dataclasses import dataclass

from models import AuditKind, Organisation, Role
from models.database import fetch, transaction
from models.rows import columns, row
from services.audit import audit
from services.kernel.absent import Absent
from services.kernel.channels import SESSIONS, wake_all
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.viewer import Viewer, demands_factor

_OWN_FIRST = Problem(
    (), ErrorCode.FORBIDDEN, "This would apply to you: add a second factor of your own first, or sign in with it."
)

_KEEP = "Leave it out to keep it."


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRequirement:
    """Whether every member must have a second factor, or else the roles whose holders must."""

    everyone: bool
    roles: list[Role]


def factor_requirement(organisation: Organisation) -> FactorRequirement:
    """Return what an organisation demands."""
    roles = [role for role in Role if role in organisation.factor_required_roles]
    return FactorRequirement(everyone=organisation.factor_required, roles=roles)


async def update_factor_requirement(
    viewer: Viewer, *, everyone: bool | Absent | None, roles: Collection[Role] | Absent | None
) -> Organisation:
    """Change what the viewer's organisation demands, and return the organisation.

    It holds at once, for sessions that are open too. Raises ForbiddenError without MANAGE_SETTINGS, and ValidationFailed
    without a recent sign-in, with REQUIRED for each argument that is None, or with FORBIDDEN if the viewer would have to
    have a factor and has proved none.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    viewer.require_recent_sign_in()
    if everyone is None or roles is None:
        names = [name for name, value in (("everyone", everyone), ("roles", roles)) if value is None]
        raise ValidationFailed([Problem((name,), ErrorCode.REQUIRED, _KEEP) for name in names])
    return await unit_of_work(lambda: _update(viewer, everyone=everyone, roles=roles))


async def _update(viewer: Viewer, *, everyone: bool | Absent, roles: Collection[Role] | Absent) -> Organisation:
    async with transaction():
        before = await _lock_organisation(viewer)
        after = FactorRequirement(
            everyone=before.everyone if isinstance(everyone, Absent) else everyone,
            roles=before.roles if isinstance(roles, Absent) else [role for role in Role if role in roles],
        )
        if not viewer.second_factor and demands_factor(after.everyone, after.roles, viewer.member.roles):
            raise ValidationFailed([_OWN_FIRST])
        if after != before:
            await fetch(
                "UPDATE organisation SET factor_required = $2, factor_required_roles = $3 WHERE id = $1",
                viewer.organisation_id,
                after.everyone,
                [role.value for role in after.roles],
            )
            details = {"before": _details(before), "after": _details(after)}
            await audit(viewer, AuditKind.FACTOR_REQUIREMENT_UPDATED, viewer.organisation_id, details)
            await _wake_members(viewer)
        return await _read_organisation(viewer)


async def _lock_organisation(viewer: Viewer) -> FactorRequirement:
    statement = "SELECT id FROM organisation WHERE id = $1 FOR NO KEY UPDATE"
    await fetch(statement, viewer.organisation_id)
    return factor_requirement(await _read_organisation(viewer))


async def _read_organisation(viewer: Viewer) -> Organisation:
    statement = f"SELECT {columns(Organisation, 'o')} FROM organisation o WHERE o.id = $1"
    organisation = row(Organisation, "o", (await fetch(statement, viewer.organisation_id))[0])
    assert organisation is not None
    return organisation


async def _wake_members(viewer: Viewer) -> None:
    """Have the open connections of members checked that have proved no factor."""
    statement = """
    SELECT DISTINCT s.member_id FROM session s JOIN member m ON m.id = s.member_id
    WHERE m.organisation_id = $1 AND NOT s.second_factor AND s.ended_at IS NULL AND s.expires_at > now()
    """
    wake_all(SESSIONS, [record["member_id"] for record in await fetch(statement, viewer.organisation_id)])


def _details(requirement: FactorRequirement) -> dict[str, object]:
    return {"everyone": requirement.everyone, "roles": [role.value for role in requirement.roles]}
