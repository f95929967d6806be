"""Mail by SMTP: one connection, used for as many mails as come, closed when none does."""

import asyncio
import re
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from services.mail.transport import MailDelayed, MailRefused

Tls = Literal["none", "opportunistic", "starttls", "implicit"]

_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
_CLOSING = 421  # RFC 5321: whatever was asked, the server is about to close


class SmtpMailer:
    """Hands mails to one SMTP server.

    ``tls``: ``none``; ``opportunistic``, with STARTTLS where it is offered, any certificate will do (RFC 7435);
    ``starttls``, with STARTTLS and a trusted certificate, or not at all; ``implicit``, from the first byte, with
    a trusted certificate. With a password, ``opportunistic`` becomes ``starttls`` where the server's address is
    a public one: a password never crosses a public network unencrypted. ``seconds`` bounds a whole mail,
    connecting included.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str | None = None,
        password: str | None = None,
        tls: Tls = "opportunistic",
        seconds: float = 60.0,
    ) -> None:
        self._host, self._port = host, port
        self._login = None if username is None else (username, password or "")
        self._tls = tls
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._client: SMTP | None = None

    async def send(self, message: EmailMessage) -> None:
        """Hand one mail over. Raises MailRefused or MailDelayed."""
        await self._talk(message)

    async def check(self) -> None:
        """Connect and sign in. Raises MailDelayed."""
        await self._talk(None)

    async def close(self) -> None:
        """Take leave of the server, which need not answer."""
        async with self._turn:
            client, self._client = self._client, None
            if client is not None and client.is_connected:
                with suppress(SMTPException, OSError):
                    await client.quit(timeout=2)
                client.close()

    async def _talk(self, message: EmailMessage | None) -> None:
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    client = await self._connected()
                    if message is not None:
                        await client.send_message(message)
            except (SMTPRecipientsRefused, SMTPDataError) as error:  # in order: the connection stays
                raise _verdict(error) from None
            except BaseException as error:
                # Who knows where in the conversation it stopped.
                if self._client is not None:
                    self._client.close()
                if not isinstance(error, Exception) or isinstance(error, MailDelayed):
                    raise
                raise _verdict(error) from None

    async def _connected(self) -> SMTP:
        """The connection, made anew where the server has dropped it meanwhile."""
        if self._client is not None and self._client.is_connected:
            with suppress(SMTPException, OSError):
                await self._client.rset()
                return self._client
            self._client.close()
        self._client = client = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._seconds,
            use_tls=self._tls == "implicit",
            start_tls=False,
            tls_context=await _tls_context(trusted=True) if self._tls == "implicit" else None,
        )
        await client.connect()
        if self._tls in ("opportunistic", "starttls"):
            await self._encrypt(client)
        if self._login is not None:
            await _sign_in(client, *self._login)
        return client

    async def _encrypt(self, client: SMTP) -> None:
        public = not is_private(client.get_transport_info("peername")[0])
        needed = self._tls == "starttls" or (self._login is not None and public)
        with suppress(SMTPHeloError):  # an old server that knows HELO only
            await client.ehlo()
        if client.supports_extension("starttls"):
            await client.starttls(tls_context=await _tls_context(trusted=needed))
        elif needed:
            raise MailDelayed("SMTP without STARTTLS", everything=True)


def is_private(address: str) -> bool:
    """Whether an IP address is of this machine or of a private network."""
    found = ip_address(address)
    return (getattr(found, "ipv4_mapped", None) or found).is_private


async def _tls_context(*, trusted: bool) -> ssl.SSLContext:
    # In a thread: it reads the system's certificates from disk.
    context = await asyncio.to_thread(ssl.create_default_context)
    if not trusted:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _sign_in(client: SMTP, username: str, password: str) -> None:
    try:
        await client.login(username, password)
    except SMTPResponseException:
        raise
    except SMTPException as error:
        if client.is_connected:
            raise MailDelayed("SMTP without AUTH", everything=True) from error
        raise


def _verdict(error: Exception) -> MailRefused | MailDelayed:
    """What a failure means; see the module ``mailer`` for the rule."""
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, SMTPAuthenticationError):
        return MailDelayed(f"{_code(error)} at AUTH", everything=True)
    if isinstance(error, SMTPResponseException):
        return _verdict_on_answer(error)
    if isinstance(error, SMTPNotSupported):
        return MailRefused("SMTP without SMTPUTF8")
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return MailDelayed("SMTP with a certificate that is not trusted, or no TLS", everything=True)
    if isinstance(error, (TimeoutError, OSError, SMTPException)):
        return MailDelayed(_trouble(error), everything=True)
    if isinstance(error, (ValueError, MessageError)):
        return MailRefused("no address or text of a mail")
    return MailDelayed(type(error).__name__)


def _verdict_on_answer(error: SMTPResponseException) -> MailRefused | MailDelayed:
    about_the_mail = isinstance(error, (SMTPRecipientRefused, SMTPDataError)) and error.code != _CLOSING
    if about_the_mail and 500 <= error.code <= 599 and not _forbids_relaying(error):
        return MailRefused(_code(error))
    return MailDelayed(_code(error), everything=not about_the_mail)


def _forbids_relaying(error: SMTPResponseException) -> bool:
    """A refused recipient with a 5.7 code (RFC 3463, security or policy): often of the sender, not the recipient."""
    return isinstance(error, SMTPRecipientRefused) and (error.code == 530 or " 5.7." in _code(error))


def _code(error: SMTPResponseException) -> str:
    enhanced = _ENHANCED_CODE.match(error.message)
    return f"SMTP {error.code} {enhanced[0]}" if enhanced else f"SMTP {error.code}"


def _trouble(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "SMTP timed out"
    return "SMTP cannot connect" if isinstance(error, SMTPConnectError) else "SMTP connection lost"
