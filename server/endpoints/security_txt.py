"""Where to report a vulnerability of this installation: ``/.well-known/security.txt`` (RFC 9116)."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH = "/.well-known/security.txt"
VALID_FOR = dt.timedelta(days=180)
"""How long what is told may be relied on; the RFC recommends less than a year."""


def security_txt_routes(contact: str | None, public_url: str) -> list[Route]:
    """Return the route of the file, or none without a contact: nothing is there then."""

    async def security_txt(_request: Request) -> Response:
        expires = (dt.datetime.now(dt.UTC) + VALID_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
        lines = [
            f"Contact: {contact}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: en",
            f"Canonical: {public_url}{PATH}",
        ]
        return PlainTextResponse("".join(f"{line}\n" for line in lines))

    return [Route(PATH, security_txt)] if contact else []
