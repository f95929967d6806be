"""Security headers for every response. Headers that a response already has, such as those of the pages, are kept."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # An API response is not a page: if it is opened as one, it loads nothing and cannot be framed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # This stops other origins from loading responses as images or scripts. It does not affect allowed origins, which
    # read responses through CORS.
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HTTPS_HEADERS: Final = {"Strict-Transport-Security": "max-age=31536000"}


class SecurityHeadersMiddleware:
    """Middleware that adds the security headers that a response lacks.

    If ``https`` is true, clients reach the server over HTTPS, and browsers are instructed to use nothing else.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = _HEADERS | (_HTTPS_HEADERS if https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, adding the headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", [])
                names = {name for name, _ in headers}
                message["headers"] = [*headers, *(header for header in self._headers if header[0] not in names)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
