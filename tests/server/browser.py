"""A real headless browser, Chromium, spoken to in the DevTools protocol."""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing: apt-get install chromium")

PATIENCE = 30
"""Seconds after which a test gives up on what should have come long before."""


class Page:
    """A tab; scripts are run in it, and keys are typed as if by hand."""

    def __init__(self, connection: ClientConnection, session: str) -> None:
        self._connection = connection
        self._session = session
        self._numbers = itertools.count(100)
        self.said: list[str] = []
        """What the browser warned of, and what went wrong in the page."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, "sessionId": self._session}
        await self._connection.send(json.dumps(message))
        async with asyncio.timeout(PATIENCE):
            while True:
                heard = json.loads(await self._connection.recv())
                self._note(heard)
                if heard.get("id") == number:
                    assert "error" not in heard, heard
                    result: dict[str, Any] = heard["result"]
                    return result

    def _note(self, heard: dict[str, Any]) -> None:
        parameters = heard.get("params", {})
        if heard.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("warning", "error"):
            self.said.append(parameters["entry"]["text"])
        if heard.get("method") == "Runtime.exceptionThrown":
            self.said.append(parameters["exceptionDetails"]["text"])

    async def open(self, address: str) -> None:
        """Go to an address, and wait until its scripts have run."""
        await self.call("Page.navigate", url="about:blank")
        await self.call("Page.navigate", url=address)
        await self.until("location.href !== 'about:blank' && document.readyState === 'complete'")

    async def value(self, script: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until something holds in the page."""
        async with asyncio.timeout(PATIENCE):
            while not await self.value(f"Boolean({script})"):
                await asyncio.sleep(0.02)

    async def type(self, selector: str, text: str) -> None:
        """Type a text into a field instead of what is in it."""
        await self.value(f"(field => {{ field.focus(); field.select(); }})(document.querySelector({selector!r}))")
        await self.call("Input.insertText", text=text)

    async def click(self, selector: str) -> None:
        await self.value(f"document.querySelector({selector!r}).click()")

    async def shown(self) -> list[str]:
        """The lines of text that can be seen."""
        text: str = await self.value("document.body.innerText")
        return [line.strip() for line in text.splitlines() if line.strip()]

    async def photograph(self, to: Path) -> None:
        taken = await self.call("Page.captureScreenshot", format="png")
        to.write_bytes(base64.b64decode(taken["data"]))


@asynccontextmanager
async def browser_page(folder: Path) -> AsyncIterator[Page]:
    """A tab of a browser with a profile of its own; ended with the block."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--window-size=900,700",
        "--remote-debugging-port=0", f"--user-data-dir={folder / 'profile'}", "about:blank",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with connect(await _address(process), max_size=None, proxy=None) as connection:
            yield await _tab(connection)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(SIGTERM)
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if line.startswith(b"DevTools listening on "):
                return line.decode().split()[-1]
    raise AssertionError("the browser ended")


async def _tab(connection: ClientConnection) -> Page:
    async def ask(number: int, method: str, **parameters: Any) -> Any:
        await connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(PATIENCE):
            while (heard := json.loads(await connection.recv())).get("id") != number:
                pass
        return heard["result"]

    target = (await ask(1, "Target.createTarget", url="about:blank"))["targetId"]
    session = (await ask(2, "Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
    page = Page(connection, session)
    for domain in ("Page", "Runtime", "Log"):
        await page.call(f"{domain}.enable")
    return page
