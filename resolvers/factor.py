"""The mutations for second factors: one's own, those of a member who has lost them, and the organisation's demand."""

from dataclasses import replace
from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.inputs.absent import absent_if_unset
from schema.inputs.factor import (
    AddFactorPayload,
    AddPasskeyInput,
    AddTotpInput,
    BeginPasskeyPayload,
    BeginTotpPayload,
    RemoveFactorInput,
    RemoveFactorPayload,
    RemoveMemberFactorsInput,
    RemoveMemberFactorsPayload,
    RenewRecoveryCodesPayload,
    UpdateFactorRequirementInput,
    UpdateFactorRequirementPayload,
)
from services.accounts import factor_additions, factor_changes
from services.accounts.factor_requirement import update_factor_requirement as update_requirement
from services.accounts.lost_factors import remove_member_factors as remove_lost_factors

_entry = strawberry.argument(name="input", description="The entry.")


async def begin_totp(info: Info) -> BeginTotpPayload:
    """Make a secret for an authenticator app."""
    totp = await factor_additions.begin_totp(info.context.require_signed_in(), info.context.installation)
    return BeginTotpPayload(secret=totp.secret, uri=totp.uri)


async def add_totp(info: Info, entry: Annotated[AddTotpInput, _entry]) -> AddFactorPayload:
    """Add an authenticator app."""
    added = await factor_additions.add_totp(
        info.context.require_signed_in(), info.context.installation, code=entry.code, name=entry.name
    )
    return _added(info, added)


async def begin_passkey(info: Info) -> BeginPasskeyPayload:
    """Return the options for a new passkey."""
    context = info.context
    return BeginPasskeyPayload(
        options=await factor_additions.begin_passkey(context.require_signed_in(), context.installation)
    )


async def add_passkey(info: Info, entry: Annotated[AddPasskeyInput, _entry]) -> AddFactorPayload:
    """Add a passkey."""
    added = await factor_additions.add_passkey(
        info.context.require_signed_in(), info.context.installation, credential=entry.credential, name=entry.name
    )
    return _added(info, added)


async def remove_factor(info: Info, entry: Annotated[RemoveFactorInput, _entry]) -> RemoveFactorPayload:
    """Remove one of the viewer's second factors."""
    viewer: Any = info.context.require_viewer()
    await factor_changes.remove_factor(viewer, entry.decode())
    return RemoveFactorPayload(viewer=viewer)


async def renew_recovery_codes(info: Info) -> RenewRecoveryCodesPayload:
    """Replace the viewer's recovery codes."""
    codes = await factor_changes.renew_recovery_codes(info.context.require_viewer())
    return RenewRecoveryCodesPayload(recovery_codes=codes)


async def remove_member_factors(
    info: Info, entry: Annotated[RemoveMemberFactorsInput, _entry]
) -> RemoveMemberFactorsPayload:
    """Remove the second factors of a member who has lost them."""
    member: Any = await remove_lost_factors(info.context.require_viewer(), entry.decode())
    return RemoveMemberFactorsPayload(member=member)


async def update_factor_requirement(
    info: Info, entry: Annotated[UpdateFactorRequirementInput, _entry]
) -> UpdateFactorRequirementPayload:
    """Change of whom the organisation demands a second factor."""
    organisation: Any = await update_requirement(
        info.context.require_viewer(), everyone=absent_if_unset(entry.everyone), roles=absent_if_unset(entry.roles)
    )
    return UpdateFactorRequirementPayload(organisation=organisation)


def _added(info: Info, added: factor_additions.AddedFactor) -> AddFactorPayload:
    # The session has proved a factor by now, so that what follows in the document is open to it.
    info.context.authenticate(replace(info.context.require_signed_in(), second_factor=True))
    factor: Any = added.factor
    return AddFactorPayload(factor=factor, recovery_codes=added.recovery_codes)
