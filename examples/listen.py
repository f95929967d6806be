"""Print assignments to a member as they happen: ``.venv/bin/python examples/listen.py EMAIL [AFTER]``.

A minimal client of the graphql-transport-ws protocol. Any client library for that protocol can be used instead.
"""

import asyncio
import getpass
import json
import os
import sys
from urllib.request import Request, urlopen

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

SERVER_URL = os.environ.get("TRACKERS_PUBLIC_URL", "http://127.0.0.1:8000")
SIGN_IN_MUTATION = (
    "mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } errors { message } } }"
)
SUBSCRIPTION = "subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number url } } }"


def sign_in(email: str) -> str:
    """Prompt for the password, sign in, and return the access token."""
    variables = {"input": {"email": email, "password": getpass.getpass()}}
    body = json.dumps({"query": SIGN_IN_MUTATION, "variables": variables}).encode()
    request = Request(f"{SERVER_URL}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310 - the URL is configured
    with urlopen(request) as response:  # noqa: S310
        payload = json.load(response)["data"]["signIn"]
    if payload["errors"]:
        sys.exit(payload["errors"][0]["message"])
    return str(payload["session"]["accessToken"])


async def listen(token: str, after: str | None) -> None:
    """Subscribe to assignments over WebSocket, and print each one until the connection is closed."""
    url = SERVER_URL.replace("http", "ws", 1) + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        payload = {"query": SUBSCRIPTION, "variables": {"after": after}}
        await connection.recv()
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        print("listening", flush=True)
        async for message in connection:
            print(json.dumps(json.loads(message).get("payload"), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(listen(sign_in(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
    except KeyboardInterrupt:
        sys.exit(130)  # what a shell expects after Ctrl-C: 128 and the number of SIGINT
