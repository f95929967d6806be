"""Tests of setting an organisation's provider."""

from ipaddress import ip_network
from typing import Any

import pytest

from models import AuditEntry, AuditKind, Role, SignOnDomain, SignOnIdentity, SignOnProvider
from services.encryption import SIGN_ON_CLIENT_SECRET
from services.installation import Installation
from services.kernel.errors import ValidationFailed
from services.sign_on.operator_changes import ProviderEntry, list_sign_on, remove_sign_on, set_sign_on
from tests.support import factories as make

INSTALLATION = Installation(b"a secret of tests, 32 bytes or more", edit_url="")
ENTRY: dict[str, Any] = {
    "issuer": "https://login.example.org",
    "client_id": "trackers",
    "client_secret": "s3cret",
    "domains": ["Example.org", "example.org", " sub.example.org "],
}


async def test_a_provider_is_set_listed_changed_and_removed(database: str) -> None:
    organisation = await make.organisation("Northgate")
    await set_sign_on(INSTALLATION, organisation, ProviderEntry(**ENTRY))
    ((owner, provider, domains),) = await list_sign_on()
    assert (owner.name, domains, provider.required) == ("Northgate", ["example.org", "sub.example.org"], False)
    assert b"s3cret" not in bytes(provider.client_secret)
    assert SIGN_ON_CLIENT_SECRET.decrypt(INSTALLATION, provider.id, bytes(provider.client_secret)) == b"s3cret"
    changed = ProviderEntry(**ENTRY | {"domains": ["example.net"]}, required=True)
    await set_sign_on(INSTALLATION, organisation, changed)
    ((_, same, domains),) = await list_sign_on()
    assert (same.id, domains, same.required) == (provider.id, ["example.net"], True)
    assert await remove_sign_on(organisation)
    assert not await remove_sign_on(organisation)
    assert (await list_sign_on(), await SignOnDomain.all().count()) == ([], 0)
    entries = await AuditEntry.filter(organisation_id=organisation.id).order_by("id")
    assert [(entry.kind, entry.actor_id, entry.subject_id) for entry in entries] == [
        (AuditKind.SIGN_ON_CHANGED, None, organisation.id)
    ] * 3
    assert entries[1].details["before"]["domains"] == ["example.org", "sub.example.org"]
    assert entries[1].details["after"]["domains"] == ["example.net"]
    assert "s3cret" not in str([entry.details for entry in entries])


async def test_a_domain_belongs_to_one_organisation(database: str) -> None:
    first, second = await make.organisation(), await make.organisation()
    await set_sign_on(INSTALLATION, first, ProviderEntry(**ENTRY))
    with pytest.raises(ValidationFailed, match="domains: DUPLICATE"):
        await set_sign_on(INSTALLATION, second, ProviderEntry(**ENTRY | {"domains": ["other.example", "EXAMPLE.org"]}))
    assert [provider.organisation_id for provider in await SignOnProvider.all()] == [first.id]


async def test_another_provider_binds_members_anew_and_the_same_one_does_not(database: str) -> None:
    organisation = await make.organisation()
    await set_sign_on(INSTALLATION, organisation, ProviderEntry(**ENTRY))
    member = await make.member(organisation)
    await SignOnIdentity.create(
        organisation_id=organisation.id, member_id=member.id, issuer=ENTRY["issuer"], subject="ada"
    )
    await set_sign_on(INSTALLATION, organisation, ProviderEntry(**ENTRY | {"client_secret": "a new one"}))
    assert await SignOnIdentity.all().count() == 1
    await set_sign_on(INSTALLATION, organisation, ProviderEntry(**ENTRY | {"issuer": "https://new.example.org"}))
    assert await SignOnIdentity.all().count() == 0


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"issuer": "http://login.example.org"}, "issuer: INVALID_FORMAT"),
        ({"issuer": "login.example.org"}, "issuer: INVALID_FORMAT"),
        ({"issuer": "https://user@login.example.org"}, "issuer: INVALID_FORMAT"),
        ({"issuer": "https://login.example.org?a=b"}, "issuer: INVALID_FORMAT"),
        ({"issuer": "https://[a"}, "issuer: INVALID_FORMAT"),
        ({"client_id": " "}, "client_id: INVALID_FORMAT"),
        ({"client_secret": ""}, "client_secret: REQUIRED"),
        ({"domains": []}, "domains: REQUIRED"),
        ({"domains": ["example"]}, "domains: INVALID_FORMAT"),
        ({"domains": ["*.example.org", "@example.org"]}, "domains: INVALID_FORMAT, domains: INVALID_FORMAT"),
        ({"role_claim": "groups"}, "roles: REQUIRED"),
        ({"roles": {"staff": [Role.CREATE_TRACKERS]}}, "roles: REQUIRED"),
        ({"verified_claim": "a claim"}, "claim: INVALID_FORMAT"),
        ({"issuer": "", "domains": []}, "issuer: INVALID_FORMAT, domains: REQUIRED"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_set(database: str, changes: Any, problems: str) -> None:
    organisation = await make.organisation()
    with pytest.raises(ValidationFailed) as error:
        await set_sign_on(INSTALLATION, organisation, ProviderEntry(**ENTRY | changes))
    assert str(error.value) == problems
    assert await SignOnProvider.all().count() == 0


async def test_an_inner_provider_needs_its_network(database: str) -> None:
    inner = Installation(INSTALLATION.secret, edit_url="", sign_on_networks=(ip_network("10.0.0.0/8"),))
    await set_sign_on(inner, await make.organisation(), ProviderEntry(**ENTRY | {"issuer": "http://10.0.0.1:8080"}))
