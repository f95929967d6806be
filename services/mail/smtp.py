"""Sending email by SMTP, over one connection that stays open while there are emails to send."""

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
    SMTPResponseException,
    SMTPServerDisconnected,
)

from services.mail.smtp_transaction import Transaction
from services.mail.transport import MailDelayed, MailRefused

Tls = Literal["none", "opportunistic", "starttls", "implicit"]

_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
_SHUTTING_DOWN = 421  # RFC 5321: the answer to any command when the server is shutting down


class SmtpMailer:
    """Sends emails through one SMTP server.

    ``tls`` selects the encryption: ``none``; ``opportunistic`` (STARTTLS if the server offers it, with any certificate,
    RFC 7435); ``starttls`` (required, with a trusted certificate); or ``implicit`` (TLS from the first byte, with a
    trusted certificate). With a password, ``opportunistic`` becomes ``starttls`` if the server has a public address, so
    that no password crosses a public network unencrypted. Without ``verify``, any certificate is trusted. ``seconds`` is
    the timeout of one email, including the
    connection.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str | None = None,
        password: str | None = None,
        tls: Tls = "opportunistic",
        verify: bool = True,
        seconds: float = 60.0,
    ) -> None:
        self._host, self._port = host, port
        self._login = None if username is None else (username, password or "")
        self._tls = tls
        self._verify = verify
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._client: SMTP | None = None
        self._is_idle = False  # the connection is in no transaction: the last one has been completed

    async def send(self, message: EmailMessage) -> None:
        """Send one email; raise MailRefused or MailDelayed if that fails."""
        await self._deliver(message)

    async def check(self) -> None:
        """Connect and authenticate; raise MailDelayed if that fails."""
        await self._deliver(None)

    async def close(self) -> None:
        """Send QUIT, and close the connection even if the server does not answer."""
        async with self._lock:
            client, self._client = self._client, None
            if client is not None and client.is_connected:
                with suppress(SMTPException, OSError):
                    await client.quit(timeout=2)
                client.close()

    async def _deliver(self, message: EmailMessage | None) -> None:
        async with self._lock:
            try:
                async with asyncio.timeout(self._seconds):
                    if message is None:
                        await self._connect(probe=True)
                    else:
                        await self._transfer(message)
            except (SMTPRecipientRefused, SMTPDataError) as error:  # the connection is still usable
                raise _classify(error) from None
            except BaseException as error:
                # The connection is in an unknown state.
                if self._client is not None:
                    self._client.close()
                if not isinstance(error, Exception) or isinstance(error, MailDelayed):
                    raise
                raise _classify(error) from None

    async def _transfer(self, message: EmailMessage) -> None:
        """Send an email; once more over a new connection if the server has ended the old one before it had the content."""
        may_have_ended = self._client is not None and self._client.is_connected
        client = await self._connect()
        transaction = Transaction.prepare(message, client)
        self._is_idle = False
        try:
            await transaction.begin(client)
        except (SMTPServerDisconnected, SMTPResponseException):
            if not may_have_ended or client.is_connected:
                raise
            await self._transfer(message)
        else:
            await client.data(transaction.content)
            self._is_idle = True

    async def _connect(self, *, probe: bool = False) -> SMTP:
        """Return the open connection, or a new one if there is none or the server has closed it.

        The open connection is reset first, which also shows whether it still works, if the last transaction has not been
        completed or a ``probe`` is wanted.
        """
        if self._client is not None and self._client.is_connected:
            if self._is_idle and not probe:
                return self._client
            with suppress(SMTPException, OSError):
                await self._client.rset()
                self._is_idle = True
                return self._client
            self._client.close()
        self._client = client = await self._make_client()
        await client.connect()
        if self._tls in ("opportunistic", "starttls"):
            await self._encrypt(client)
        if self._login is not None:
            await _authenticate(client, *self._login)
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
        self._is_idle = True
        return client

    async def _make_client(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._seconds,
            use_tls=self._tls == "implicit",
            start_tls=False,
            tls_context=await _tls_context(trusted=self._verify) if self._tls == "implicit" else None,
        )

    async def _encrypt(self, client: SMTP) -> None:
        is_public = not is_private(client.get_transport_info("peername")[0])
        required = self._tls == "starttls" or (self._login is not None and is_public)
        with suppress(SMTPHeloError):  # an old server that supports only HELO
            await client.ehlo()
        if client.supports_extension("starttls"):
            await client.starttls(tls_context=await _tls_context(trusted=required and self._verify))
        elif required:
            raise MailDelayed("SMTP without STARTTLS", affects_all=True)


def is_private(address: str) -> bool:
    """Return whether an IP address is a loopback address or belongs to a private network."""
    ip = ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_private


async def _tls_context(*, trusted: bool) -> ssl.SSLContext:
    # In a thread: it reads the system's certificates from disk.
    context = await asyncio.to_thread(ssl.create_default_context)
    if not trusted:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _authenticate(client: SMTP, username: str, password: str) -> None:
    try:
        await client.login(username, password)
    except SMTPResponseException:
        raise
    except SMTPException as error:
        if client.is_connected:
            raise MailDelayed("SMTP without AUTH", affects_all=True) from error
        raise


def _classify(error: Exception) -> MailRefused | MailDelayed:
    """Classify a failure as permanent or transient, as described in ``services.mail.transport``."""
    if isinstance(error, SMTPAuthenticationError):
        return MailDelayed(f"{_response_code(error)} at AUTH", affects_all=True)
    if isinstance(error, SMTPResponseException):
        return _classify_response(error)
    if isinstance(error, SMTPNotSupported):
        return MailRefused("SMTP without SMTPUTF8")
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return MailDelayed("SMTP with an untrusted certificate, or no TLS", affects_all=True)
    if isinstance(error, (TimeoutError, OSError, SMTPException)):
        return MailDelayed(_connection_failure(error), affects_all=True)
    if isinstance(error, (ValueError, MessageError)):
        return MailRefused("invalid address or content")
    return MailDelayed(type(error).__name__)


def _classify_response(error: SMTPResponseException) -> MailRefused | MailDelayed:
    is_about_message = isinstance(error, (SMTPRecipientRefused, SMTPDataError)) and error.code != _SHUTTING_DOWN
    if is_about_message and 500 <= error.code <= 599 and not _is_policy_rejection(error):
        return MailRefused(_response_code(error))
    return MailDelayed(_response_code(error), affects_all=not is_about_message)


def _is_policy_rejection(error: SMTPResponseException) -> bool:
    """Return whether a recipient was rejected by policy (5.7, RFC 3463), which often concerns the sender."""
    return isinstance(error, SMTPRecipientRefused) and (error.code == 530 or " 5.7." in _response_code(error))


def _response_code(error: SMTPResponseException) -> str:
    enhanced_code = _ENHANCED_CODE.match(error.message)
    return f"SMTP {error.code} {enhanced_code[0]}" if enhanced_code else f"SMTP {error.code}"


def _connection_failure(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "SMTP timed out"
    return "SMTP cannot connect" if isinstance(error, SMTPConnectError) else "SMTP connection lost"
