"""The addresses of single sign-on: the page, the one that a provider sends the browser to, and its back channel."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.endpoints.password_page import PAGE_HEADERS
from server.protocol.http_errors import json_response
from services.installation import Installation
from services.sign_on.attempts import ProviderAnswer, take_answer
from services.sign_on.logout import MAX_LOGOUT_TOKEN, end_sessions_by_logout
from services.sign_on.openid.errors import InvalidToken, ProviderUnavailable

DIRECTORY: Final = Path(__file__).parents[1] / "sign_on"

_MAX_PARAMETER: Final = 4_096
_MAX_FORM: Final = MAX_LOGOUT_TOKEN + 1_024
_NOT_KEPT: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""The address holds a code, and the one that it leads to a token."""


def sign_on_routes(installation: Installation) -> list[BaseRoute]:
    """Return the routes of the page and its script, of the callback, and of the back channel."""

    async def callback(request: Request) -> Response:
        return await _take_answer(installation, request)

    async def logout(request: Request) -> Response:
        return await _log_out(installation, request)

    return [
        Route("/sign-on", _page),
        Route("/sign-on/sign-on.js", _script),
        Route("/sign-on/callback", callback),
        Route("/sign-on/logout", logout, methods=["POST"]),
    ]


def _page(_request: Request) -> Response:
    return Response((DIRECTORY / "index.html").read_bytes(), 200, PAGE_HEADERS, "text/html; charset=utf-8")


def _script(_request: Request) -> Response:
    return Response((DIRECTORY / "sign-on.js").read_bytes(), 200, PAGE_HEADERS, "text/javascript; charset=utf-8")


async def _take_answer(installation: Installation, request: Request) -> Response:
    """Store the provider's answer, and send the browser to the application that began the sign-on.

    It requests nothing of the provider: that is done once the application proves that it has begun the sign-on.
    """
    parameters = {name: value for name, value in request.query_params.items() if len(value) <= _MAX_PARAMETER}
    url = None
    if request.method == "GET":  # a HEAD request must not use up the answer
        answer = ProviderAnswer(parameters.get("code"), parameters.get("error"), parameters.get("iss"))
        url = await take_answer(installation, state=parameters.get("state", ""), answer=answer)
    return RedirectResponse(url or f"{installation.public_url}/sign-on#error=expired", 303, _NOT_KEPT)


async def _log_out(installation: Installation, request: Request) -> Response:
    """End the sessions that a provider's logout token names (Back-Channel Logout 1.0, section 2.8)."""
    try:
        await end_sessions_by_logout(installation, await _read_logout_token(request))
    except InvalidToken as error:
        return _refusal(f"The logout token was refused: {error}", 400)
    except ProviderUnavailable:
        return _refusal("The keys of the provider cannot be had at the moment", 503)
    return Response(status_code=200, headers=_NOT_KEPT)


def _refusal(description: str, status: int) -> Response:
    return json_response({"error": "invalid_request", "error_description": description}, status)


async def _read_logout_token(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise InvalidToken("it is too long")
    try:
        (token,) = parse_qs(body.decode("ascii"), max_num_fields=10)["logout_token"]
    except (ValueError, KeyError):
        raise InvalidToken("send it alone, as the form field logout_token") from None
    return token
