"""Tests of signing on with a certified provider: who is signed in, as whom, and with which roles."""

import pytest

from models import Member, MemberKind
from tests.support import factories as make
from tests.support.scenarios.sign_on import make_tenant
from tests.support.servers.provider import Provider, needs_provider
from tests.support.servers.trackers import Server

pytestmark = [needs_provider, pytest.mark.asyncio(loop_scope="package")]


async def test_a_member_is_found_by_their_address_and_then_by_their_id(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "first.example")
    ada = await make.member(tenant.organisation, email="ada@first.example", name="Ada")
    await provider.set_account("first-ada", email="Ada@First.example", name="Ada at the provider")
    first = await tenant.sign_on()
    assert first["errors"] == []
    await provider.set_account("first-ada", email="ada.married@first.example")
    second = await tenant.sign_on()
    assert second["errors"] == []
    assert [payload["session"]["viewer"]["member"]["email"] for payload in (first, second)] == ["ada@first.example"] * 2
    assert [payload["session"]["viewer"]["member"]["name"] for payload in (first, second)] == ["Ada"] * 2
    assert await Member.filter(organisation_id=tenant.organisation.id).count() == 1
    assert await tenant.is_signed_in(second["session"])
    assert ada.kind == MemberKind.ADMINISTRATOR
