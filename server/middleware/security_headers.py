"""What every answer tells a browser it may not do; an answer that has said it itself, as the pages do, is left alone."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # An answer of the API is no page: opened as one it loads nothing and stands in no frame.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Other origins read by CORS, which this does not touch; it keeps them from loading answers as images or scripts.
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BY_TLS: Final = {"Strict-Transport-Security": "max-age=31536000"}


class SecurityHeaders:
    """Adds what an answer lacks. ``https`` says that clients reach the server by TLS, and are never to do otherwise."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = _ALWAYS | (_BY_TLS if https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the headers with its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                names = {name for name, _ in own}
                message["headers"] = [*own, *(header for header in self._headers if header[0] not in names)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
