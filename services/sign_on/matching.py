"""The member that an identity belongs to: bound to it before, bound now by the address, or made now.

Only members of the provider's organisation are looked at, whatever address the provider claims. Once bound, the issuer's
own id of the person (``sub``) decides: a changed address finds the same member, and whoever gets the address of somebody
who has left does not get their account.
"""

from models import AuditKind, Member, Organisation, SignOnIdentity, SignOnProvider
from services.accounts.member_changes import lock_organisation, save_member
from services.accounts.members import NewMember, audit_details, check_name, insert_member
from services.audit import audit_for
from services.kernel.channels import SESSIONS, wake
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ValidationFailed
from services.sign_on.identities import Identity, IdentityRefused
from services.sign_on.problems import NO_MEMBER
from services.sign_on.role_changes import assignable_roles


async def match_member(provider: SignOnProvider, identity: Identity) -> Member:
    """Return the active member of the provider's organisation that an identity belongs to, in the caller's transaction.

    Their roles are those of their groups, where groups decide roles. Raises IdentityRefused.
    """
    await lock_organisation(provider.organisation_id)
    member = await _bound_member(provider, identity) or await _bind_member(provider, identity)
    if member is None:
        return await _make_member(provider, identity)
    if not member.active:
        raise IdentityRefused(f"member {member.id} is not active", NO_MEMBER)
    await _set_roles(provider, member, identity)
    return member


async def _bound_member(provider: SignOnProvider, identity: Identity) -> Member | None:
    return await Member.get_or_none(
        organisation_id=provider.organisation_id,
        sign_on_identity__organisation_id=provider.organisation_id,
        sign_on_identity__issuer=provider.issuer,
        sign_on_identity__subject=identity.subject,
    )


async def _bind_member(provider: SignOnProvider, identity: Identity) -> Member | None:
    """Bind the member with the identity's address to it. Raises IdentityRefused if they are bound to another person."""
    member = await Member.get_or_none(email=identity.email)
    if member is None:
        return None
    if member.organisation_id != provider.organisation_id:
        raise IdentityRefused("the address is that of a member of another organisation", NO_MEMBER)
    if not member.active:
        raise IdentityRefused(f"member {member.id} is not active", NO_MEMBER)
    if await SignOnIdentity.exists(member_id=member.id):
        raise IdentityRefused(f"member {member.id} is bound to another person with this address", NO_MEMBER)
    await _bind(provider, member, identity)
    return member


async def _bind(provider: SignOnProvider, member: Member, identity: Identity) -> None:
    await SignOnIdentity.create(
        organisation_id=provider.organisation_id,
        member_id=member.id,
        issuer=provider.issuer,
        subject=identity.subject,
    )
    await audit_for(
        provider.organisation_id, member.id, AuditKind.SIGN_ON_BOUND, member.id, {"issuer": provider.issuer}
    )


async def _make_member(provider: SignOnProvider, identity: Identity) -> Member:
    if provider.make_members is None:
        raise IdentityRefused("there is no member with the address, and none is to be made", NO_MEMBER)
    errors = ErrorCollector()
    name = check_name(errors, identity.name)
    if errors.problems:
        name = identity.email.partition("@")[0]
    entry = NewMember(
        email=identity.email, name=name, kind=provider.make_members, roles=identity.roles or (), password_hash=None
    )
    organisation = await Organisation.get(id=provider.organisation_id)
    try:
        member = await insert_member(organisation, entry)
    except ValidationFailed:  # made in another organisation, meanwhile
        raise IdentityRefused("the address is that of another member", NO_MEMBER) from None
    details = audit_details(member) | {"email": member.email, "by": "single sign-on"}
    await audit_for(organisation.id, None, AuditKind.MEMBER_CREATED, member.id, details)
    await _bind(provider, member, identity)
    return member


async def _set_roles(provider: SignOnProvider, member: Member, identity: Identity) -> None:
    if identity.roles is None:
        return
    before = audit_details(member)
    member.roles = await assignable_roles(member, identity.roles)
    if audit_details(member) == before:
        return
    await save_member(member)
    wake(SESSIONS, member.id)
    details = {"before": before, "after": audit_details(member), "by": "single sign-on"}
    await audit_for(provider.organisation_id, None, AuditKind.MEMBER_UPDATED, member.id, details)
