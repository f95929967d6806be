"""Tests of the guide in a browser, on an origin other than the API's: two tabs share a session, and an upload.

Last come the messages, quoted by the guide, that a browser has for origins that are not allowed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import BrowserContext, Page

from tests.support.clients.browser import TIMEOUT, chromium, needs_browser
from tests.support.clients.child_process import needs_packages
from tests.support.clients.docs_page import block
from tests.support.clients.docs_queries import DOCS
from tests.support.clients.signing_in.short_tokens import ShortToken, short_token
from tests.support.scenarios.tenant import Tenant, Tokens
from tests.support.servers.sites import Site, run_site

pytestmark = [needs_browser, needs_packages, pytest.mark.browser]

PAGE = """<!doctype html><title>An application</title>
<script>globalThis.process = {{ env: {{ GRAPHQL_URL: "{url}" }} }}</script>
<script type="importmap">{{ "imports": {{ "graphql-ws": "/node_modules/graphql-ws/dist/client.js" }} }}</script>
<script type="module">
import * as session from './session.js'
import {{ openSocket }} from './socket.js'
import {{ load }} from './store.js'
import {{ upload }} from './uploads.js'

const headers = {{ 'content-type': 'application/json' }}
const body = JSON.stringify({{ query: '{{ viewer {{ member {{ name }} }} }}' }})
const events = []
globalThis.app = {{
  ...session, load,
  upload: (name, type, text) => upload(new File([text], name, {{ type }}), 'COMPLIANCE', 'evidence'),
  name: async () => (await (await session.authorisedFetch(session.url, {{ method: 'POST', headers, body }})).json()).data.viewer.member.name,
  async listen() {{
    const query = 'subscription ($after: String) {{ trackerAssigned(after: $after) {{ cursor }} }}'
    const variables = {{ after: '0' }}
    for await (const {{ data }} of openSocket().iterate({{ query, variables }})) {{
      variables.after = data.trackerAssigned.cursor
      events.push(variables.after)
    }}
  }},
  events,
}}
</script>"""

ASK = "() => Promise.all([app.name(), app.name(), app.name()])"


@asynccontextmanager
async def two_tabs(site: Site, url: str) -> AsyncIterator[tuple[BrowserContext, list[Page]]]:
    """Open the application in two tabs during the block."""
    (site.directory / "index.html").write_text(PAGE.format(url=url), "utf-8")
    (site.directory / "store.js").write_text(block("store.js"), "utf-8")
    async with chromium() as browser:
        context = await browser.new_context()
        context.set_default_timeout(TIMEOUT * 1000)
        tabs = [await context.new_page(), await context.new_page()]
        for tab in tabs:
            await tab.goto(site.origin)
            await tab.wait_for_function("() => globalThis.app")
        yield context, tabs
        await context.close()


async def save_session(tab: Page, token: ShortToken, session: Tokens | None = None) -> None:
    """Keep a session as the application would after signing in; without tokens, only replace the access token."""
    changes = {"accessToken": token.token, **({"refreshToken": session.refresh} if session else {})}
    await tab.evaluate("async changes => app.saveSession({ ...await app.load(), ...changes })", changes)


async def test_two_tabs_renew_a_session_once(tenant: Tenant, site: Site) -> None:
    session = await tenant.sign_in(tenant.staff.bob)
    renewals: list[str] = []
    async with two_tabs(site, tenant.url) as (context, (first, second)):
        context.on("request", lambda request: renewals.append(request.url) if is_renewal(request.post_data) else None)
        await save_session(first, short_token(session.access, seconds=-1), session)
        names = await asyncio.gather(*(tab.evaluate(ASK) for tab in (first, second)))
        assert names == [["Bob"] * 3] * 2
        assert renewals == [tenant.url]

        short = short_token(session.access, seconds=3)
        for tab in (first, second):
            await save_session(tab, short)
        for tab in (first, second):
            await tab.evaluate("() => { app.listen() }")
        await tenant.assign("before the token expires")
        for tab in (first, second):
            await tab.wait_for_function("() => app.events.length === 1")
        await asyncio.sleep(short.seconds_left())
        await tenant.assign("after the token has expired")
        for tab in (first, second):
            await tab.wait_for_function("() => app.events.length === 2")
            assert await tab.evaluate("app.events") == ["1", "2"]
        assert renewals == [tenant.url] * 2
        assert await first.evaluate("app.upload('slip.pdf', 'application/pdf', '%PDF-1.7')")


def is_renewal(body: str | None) -> bool:
    return body is not None and "refreshSession" in body


async def test_another_origin_is_refused_with_the_messages_of_the_guide(tenant: Tenant, site: Site) -> None:
    guide = " ".join((DOCS / "clients.md").read_text("utf-8").split())
    with run_site(site.directory) as stranger:
        async with two_tabs(stranger, tenant.url) as (_, (tab, _second)):
            messages: list[str] = []
            tab.on("console", lambda message: messages.append(message.text))
            await tab.evaluate("app.saveSession({ accessToken: 'x' })")
            error = await tab.evaluate("app.name().catch(String)")
            closed = "url => new Promise(done => { new WebSocket(url).onclose = ({ code }) => done(code) })"
            assert await tab.evaluate(closed, tenant.url.replace("http", "ws")) == 1006
    assert error == "TypeError: Failed to fetch"
    assert error in guide
    for quoted in (
        "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present",
        "Error during WebSocket handshake: Unexpected response code: 403",
    ):
        assert [quoted in message for message in messages].count(True) == 1, messages
        assert quoted in guide
