"""Helpers that request a password link, and set a password with it, through the API."""

import re
from email.message import EmailMessage
from typing import cast

from tests.support.clients.graphql import INSTALLATION, ask_with
from tests.support.clients.signing_in.sign_in import SESSION, Json
from tests.support.scenarios.mail import send_due
from tests.support.servers.smtp import MailServer

REQUEST = "mutation ($email: String!) { requestPasswordReset(email: $email) }"
SET_PASSWORD = (
    "mutation ($token: String!, $password: String!) "
    f"{{ setPassword(token: $token, password: $password) {{ {SESSION} }} }}"
)
INVALID_TOKEN: Json = {
    "path": [],
    "code": "INVALID_CREDENTIALS",
    "message": "The link is invalid, has expired or has already been used. Request a new one.",
    "parameters": [],
    "rule": None,
}
NEW_PASSWORD = "a fresh password"


async def request_link(email: str = "ada@example.org", *, client: str = "192.0.2.1") -> Json:
    """Run ``requestPasswordReset`` and return the response."""
    return await ask_with(None, REQUEST, client=client, email=email)


async def set_password(token: str, password: str = NEW_PASSWORD, *, client: str = "192.0.2.1") -> Json:
    """Run ``setPassword`` and return its payload."""
    answer = await ask_with(None, SET_PASSWORD, client=client, token=token, password=password)
    assert "errors" not in answer, answer["errors"]
    payload: Json = answer["data"]["setPassword"]
    return payload


async def error_codes(
    token: str, password: str = NEW_PASSWORD, *, client: str = "192.0.2.1"
) -> list[tuple[list[str], str]]:
    """Run ``setPassword`` and return the path and code of each error."""
    errors = (await set_password(token, password, client=client))["errors"]
    return [(error["path"], error["code"]) for error in errors]


async def send_due_mails(server: MailServer) -> list[EmailMessage]:
    """Send the emails that are due, and return them as the mail server received them."""
    before = len(server.messages)
    mailer = server.mailer()
    try:
        await send_due(INSTALLATION, mailer)
    finally:
        await mailer.close()
    return server.messages[before:]


def mail_text(message: EmailMessage) -> str:
    """Return the plain-text body of an email."""
    part = cast(EmailMessage, message.get_body(("plain",)))
    return cast(str, part.get_content())


def link_token(message: EmailMessage) -> str:
    """Return the token in the link of an email."""
    match = re.search(r"#token=(\S+)", mail_text(message))
    assert match is not None
    return match[1]
