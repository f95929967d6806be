"""Security headers on every response; a header that the response has set itself, as the pages do, is kept."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # A response of the API is not a page: opened as one, it loads nothing and cannot be framed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Allowed origins read responses by CORS, which this does not affect; it stops other origins from loading them as
    # images or scripts.
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HTTPS_HEADERS: Final = {"Strict-Transport-Security": "max-age=31536000"}


class SecurityHeadersMiddleware:
    """Add the security headers that a response lacks.

    ``https`` says whether clients reach the server by HTTPS; then browsers are told to use nothing else.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = _HEADERS | (_HTTPS_HEADERS if https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                names = {name for name, _ in own}
                message["headers"] = [*own, *(header for header in self._headers if header[0] not in names)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
