"""A real SMTP server on a free port of 127.0.0.1, which stores the messages it accepts and replies as configured."""

import asyncio
import email
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.mail.smtp import SmtpMailer, Tls
from services.mail.transport import MailDelayed


class MailServer:
    """An SMTP server that accepts every message, unless other replies are queued.

    ``mail_replies``, ``rcpt_replies`` and ``data_replies`` are the queued replies to MAIL, RCPT and DATA; each is sent
    once. ``resets`` counts the RSET commands.
    """

    def __init__(self, **options: Any) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.sessions: list[Session] = []
        self.mail_replies: list[str] = []
        self.rcpt_replies: list[str] = []
        self.data_replies: list[str] = []
        self.connections = 0
        self.resets = 0
        self.arrived = asyncio.Event()
        self.may_reply = asyncio.Event()
        self.may_reply.set()
        self.on_data: Callable[[], None] = lambda: None
        self.passwords: list[bytes] = []
        self.port = 0
        self._implicit: ssl.SSLContext | None = options.pop("implicit", None)
        self._options: dict[str, Any] = {"hostname": "mail.example", "authenticator": self._authenticate} | options
        self._server: asyncio.Server | None = None
        self._open: list[SMTP] = []

    async def start(self) -> None:
        """Start listening; after a restart, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, "127.0.0.1", self.port, ssl=self._implicit)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        assert self._server is not None
        self.may_reply.set()
        self._server.close()
        self.drop_connections()
        await self._server.wait_closed()

    def drop_connections(self) -> None:
        """Abort every open connection."""
        for connection in self._open:
            # In Python 3.11.2, a TLS connection that has closed already raises AttributeError.
            if connection.transport is not None:
                with suppress(AttributeError):
                    connection.transport.abort()  # type: ignore[attr-defined]
        self._open.clear()

    def mailer(self, *, tls: Tls = "opportunistic", **options: Any) -> SmtpMailer:
        """Return a mailer that sends through this server."""
        return SmtpMailer(host="127.0.0.1", port=self.port, tls=tls, **options)

    def _connected(self) -> SMTP:
        self.connections += 1
        self._open.append(SMTP(self, **self._options))
        return self._open[-1]

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        login = cast(LoginPassword, data)
        self.passwords.append(login.password)
        return AuthResult(success=login == LoginPassword(b"trackers", b"right"), handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Return the reply to MAIL FROM."""
        if self.mail_replies:
            return self.mail_replies.pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Count the command."""
        self.resets += 1
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Return the reply to RCPT TO."""
        reply = self.rcpt_replies.pop(0) if self.rcpt_replies else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store an accepted message, and return the reply to DATA once ``may_reply`` is set."""
        reply = self.data_replies.pop(0) if self.data_replies else "250 OK"
        self.on_data()
        if reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.messages.append(email.message_from_bytes(envelope.content, policy=default))
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
            self.sessions.append(session)
        self.arrived.set()
        await self.may_reply.wait()
        return reply


@asynccontextmanager
async def mail_server(**options: Any) -> AsyncIterator[MailServer]:
    """Run an SMTP server during the block."""
    server = MailServer(**options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def message(text: str = "Hello", *, to: str = "ann@northgate.example") -> EmailMessage:
    """Return an email to send."""
    email_message = EmailMessage()
    email_message["From"] = "Trackers <trackers@mail.example>"
    email_message["To"] = to
    email_message["Subject"] = "A mail"
    email_message.set_content(text)
    return email_message


async def expect_delay(attempt: Awaitable[None]) -> tuple[str, bool]:
    """Check that an attempt to send is delayed; return the reason, and whether all other messages are affected too."""
    with pytest.raises(MailDelayed) as raised:
        await attempt
    return raised.value.reason, raised.value.affects_all


def make_certificate(openssl: str, directory: Path) -> ssl.SSLContext:
    """Write a self-signed certificate to ``certificate.pem``, and return a TLS context for the server.

    It is for 127.0.0.1 and for 0.0.0.0, by which this machine is reached as if it were another one.
    """
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1,IP:0.0.0.0", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
