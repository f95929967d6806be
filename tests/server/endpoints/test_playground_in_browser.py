"""Tests of the playground in a real browser: sessions, creating trackers, subscriptions, and links in emails."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Request, expect

from models import Notification, Tracker
from models.database import fetch
from tests.support.clients.browser import TIMEOUT, Visit, needs_browser, open_tab
from tests.support.clients.graphql import gid
from tests.support.clients.playground import VIEWPORT, Playground, needs_dist
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff, make_staff
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_browser, needs_dist]

TABS = ["TrackerTypes", "CreateTracker", "ListTrackers", "CheckEdit", "Listen"]
_tenant_numbers = itertools.count(1)


@pytest_asyncio.fixture(loop_scope="module")
async def tenant(site: Server) -> Staff:
    return await make_staff(f"tenant{next(_tenant_numbers)}.example")


@asynccontextmanager
async def open_playground(
    browser: Browser, site: Server, path: str = "/graphql", **context_options: Any
) -> AsyncIterator[tuple[Playground, Visit]]:
    async with open_tab(browser, site.address, viewport=VIEWPORT, **context_options) as visit:
        await visit.page.goto(path)
        yield Playground(visit.page), visit


async def read_storage(visit: Visit) -> str:
    """Return everything that the tab has stored."""
    script = "JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])"
    return str(await visit.page.evaluate(script))


def requests_for(visit: Visit, name: str) -> list[Request]:
    """Return the requests for the operation with this name."""
    return [request for request in visit.requests if f" {name}" in (request.post_data or "")]


async def test_sign_in(browser: Browser, site: Server, tenant: Staff) -> None:
    async with open_playground(browser, site) as (playground, visit):
        page = visit.page
        await expect(page.get_by_label("E-mail address")).to_be_focused()
        assert await visit.visible_lines() == [
            "Trackers",
            "Sign in to the playground",
            "E-mail address",
            "Password",
            "Sign in",
            "Forgotten your password? · Single sign-on",
        ]
        await playground.sign_in(tenant.ada.email, "not her password")
        await expect(page.locator("form").get_by_role("alert")).to_have_text(
            "The e-mail address or the password is wrong."
        )
        await expect(page.get_by_label("Password", exact=True)).to_be_focused()
        await playground.sign_in(tenant.ada.email)
        assert await playground.tabs() == TABS
        await expect(page.get_by_role("banner")).to_contain_text(f"Ada · {tenant.organisation.name}")
        token = json.loads(await page.evaluate("sessionStorage['trackers:session']"))["accessToken"]
        # Before the sign-in, nothing else is requested from the API.
        introspection = await introspection_request(visit)
        assert introspection.headers["authorization"] == f"Bearer {token}"
        answer = await introspection.response()
        assert answer is not None
        assert (await answer.json())["data"]["__schema"]["subscriptionType"] == {
            "name": "Subscription",
            "kind": "OBJECT",
        }
        storage = await read_storage(visit)
        assert PASSWORD not in storage
        assert "not her password" not in storage
        await page.reload()
        assert await playground.tabs() == TABS
        assert len(requests_for(visit, "SignIn")) == 2
        await playground.tab("CreateTracker").click()
        await page.get_by_role("button", name="Prettify query").click()
        variables = page.get_by_role("region", name="Variables")
        await expect(variables).to_contain_text('{ "key": "ilrYear", "value": { "text": "26-28" } }')


async def introspection_request(visit: Visit) -> Request:
    async with asyncio.timeout(TIMEOUT):
        while not (requests := requests_for(visit, "IntrospectionQuery")):
            await asyncio.sleep(0.02)
    return requests[0]


async def test_create_a_tracker_that_a_subscription_receives(browser: Browser, site: Server, tenant: Staff) -> None:
    async with open_playground(browser, site) as (bob, bob_visit), open_playground(browser, site) as (ada, ada_visit):
        await bob.sign_in(tenant.bob.email)
        await bob.tab("Listen").click()
        await bob.run()
        await expect(bob_visit.page.get_by_role("status")).to_have_text("● listening")
        await bob.tab("ListTrackers").click()
        await ada.sign_in(tenant.ada.email)
        await ada.tab("CreateTracker").click()
        await ada.run()
        payload = (await ada.result())["data"]["createTracker"]
        assert payload["tracker"] is None
        assert [(error["path"], error["code"], error["rule"]) for error in payload["errors"]] == [
            (["values", "ilrYear"], "INVALID_FORMAT", None),
            (["values", "proposedValue"], "REQUIRED", None),
            (["values", "uln"], "INVALID_CHECKSUM", "ULN_04"),
        ]
        assert not await Tracker.filter(organisation=tenant.organisation).exists()
        assert not await Notification.filter(recipient=tenant.bob).exists()
        await ada.replace("26-28", "26-27")
        await ada.replace("4200307553", "4200307552")
        await ada.replace('DATA"]}}', 'DATA"]}}, {"key": "proposedValue", "value": {"text": "25"}}')
        await ada.run()
        created = await ada.result()
        tracker = await Tracker.get(organisation=tenant.organisation)
        assert created == {
            "data": {
                "createTracker": {
                    "tracker": {
                        "id": gid(tracker),
                        "number": 1,
                        "status": "NEW",
                        "assignee": {"name": "Bob"},
                        "url": f"{site.address}/trackers/{gid(tracker)}",
                    },
                    "errors": [],
                }
            }
        }
        await expect(bob_visit.page.get_by_role("status")).to_have_text("● listening, 1 new")
        await bob.run()
        assert [node["id"] for node in (await bob.result())["data"]["trackers"]["nodes"]] == [gid(tracker)]
        await bob.tab("Listen").click()
        event = (await bob.result())["data"]["trackerAssigned"]
        assert (event["cursor"], event["kind"], event["text"], event["tracker"]["id"]) == (
            "1",
            "ASSIGNED",
            "Ada assigned ILR tracker 1 to you.",
            gid(tracker),
        )
        await expect(bob_visit.page.get_by_role("status")).to_have_text("● listening")
        await bob_visit.page.get_by_role("button", name="Stop query").click()
        await expect(bob_visit.page.get_by_role("status")).to_have_text("")
        assert len(bob_visit.websockets) == 1
        assert ada_visit.websockets == []


async def test_link_in_an_email(browser: Browser, site: Server, tenant: Staff) -> None:
    token = await site.sign_in(tenant.ada.email, PASSWORD)
    created = await site.ask(CREATE, token, input=tenant.tracker_input(description="A page is missing."))
    identifier = created["data"]["createTracker"]["tracker"]["id"]
    async with open_playground(browser, site, f"/trackers/{identifier}") as (playground, visit):
        assert "Sign in to open the tracker" in await visit.visible_lines()
        await playground.sign_in(tenant.bob.email)
        shown = (await playground.result())["data"]["tracker"]
        assert (shown["id"], shown["description"], shown["version"]) == (identifier, "A page is missing.", 1)
        assert await playground.tabs() == ["Tracker", "CheckEdit", "Follow"]
        await playground.tab("CheckEdit").click()
        await playground.replace("A page is missing.", "Both pages are missing.")
        # Neither Ctrl-Enter nor the button changes the tracker, unless its mutation is chosen.
        await playground.page.keyboard.press("Control+Enter")
        assert await playground.result() == {"data": {"validateTrackerUpdate": []}}
        assert (await Tracker.get(organisation=tenant.organisation)).description == "A page is missing."
        await playground.run("EditTracker")
        updated = {
            "id": identifier,
            "number": 1,
            "version": 2,
            "status": "NEW",
            "description": "Both pages are missing.",
        }
        answer = await playground.result()
        assert answer == {"data": {"updateTracker": {"tracker": {**updated, "dueDate": None}, "errors": []}}}
        # Reloaded, the page has the current version.
        await visit.page.reload()
        assert (await playground.result())["data"]["tracker"]["version"] == 2
        await playground.tab("CheckEdit").click()
        await expect(visit.page.get_by_role("region", name="Variables")).to_contain_text('"version": 2')
    assert (await Tracker.get(organisation=tenant.organisation)).description == "Both pages are missing."


async def test_sign_out_deletes_everything_but_the_token_of_the_device(
    browser: Browser, site: Server, tenant: Staff
) -> None:
    async with open_playground(browser, site) as (playground, visit):
        page = visit.page
        await playground.sign_in(tenant.bob.email)
        await playground.tab("Listen").click()
        await playground.run()
        await expect(page.get_by_role("status")).to_have_text("● listening")
        token = json.loads(await page.evaluate("sessionStorage['trackers:session']"))["accessToken"]
        async with page.expect_response("**/graphql") as ended:
            await page.get_by_role("button", name="Sign out").click()
        assert await (await ended.value).json() == {"data": {"signOut": True}}
        await expect(page.get_by_label("E-mail address")).to_be_focused()
        await asyncio.sleep(1)  # the editor stores its text after half a second
        session_storage, local_storage, cookies = json.loads(await read_storage(visit))
        assert (session_storage, list(local_storage), cookies) == ({}, ["trackers:device"], "")
        assert (await site.ask("{ viewer { id } }", token))["data"] == {"viewer": None}
        async with asyncio.timeout(TIMEOUT):
            while not visit.websockets[0].is_closed():
                await asyncio.sleep(0.02)
        await page.reload()
        await expect(page.get_by_label("E-mail address")).to_be_focused()


async def test_token_and_websocket_are_renewed(browser: Browser, site: Server, tenant: Staff) -> None:
    async with open_playground(browser, site, "about:blank") as (playground, visit):
        page = visit.page
        await page.clock.install()
        await page.goto("/graphql")
        await playground.sign_in(tenant.bob.email)
        await playground.tab("Listen").click()
        await playground.run()
        await expect(page.get_by_role("status")).to_have_text("● listening")
        async with page.expect_websocket():
            await page.clock.fast_forward("08:30")
        assert len(requests_for(visit, "Refresh")) == 1
        token = await site.sign_in(tenant.ada.email, PASSWORD)
        await site.ask(CREATE, token, input=tenant.tracker_input())
        assert (await playground.result())["data"]["trackerAssigned"]["cursor"] == "1"
        async with asyncio.timeout(TIMEOUT):
            while not visit.websockets[0].is_closed():
                await asyncio.sleep(0.02)
        new_token = json.loads(await page.evaluate("sessionStorage['trackers:session']"))["accessToken"]
        assert f"Bearer {new_token}" in visit.sent_messages[1][0]
        # A page that is opened after the token has expired starts by renewing it.
        await page.evaluate(
            "sessionStorage['trackers:session'] = sessionStorage['trackers:session'].replace(/\"due\":\\d+/, '\"due\":0')"
        )
        await page.reload()
        assert await playground.tabs() == TABS
        assert len(requests_for(visit, "Refresh")) == 2
        # The same member gets the previously active tab, but another member gets the default.
        for member, tab in ((tenant.bob, "Listen"), (tenant.ada, "TrackerTypes")):
            await fetch("UPDATE session SET ended_at = now() WHERE member_id = $1", tenant.bob.id)
            await playground.run()
            alert = page.locator("form").get_by_role("alert")
            await expect(alert).to_have_text("Your session has ended. Sign in again.")
            await playground.sign_in(member.email)
            await expect(playground.tab(tab)).to_have_attribute("aria-selected", "true")
