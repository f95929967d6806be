"""The command ``trackers`` as a process: a running server, and clients that connect to it over the network."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECRET = "a secret for servers under test, 32 bytes or more"
COMMAND = [str(Path(sys.executable).with_name("trackers"))]

SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { session { accessToken } errors { code } }
}
"""


def environment(database_url: str | None = None, **more: str) -> dict[str, str]:
    """Return the environment of this process without its settings, with those of the test."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKERS_", "PG"))}
    if database_url is not None:
        variables |= {"TRACKERS_DATABASE_URL": database_url, "TRACKERS_SECRET": SECRET}
    return variables | more


class Server:
    """A running server; it is signalled by its process id."""

    def __init__(self, process: asyncio.subprocess.Process, address: str, log: Path) -> None:
        self.process = process
        self.address = address
        self.log = log

    def signal(self, number: Signals) -> None:
        self.process.send_signal(number)

    async def kill(self) -> None:
        """Kill the process with SIGKILL, and leave its children to themselves."""
        self.signal(SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        if self.process.returncode is None:
            self.signal(SIGTERM)
        async with asyncio.timeout(40):
            return await self.process.wait()

    async def ask(self, document: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": document, "variables": variables}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            answer: dict[str, Any] = (await client.post(f"{self.address}/graphql", json=body, headers=headers)).json()
        return answer

    async def sign_in(self, email: str, password: str) -> str:
        answer = await self.ask(SIGN_IN, email=email, password=password)
        token: str = answer["data"]["signIn"]["session"]["accessToken"]
        return token

    @asynccontextmanager
    async def subscribe(self, token: str, field: str, after: str | None = None) -> AsyncIterator["Subscription"]:
        """Subscribe to ``trackerAssigned`` or ``notificationReceived``; the subscription ends with the block."""
        socket = f"{self.address.replace('http', 'ws', 1)}/graphql"
        protocol = Subprotocol("graphql-transport-ws")
        async with connect(socket, subprotocols=[protocol], close_timeout=2, proxy=None) as connection:
            await connection.send(
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            )
            assert json.loads(await connection.recv())["type"] == "connection_ack"
            document = (
                f"subscription ($after: String) {{ {field}(after: $after) {{ cursor kind tracker {{ number }} }} }}"
            )
            payload = {"query": document, "variables": {"after": after}}
            await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            yield Subscription(connection, field)


class Subscription:
    """A subscription over WebSocket."""

    def __init__(self, connection: ClientConnection, field: str) -> None:
        self.connection = connection
        self._field = field

    async def next(self, seconds: float = 20) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            message = json.loads(await self.connection.recv())
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        event: dict[str, Any] = message["payload"]["data"][self._field]
        return event


@asynccontextmanager
async def run_server(folder: Path, env: Mapping[str, str], *arguments: str) -> AsyncIterator[Server]:
    """Run ``trackers serve`` in a folder, on a free port; it ends with the block."""
    log = folder / f"server-{len(list(folder.glob('server-*.log')))}.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "serve", "--port", "0", *arguments,
            cwd=folder, env=dict(env), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    try:
        yield Server(process, await _address(process, log), log)
    finally:
        if process.returncode is None:
            process.send_signal(SIGTERM)
            try:
                async with asyncio.timeout(40):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(120):
        async for line in process.stdout:
            if line.startswith(b"Playground"):
                return line.decode().split()[1].removesuffix("/graphql")
    raise AssertionError(f"the server ended: {log.read_text()}")


async def run_command(folder: Path, env: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments,
        cwd=folder, env=dict(env), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
