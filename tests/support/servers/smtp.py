"""A real SMTP server on a free port of 127.0.0.1, which keeps what it accepts and answers as configured."""

import asyncio
import email
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.mail.smtp import SmtpMailer, Tls
from services.mail.transport import MailDelayed


class MailServer:
    """An SMTP server; ``answers_to_rcpt`` and ``answers_to_data`` are used once each, then everything is accepted."""

    def __init__(self, **options: Any) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.sessions: list[Session] = []
        self.answers_to_rcpt: list[str] = []
        self.answers_to_data: list[str] = []
        self.connections = 0
        self.arrived = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.on_data: Callable[[], None] = lambda: None
        self.passwords: list[bytes] = []
        self.port = 0
        self._implicit: ssl.SSLContext | None = options.pop("implicit", None)
        self._options: dict[str, Any] = {"hostname": "mail.example", "authenticator": self._authenticate} | options
        self._server: asyncio.Server | None = None
        self._open: list[SMTP] = []

    async def start(self) -> None:
        """Listen; when started again, on the same port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, "127.0.0.1", self.port, ssl=self._implicit)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        assert self._server is not None
        self.may_answer.set()
        self._server.close()
        self.drop_connections()
        await self._server.wait_closed()

    def drop_connections(self) -> None:
        """Abort every open connection."""
        for connection in self._open:
            if connection.transport is not None:
                connection.transport.abort()  # type: ignore[attr-defined]
        self._open.clear()

    def mailer(self, *, tls: Tls = "opportunistic", **options: Any) -> SmtpMailer:
        """Return a mailer that sends to this server."""
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

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        answer = self.answers_to_rcpt.pop(0) if self.answers_to_rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep an accepted message, and answer DATA once ``may_answer`` is set."""
        answer = self.answers_to_data.pop(0) if self.answers_to_data else "250 OK"
        self.on_data()
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.messages.append(email.message_from_bytes(envelope.content, policy=default))
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
            self.sessions.append(session)
        self.arrived.set()
        await self.may_answer.wait()
        return answer


@asynccontextmanager
async def mail_server(**options: Any) -> AsyncIterator[MailServer]:
    """Run a server during the block."""
    server = MailServer(**options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def message(text: str = "Hello", *, to: str = "ann@northgate.example") -> EmailMessage:
    """Return a message to send."""
    built = EmailMessage()
    built["From"] = "Trackers <trackers@mail.example>"
    built["To"] = to
    built["Subject"] = "A mail"
    built.set_content(text)
    return built


async def expect_delay(attempt: Awaitable[None]) -> tuple[str, bool]:
    """Return why an attempt was delayed, and whether any other mail would be too."""
    with pytest.raises(MailDelayed) as raised:
        await attempt
    return raised.value.reason, raised.value.affects_all


def make_certificate(openssl: str, folder: Path) -> ssl.SSLContext:
    """Return a server's TLS context with a self-signed certificate for 127.0.0.1, ``folder/certificate.pem``."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
