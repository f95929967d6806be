"""The transport of outgoing requests: connects to addresses that were checked, and takes answers of a bounded size.

Imports httpx2, so it is imported where the first request is made.
"""

from collections.abc import AsyncIterator, Collection
from typing import Any, Final

import httpx2

from services.outgoing.addresses import Network, OutgoingError, resolve

MAX_RESPONSE_BYTES: Final = 262_144
CONNECT_SECONDS: Final = 5.0
SECONDS: Final = 10.0
"""The longest pause between two parts of an answer. Callers bound the whole request."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def client_options(networks: Collection[Network]) -> dict[str, Any]:
    """Return the arguments for a client of httpx2 that sends every request through a ``RestrictedTransport``."""
    return {
        "transport": RestrictedTransport(networks),
        "trust_env": False,  # or a proxy of the environment would take the place of the transport
        "follow_redirects": False,
        "timeout": httpx2.Timeout(SECONDS, connect=CONNECT_SECONDS),
    }


class RestrictedTransport(httpx2.AsyncBaseTransport):
    """A transport for httpx2 that reaches public hosts by HTTPS, and ``networks`` by HTTPS or HTTP.

    The connection is made to an address that was checked, while ``Host``, the TLS handshake and the check of the
    certificate keep the name. Redirects are returned like any other response, proxies of the environment are not used,
    and a connection serves one request, because a pool would share it between the names of an address. Raises
    OutgoingError.
    """

    def __init__(self, networks: Collection[Network], *, max_bytes: int = MAX_RESPONSE_BYTES) -> None:
        self._networks = networks
        self._max_bytes = max_bytes
        limits = httpx2.Limits(max_connections=10, max_keepalive_connections=0)
        self._transport = httpx2.AsyncHTTPTransport(limits=limits)  # trusts the authorities of SSL_CERT_FILE too

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the first address of its host that accepts a connection, and return the response."""
        scheme, host = request.url.scheme, request.url.raw_host.decode("ascii")
        if scheme not in _DEFAULT_PORTS or not host:
            raise OutgoingError("its address is not an https:// one")
        port = request.url.port or _DEFAULT_PORTS[scheme]
        addresses = await resolve(host, port, networks=self._networks, public=scheme == "https")
        request.headers["Accept-Encoding"] = "identity"  # so that the bytes that are counted are all there are
        return self._bounded(await self._send(request, host, addresses))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _send(self, request: httpx2.Request, host: str, addresses: Collection[str]) -> httpx2.Response:
        for address in addresses:
            pinned = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._transport.handle_async_request(pinned)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            except httpx2.TransportError as error:
                raise OutgoingError(f"the connection broke off ({type(error).__name__})") from None
        raise OutgoingError("it cannot be connected to, or its certificate is not valid")

    def _bounded(self, response: httpx2.Response) -> httpx2.Response:
        if "content-encoding" in response.headers:
            raise OutgoingError("its answer is compressed")
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        response.stream = _BoundedStream(stream, self._max_bytes)
        return response


class _BoundedStream(httpx2.AsyncByteStream):
    """The body of a response, which raises OutgoingError once it is too large."""

    def __init__(self, stream: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._stream = stream
        self._left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise OutgoingError("its answer is too large")
            yield chunk

    async def aclose(self) -> None:
        """Close the response's connection."""
        await self._stream.aclose()
