"""Removing one's second factors, and making new recovery codes. Each needs a recent sign-in.

Each change is audited, and told to the member by email. Removing the last factor makes the recovery codes void.
"""

from uuid import UUID

from models import AuditKind, Factor, MailKind
from models.database import fetch, transaction
from services.accounts.factors import stored
from services.accounts.factors.recovery_codes import delete_recovery_codes, replace_recovery_codes
from services.audit import audit
from services.kernel.errors import ErrorCode, Problem, UnauthenticatedError, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_notice
from services.viewer import Viewer

_NOT_FOUND = Problem(("id",), ErrorCode.NOT_FOUND, "There is no such second factor.")

_LAST = Problem(
    ("id",),
    ErrorCode.FORBIDDEN,
    "Your organisation demands a second factor, and this is your last: add another one first.",
)

_NONE = Problem((), ErrorCode.NOT_FOUND, "You have no second factor that recovery codes could stand in for.")

# Sessions of single sign-on have proved what the provider asks for.
_FORGET_PROOF = "UPDATE session SET second_factor = false WHERE member_id = $1 AND method <> 'SIGN_ON'"


async def remove_factor(viewer: Viewer, factor_id: UUID) -> None:
    """Remove one of the viewer's factors, unless it is the last and one is demanded. Raises ValidationFailed."""
    viewer.require_recent_sign_in()

    async def work() -> None:
        async with transaction():
            await lock_own_factors(viewer)
            factors = await stored.list_factors(viewer.member_id)
            factor = next((factor for factor in factors if factor.id == factor_id), None)
            if factor is None:
                raise ValidationFailed([_NOT_FOUND])
            is_last = len(factors) == 1
            if is_last and viewer.is_factor_demanded:
                raise ValidationFailed([_LAST])
            await stored.delete_factor(factor_id)
            if is_last:
                await delete_recovery_codes(viewer.member_id)
                # If the organisation demands a factor later, these sessions must prove one.
                await fetch(_FORGET_PROOF, viewer.member_id)
            await audit(viewer, AuditKind.FACTOR_REMOVED, viewer.member_id, audit_details(factor))
            await enqueue_notice(viewer.member_id, MailKind.FACTOR_REMOVED)

    await unit_of_work(work)


async def renew_recovery_codes(viewer: Viewer) -> list[str]:
    """Return ten new recovery codes; the earlier ones become void. Raises ValidationFailed without any factor."""
    viewer.require_recent_sign_in()

    async def work() -> list[str]:
        async with transaction():
            await lock_own_factors(viewer)
            if not await stored.list_factors(viewer.member_id):
                raise ValidationFailed([_NONE])
            codes = await replace_recovery_codes(viewer.member_id)
            await audit(viewer, AuditKind.RECOVERY_CODES_RENEWED, viewer.member_id, {})
            await enqueue_notice(viewer.member_id, MailKind.RECOVERY_CODES)
            return codes

    return await unit_of_work(work)


async def lock_own_factors(viewer: Viewer) -> None:
    """Serialise changes to the viewer's factors, and sign-ins with them, until the caller's transaction ends.

    Raises UnauthenticatedError if the session has ended meanwhile, as when another one has added the first factor.
    """
    await fetch("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", viewer.member_id)
    # In a statement of its own, which sees what was committed while the one above waited.
    is_open = (
        "SELECT FROM session s JOIN member m ON m.id = s.member_id WHERE s.id = $1 AND s.ended_at IS NULL AND m.active"
    )
    if not await fetch(is_open, viewer.session_id):
        raise UnauthenticatedError


def audit_details(factor: Factor) -> dict[str, str]:
    """Return the details of a factor that audit entries record."""
    return {"kind": factor.kind.value, "name": factor.name}
