"""Asking for a link, and choosing a password with it, as a client does."""

import re
from email.message import EmailMessage
from typing import cast

from services.mail.outbox import send_due
from tests.support.clients.graphql import INSTALLATION, ask_with
from tests.support.clients.sign_in import SESSION, Json
from tests.support.servers.smtp import MailServer

ASK = "mutation ($email: String!) { requestPasswordReset(email: $email) }"
SET = (
    "mutation ($token: String!, $password: String!) "
    f"{{ setPassword(token: $token, password: $password) {{ {SESSION} }} }}"
)
NO_TOKEN: Json = {
    "path": [],
    "code": "INVALID_CREDENTIALS",
    "message": "The link has been used, has run out, or never was one. Ask for a new one.",
    "parameters": [],
    "rule": None,
}
FRESH = "a fresh password"


async def ask_for_link(email: str = "ada@example.org", *, client: str = "192.0.2.1") -> Json:
    """The whole answer to requestPasswordReset."""
    return await ask_with(None, ASK, client=client, email=email)


async def choose(token: str, password: str = FRESH, *, client: str = "192.0.2.1") -> Json:
    """The payload of setPassword."""
    answer = await ask_with(None, SET, client=client, token=token, password=password)
    assert "errors" not in answer, answer["errors"]
    payload: Json = answer["data"]["setPassword"]
    return payload


async def codes(token: str, password: str = FRESH, *, client: str = "192.0.2.1") -> list[tuple[list[str], str]]:
    """Where setPassword refuses what."""
    errors = (await choose(token, password, client=client))["errors"]
    return [(error["path"], error["code"]) for error in errors]


async def sent(server: MailServer) -> list[EmailMessage]:
    """What goes out now of what is owed."""
    before = len(server.messages)
    mailer = server.mailer()
    try:
        await send_due(INSTALLATION, mailer)
    finally:
        await mailer.close()
    return server.messages[before:]


def text_of(message: EmailMessage) -> str:
    part = cast(EmailMessage, message.get_body(("plain",)))
    return cast(str, part.get_content())


def token_in(message: EmailMessage) -> str:
    """The token of a mail's link."""
    found = re.search(r"#token=(\S+)", text_of(message))
    assert found is not None
    return found[1]
