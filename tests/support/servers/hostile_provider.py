"""A provider that answers whatever a test wants, with keys of its own to sign with."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwk, jwt
from joserfc.jws import JWSRegistry

Json = dict[str, Any]


@cache
def _keys() -> dict[str, Any]:
    """Return a key for each algorithm; they take long to generate."""
    rsa = jwk.RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    return {
        "RS256": rsa,
        "PS256": rsa,
        "ES256": jwk.ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}),
        "EdDSA": jwk.OKPKey.generate_key("Ed25519", {"kid": "okp", "use": "sig"}),
    }


class HostileProvider:
    """A provider on a free port of 127.0.0.1: what it answers at a path is in ``documents``."""

    def __init__(self) -> None:
        self.keys = dict(_keys())
        self.documents: dict[str, Any] = {}
        self.requests: Counter[str] = Counter()
        self.forms: list[Json] = []
        self.issuer = ""

    def publish(self) -> None:
        """Publish metadata and keys as a good provider does."""
        self.documents["/.well-known/openid-configuration"] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        keys = {key.kid: key for key in self.keys.values()}
        self.documents["/keys"] = {"keys": [key.as_dict(private=False) for key in keys.values()]}

    def claims(self, **changes: Any) -> Json:
        """Return the claims of an ID token for the client ``client`` and the nonce ``nonce``; None leaves one out."""
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "ada", "aud": "client", "iat": now, "exp": now + 300, "nonce": "nonce"}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def sign(self, claims: Json, *, algorithm: str = "RS256", key: Any = None, **header: Any) -> str:
        """Return the signed token, with one of the published keys unless another is given."""
        key = key or self.keys[algorithm]
        return jwt.encode(
            {"alg": algorithm, "kid": key.kid, **header},
            claims,
            key,
            registry=JWSRegistry(algorithms=[algorithm], strict_check_header=False),
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ", 2)[1].partition("?")[0]
        length = next((int(line.split(":")[1]) for line in head.lower().split("\r\n") if "content-length" in line), 0)
        form = parse_qs((await reader.readexactly(length)).decode())
        self.forms.append({name: values[0] for name, values in form.items()})
        self.requests[path] += 1
        document = self.documents.get(path, (404, {}))
        status, content = document if isinstance(document, tuple) else (200, document)
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = "Content-Type: application/json"
        writer.write(f"HTTP/1.1 {status} X\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def hostile_provider() -> AsyncIterator[HostileProvider]:
    """Run a provider during the block, which publishes good metadata and keys at first."""
    provider = HostileProvider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    provider.publish()
    async with server:
        yield provider
