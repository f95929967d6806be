"""Setting an organisation's provider, which the operator alone does: whoever sets it decides who is let in as whom."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from models import AuditKind, MemberKind, Organisation, Role, SignOnDomain, SignOnProvider
from models.base import new_id
from models.database import fetch, transaction
from services.accounts.member_changes import lock_organisation
from services.audit import audit_for
from services.encryption import SIGN_ON_CLIENT_SECRET
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake_all
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.unit_of_work import unit_of_work
from services.sign_on.identities import STANDARD_VERIFIED_CLAIM
from services.sign_on.provider_sessions import end_provider_sessions
from services.sign_on.providers import domains_of

_MAX_ISSUER: Final = 500
_DOMAIN: Final = re.compile(r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")
_CLAIM: Final = re.compile(r"[!-~]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEntry:
    """What the operator says about a provider; ``roles`` maps groups to roles."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    domains: Collection[str]
    make_members: MemberKind | None = None
    role_claim: str | None = None
    roles: Mapping[str, Collection[Role]] = field(default_factory=dict)
    verified_claim: str = STANDARD_VERIFIED_CLAIM
    required: bool = False


async def set_sign_on(installation: Installation, organisation: Organisation, entry: ProviderEntry) -> None:
    """Set the provider of an organisation, in place of the one that it has.

    If it is another provider, members are bound anew at their next sign-on. The sessions of the former one end, and with
    ``required`` all sessions that members of the domains have opened otherwise. Raises ValidationFailed.
    """
    await unit_of_work(lambda: _set(installation, organisation, entry))


async def remove_sign_on(organisation: Organisation) -> bool:
    """Remove the provider of an organisation, and end the sessions opened through it; return whether there was one."""

    async def work() -> bool:
        async with transaction():
            await lock_organisation(organisation.id)
            provider = await SignOnProvider.get_or_none(organisation_id=organisation.id)
            if provider is None:
                return False
            details = await _audit_details(provider)
            await _remove(provider)
            await audit_for(
                organisation.id, None, AuditKind.SIGN_ON_CHANGED, organisation.id, {"before": details, "after": {}}
            )
            return True

    return await unit_of_work(work)


async def list_sign_on() -> Sequence[tuple[Organisation, SignOnProvider, Sequence[str]]]:
    """Return every provider with its organisation and domains, ordered by the organisation's name."""
    providers = await SignOnProvider.all().select_related("organisation").order_by("organisation__name")
    return [(provider.organisation, provider, await domains_of(provider.id)) for provider in providers]


async def _set(installation: Installation, organisation: Organisation, entry: ProviderEntry) -> None:
    async with transaction():
        await lock_organisation(organisation.id)
        former = await SignOnProvider.get_or_none(organisation_id=organisation.id)
        domains = list(dict.fromkeys(domain.strip().lower() for domain in entry.domains))
        await _check(installation, entry, domains, former)
        before = {} if former is None else await _audit_details(former)
        if former is not None and (former.issuer, former.client_id) != (entry.issuer, entry.client_id):
            await _remove(former)
            former = None
        provider = await _write(installation, organisation, entry, former)
        await SignOnDomain.filter(provider_id=provider.id).delete()
        for domain in domains:
            await SignOnDomain.create(domain=domain, provider_id=provider.id)
        if entry.required:
            await _end_other_sessions(organisation.id, domains)
        details = {"before": before, "after": await _audit_details(provider)}
        await audit_for(organisation.id, None, AuditKind.SIGN_ON_CHANGED, organisation.id, details)


async def _write(
    installation: Installation, organisation: Organisation, entry: ProviderEntry, former: SignOnProvider | None
) -> SignOnProvider:
    provider = former or SignOnProvider(id=new_id(), organisation_id=organisation.id)
    provider.issuer, provider.client_id = entry.issuer, entry.client_id
    provider.client_secret = SIGN_ON_CLIENT_SECRET.encrypt(installation, provider.id, entry.client_secret.encode())
    provider.verified_claim, provider.role_claim = entry.verified_claim, entry.role_claim
    provider.make_members, provider.required = entry.make_members, entry.required
    provider.roles = {group: [role.value for role in Role if role in roles] for group, roles in entry.roles.items()}
    await provider.save()
    return provider


async def _remove(provider: SignOnProvider) -> None:
    """Remove a provider, its sessions, and whom its organisation's members are bound to."""
    await end_provider_sessions(provider.organisation_id, "o.provider_id = $1", provider.id, reason="provider removed")
    await fetch("DELETE FROM sign_on_identity WHERE organisation_id = $1", provider.organisation_id)
    await provider.delete()


async def _end_other_sessions(organisation_id: UUID, domains: Sequence[str]) -> None:
    ended = await fetch(
        "UPDATE session s SET ended_at = now() FROM member m WHERE m.id = s.member_id AND m.organisation_id = $1 "
        "AND split_part(m.email, '@', 2) = ANY($2) AND s.ended_at IS NULL "
        "AND NOT EXISTS (SELECT FROM sign_on_session o WHERE o.session_id = s.id) RETURNING m.id",
        organisation_id,
        domains,
    )
    wake_all(SESSIONS, {row["id"] for row in ended})


async def _check(
    installation: Installation, entry: ProviderEntry, domains: Sequence[str], former: SignOnProvider | None
) -> None:
    errors = ErrorCollector()
    if not _is_issuer(entry.issuer, with_http=bool(installation.sign_on_networks)):
        errors.at("issuer").add(
            ErrorCode.INVALID_FORMAT,
            "The issuer must be the https:// address that the provider gives as its issuer; http:// needs its network "
            "in TRACKERS_SIGN_ON_NETWORKS.",
        )
    if not entry.client_id.strip() or not entry.client_id.isprintable() or len(entry.client_id) > 200:
        errors.at("client_id").add(ErrorCode.INVALID_FORMAT, "The client id must have 1 to 200 characters.")
    if not entry.client_secret.strip() or not entry.client_secret.isprintable():
        errors.at("client_secret").add(ErrorCode.REQUIRED, "Give the client secret.")
    for claim in (entry.verified_claim, entry.role_claim):
        if claim is not None and not _CLAIM.fullmatch(claim):
            errors.at("claim").add(ErrorCode.INVALID_FORMAT, "A claim's name has visible ASCII characters only.")
    if bool(entry.roles) != (entry.role_claim is not None):
        errors.at("roles").add(ErrorCode.REQUIRED, "Roles by groups need both the claim and the roles of the groups.")
    await _check_domains(errors.at("domains"), domains, former)
    errors.raise_if_any()


async def _check_domains(errors: ErrorCollector, domains: Sequence[str], former: SignOnProvider | None) -> None:
    if not domains:
        errors.add(ErrorCode.REQUIRED, "Give the mail domains of its members.")
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            errors.add(ErrorCode.INVALID_FORMAT, f"{domain} is not a mail domain, such as example.org.")
    taken = SignOnDomain.filter(domain__in=domains)
    for row in await (taken if former is None else taken.exclude(provider_id=former.id)):
        errors.add(ErrorCode.DUPLICATE, f"{row.domain} belongs to another organisation's provider.")


def _is_issuer(issuer: str, *, with_http: bool) -> bool:
    try:
        parts = urlsplit(issuer)
    except ValueError:
        return False
    return (
        len(issuer) <= _MAX_ISSUER
        and issuer.isascii()
        and issuer.isprintable()
        and " " not in issuer
        and parts.scheme in (("https", "http") if with_http else ("https",))
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and not any(character in issuer for character in "?#")
    )


async def _audit_details(provider: SignOnProvider) -> dict[str, object]:
    return {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "domains": await domains_of(provider.id),
        "make_members": provider.make_members,
        "role_claim": provider.role_claim,
        "roles": provider.roles,
        "verified_claim": provider.verified_claim,
        "required": provider.required,
    }
