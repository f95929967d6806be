"""One email in an SMTP session: its commands and its content, as the server's extensions allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Literal, Self, cast

from aiosmtplib import SMTP, SMTPNotSupported
from aiosmtplib.email import extract_recipients, extract_sender


@dataclass(frozen=True, slots=True)
class Transaction:
    """The commands and the content that transfer an email, for what a server supports."""

    sender: str
    recipient: str
    content: bytes
    options: Sequence[str]
    encoding: Literal["ascii", "utf-8"]

    @classmethod
    def prepare(cls, message: EmailMessage, client: SMTP) -> Self:
        """Render an email for a server. Raises SMTPNotSupported, or ValueError unless it has one sender and one recipient."""
        sender, recipients = extract_sender(message), extract_recipients(message)
        if not sender or len(recipients) != 1:
            raise ValueError("an email has one sender and one recipient")
        needs_utf8 = not (sender + recipients[0]).isascii()
        if needs_utf8 and not client.supports_extension("smtputf8"):
            raise SMTPNotSupported("SMTPUTF8")
        has_8bit = client.supports_extension("8bitmime")
        policy = cast(EmailPolicy, message.policy).clone(
            linesep="\r\n", utf8=needs_utf8, cte_type="8bit" if has_8bit else "7bit"
        )
        content = message.as_bytes(policy=policy)
        options = [f"SIZE={len(content)}"] if client.supports_extension("size") else []
        options += ["BODY=8BITMIME"] if has_8bit else []
        options += ["SMTPUTF8"] if needs_utf8 else []
        return cls(sender, recipients[0], content, options, "utf-8" if needs_utf8 else "ascii")

    async def begin(self, client: SMTP) -> None:
        """Send the commands that precede the content."""
        await client.mail(self.sender, options=self.options, encoding=self.encoding)
        await client.rcpt(self.recipient, encoding=self.encoding)
