"""Attacks by a provider, or by somebody with an account there: identities that must sign in nobody."""

from typing import Any

import pytest

from models import AuditEntry, AuditKind, Member, MemberKind, Session
from tests.support import factories as make
from tests.support.scenarios.sign_on import Tenant, make_tenant
from tests.support.servers.provider import Provider, needs_provider
from tests.support.servers.trackers import Server

pytestmark = [needs_provider, pytest.mark.asyncio(loop_scope="package")]

NO_ACCOUNT = "You have no account here that you may use. Ask an administrator of your organisation."


async def check_refused(tenant: Tenant, message: str, reason: str) -> None:
    """Sign on, and check that it is refused with this message, that nobody is signed in, and the reason is audited."""
    before = (await Session.all().count(), await Member.all().count())
    payload = await tenant.sign_on()
    assert payload == {"session": None, "errors": [{"path": [], "code": "FORBIDDEN", "message": message}]}
    assert (await Session.all().count(), await Member.all().count()) == before
    entry = await AuditEntry.filter(organisation_id=tenant.organisation.id).order_by("-id").first()
    assert entry is not None
    assert (entry.kind, entry.details["reason"], entry.actor_id) == (AuditKind.SIGN_IN_FAILED, reason, None)


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
async def test_an_unconfirmed_address(server: Server, provider: Provider, verified: Any) -> None:
    domain = f"unverified-{str(verified).lower()}.example"
    tenant = await make_tenant(server, provider, domain, make_members=MemberKind.TUTOR)
    await make.member(tenant.organisation, email=f"ada@{domain}")
    await provider.set_account("unverified", email=f"ada@{domain}", email_verified=verified)
    message = "Your organisation's sign-on service has not confirmed that your e-mail address is yours."
    await check_refused(tenant, message, "the claim email_verified is not true")


async def test_an_address_of_another_domain(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "own.example", make_members=MemberKind.TUTOR)
    await make.member(tenant.organisation, email="ada@other.example")
    for email in ("ada@other.example", "ada@sub.own.example", "ada@own.example.other.example", "ada@xown.example"):
        await provider.set_account("foreign", email=email)
        message = "Your e-mail address is not one of your organisation's. Sign on with the other account."
        await check_refused(tenant, message, "the address is not of one of its domains")


async def test_an_address_of_another_organisations_member(server: Server, provider: Provider) -> None:
    """The victim's organisation has an administrator whose address is in the attacker's domain."""
    attacker = await make_tenant(server, provider, "attacker.example", make_members=MemberKind.ADMINISTRATOR)
    victim = await make.member(await make.organisation(), email="boss@attacker.example")
    await provider.set_account("attacker-boss", email=victim.email)
    await check_refused(attacker, NO_ACCOUNT, "the address is that of a member of another organisation")


async def test_the_same_provider_and_person_in_two_organisations(server: Server, provider: Provider) -> None:
    """An issuer may serve both: what binds a member in one means nothing in the other."""
    one = await make_tenant(server, provider, "one.example")
    two = await make_tenant(server, provider, "two.example")
    await make.member(one.organisation, email="ada@one.example")
    await provider.set_account("shared", email="ada@one.example")
    assert (await one.sign_on())["errors"] == []
    await provider.set_account("shared", email="ada@two.example")
    await check_refused(two, NO_ACCOUNT, "there is no member with the address, and none is to be made")


async def test_a_successor_with_the_address(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "successor.example", make_members=MemberKind.TUTOR)
    member = await make.member(tenant.organisation, email="head@successor.example")
    await provider.set_account("predecessor", email="head@successor.example")
    assert (await tenant.sign_on())["errors"] == []
    await provider.set_account("successor", email="head@successor.example")
    reason = f"member {member.id} is bound to another person with this address"
    await check_refused(tenant, NO_ACCOUNT, reason)


async def test_an_inactive_member(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "inactive.example", make_members=MemberKind.TUTOR)
    member = await make.member(tenant.organisation, email="ada@inactive.example", active=False)
    await provider.set_account("inactive", email="ada@inactive.example")
    await check_refused(tenant, NO_ACCOUNT, f"member {member.id} is not active")
    await Member.filter(id=member.id).update(active=True)
    assert (await tenant.sign_on())["errors"] == []
    await Member.filter(id=member.id).update(active=False)
    await check_refused(tenant, NO_ACCOUNT, f"member {member.id} is not active")
