"""Tests of signing on with a certified provider: who is signed in, as whom, and with which roles."""

import pytest

from models import AuditEntry, AuditKind, Member, MemberKind, Role, Session
from tests.support import factories as make
from tests.support.scenarios.sign_on import Json, make_tenant
from tests.support.servers.provider import Provider, needs_provider, query
from tests.support.servers.trackers import Server

pytestmark = [needs_provider, pytest.mark.asyncio(loop_scope="package")]


def member_of(payload: Json) -> Json:
    """Return the member whom a payload has signed in."""
    assert payload["errors"] == []
    member: Json = payload["session"]["viewer"]["member"]
    return member


async def test_a_member_is_found_by_their_address_and_then_by_their_id(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "first.example")
    ada = await make.member(tenant.organisation, email="ada@first.example", name="Ada", roles=[Role.CREATE_TRACKERS])
    await provider.set_account("first-ada", email="Ada@First.example", name="Ada at the provider")
    first = await tenant.sign_on()
    await provider.set_account("first-ada", email="ada.married@first.example")
    second = await tenant.sign_on()
    kept = {"email": "ada@first.example", "name": "Ada", "kind": "ADMINISTRATOR", "roles": ["CREATE_TRACKERS"]}
    for payload in (first, second):
        member = member_of(payload)
        assert {name: member[name] for name in kept} == kept
    assert await Member.filter(organisation_id=tenant.organisation.id).count() == 1
    assert await tenant.is_signed_in(second["session"])
    methods = await Session.filter(member_id=ada.id).values_list("method", "second_factor")
    assert [(str(method), factor) for method, factor in methods] == [("SIGN_ON", True)] * 2
    entries = await AuditEntry.filter(organisation_id=tenant.organisation.id).order_by("id")
    assert [entry.kind for entry in entries] == [
        AuditKind.SIGN_ON_CHANGED,
        AuditKind.SIGN_ON_BOUND,
        AuditKind.SIGNED_IN,
        AuditKind.SIGNED_IN,
    ]


async def test_a_sign_on_is_recent_if_the_person_proved_themselves_recently(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "recent.example", make_members=MemberKind.TUTOR)
    await provider.set_account("recent-ada", email="ada@recent.example")
    plain, anew = await tenant.begin(), await tenant.begin(reauthenticate=True)
    asked = [{name: query(begun["url"]).get(name) for name in ("prompt", "max_age")} for begun in (plain, anew)]
    assert asked == [{"prompt": None, "max_age": "43200"}, {"prompt": "login", "max_age": "0"}]
    member_of(await tenant.sign_on())
    (session,) = await Session.filter(member__email="ada@recent.example")
    assert session.authenticated_at is not None
    assert abs((session.authenticated_at - session.created_at).total_seconds()) < 60


async def test_members_are_made_where_the_organisation_wants_it(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "made.example")
    await provider.set_account("made-bob", email="bob@made.example", name="Bob  Brown")
    refused = await tenant.sign_on()
    assert [error["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert not await Member.exists(email="bob@made.example")
    await tenant.configure(make_members=MemberKind.TUTOR)
    made, again = [member_of(await tenant.sign_on()) for _ in range(2)]
    assert made == again
    assert {name: made[name] for name in ("name", "email", "kind", "roles")} == {
        "name": "Bob Brown", "email": "bob@made.example", "kind": "TUTOR", "roles": []
    }  # fmt: skip
    (row,) = await Member.filter(organisation_id=tenant.organisation.id)
    assert (row.password_hash, row.active) == (None, True)


async def test_groups_give_and_take_roles_at_each_sign_on(server: Server, provider: Provider) -> None:
    roles = {"managers": [Role.MANAGE_MEMBERS, Role.MANAGE_SETTINGS], "staff": [Role.CREATE_TRACKERS]}
    tenant = await make_tenant(
        server, provider, "groups.example", make_members=MemberKind.ADMINISTRATOR, role_claim="groups", roles=roles
    )
    other = await make.member(tenant.organisation, roles=[Role.MANAGE_MEMBERS, Role.MANAGE_SETTINGS])

    async def roles_with(groups: object) -> list[str]:
        await provider.set_account("groups-eve", email="eve@groups.example", groups=groups)
        found: list[str] = member_of(await tenant.sign_on())["roles"]
        return found

    assert await roles_with(["staff", "other"]) == ["CREATE_TRACKERS"]
    assert await roles_with(["managers"]) == ["MANAGE_SETTINGS", "MANAGE_MEMBERS"]
    assert await roles_with("staff") == ["CREATE_TRACKERS"]
    assert await roles_with(["managers", "staff"]) == ["CREATE_TRACKERS", "MANAGE_SETTINGS", "MANAGE_MEMBERS"]
    assert await roles_with(None) == []
    await roles_with(["managers"])
    other.active = False
    await other.save()
    assert await roles_with([]) == ["MANAGE_SETTINGS", "MANAGE_MEMBERS"], "nobody else could manage the organisation"


async def test_a_claim_may_be_at_the_endpoint_for_claims(server: Server) -> None:
    from tests.support.servers.provider import run_provider

    async with run_provider(claims_in_userinfo=True) as provider:
        tenant = await make_tenant(server, provider, "userinfo.example", make_members=MemberKind.TUTOR)
        await provider.set_account("userinfo-kim", email="kim@userinfo.example", name="Kim")
        assert member_of(await tenant.sign_on())["name"] == "Kim"


async def test_required_leaves_no_other_way_but_the_operators(server: Server, provider: Provider) -> None:
    from models import MailKind
    from services.accounts.operator_changes import reset_password
    from services.accounts.password_tokens import make_token
    from services.accounts.passwords import hash_password
    from tests.support.servers.trackers import SIGN_IN

    password = "a password for tests"
    set_password = """mutation ($link: String!, $password: String!) {
      setPassword(token: $link, password: $password) { session { accessToken } errors { path code } }
    }"""
    tenant = await make_tenant(server, provider, "required.example")
    digest = await hash_password(password)
    ada, guest = [
        await make.member(tenant.organisation, email=email, password_hash=digest)
        for email in ("ada@required.example", "guest@elsewhere.example")
    ]
    token = await server.sign_in(ada.email, password)
    await tenant.configure(required=True)
    assert not await tenant.is_signed_in({"accessToken": token})
    assert await server.sign_in(guest.email, password)
    right = await server.ask(SIGN_IN, email=ada.email, password=password)
    wrong = await server.ask(SIGN_IN, email=ada.email, password="another password")
    assert [answer["data"]["signIn"]["errors"] for answer in (right, wrong)] == [
        [{"code": "SIGN_ON_REQUIRED"}],
        [{"code": "INVALID_CREDENTIALS"}],
    ]
    mailed = await make_token(ada.id, MailKind.PASSWORD_RESET)
    answer = await server.ask(set_password, link=mailed, password="a fresh pass phrase")
    assert "errors" not in answer, answer
    assert answer["data"]["setPassword"] == {
        "session": None, "errors": [{"path": ["email"], "code": "SIGN_ON_REQUIRED"}]
    }  # fmt: skip
    by_operator = await reset_password(tenant.organisation, email=ada.email)
    answer = await server.ask(set_password, link=by_operator, password="a fresh pass phrase")
    assert await tenant.is_signed_in(answer["data"]["setPassword"]["session"])
