"""Sending email by SMTP: connections, and the classification of failures."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from services.mail.smtp import SmtpMailer
from services.mail.transport import MailRefused
from tests.support.servers.smtp import MailServer, expect_delay, mail_server, message


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server(auth_require_tls=False) as running:
        yield running


async def test_consecutive_emails_share_a_connection(server: MailServer) -> None:
    mailer = server.mailer()
    for text in ("one", "two", "three"):
        await mailer.send(message(text))
    await mailer.close()
    assert [mail.get_content() for mail in server.messages] == ["one\r\n", "two\r\n", "three\r\n"]
    assert server.envelopes == [("trackers@mail.example", ["ann@northgate.example"])] * 3
    assert server.connections == 1
    assert server.resets == 0  # each would be a round trip
    await mailer.send(message("four"))
    await mailer.close()
    await mailer.close()
    assert server.connections == 2


async def test_a_dropped_connection_is_reopened(server: MailServer) -> None:
    mailer = server.mailer()
    await mailer.send(message("one"))
    server.drop_connections()
    await mailer.send(message("two"))
    await mailer.close()
    assert [mail.get_content() for mail in server.messages] == ["one\r\n", "two\r\n"]
    assert server.connections == 2


async def test_a_server_that_takes_no_more_on_a_connection_gets_a_new_one(server: MailServer) -> None:
    mailer = server.mailer()
    await mailer.send(message("one"))
    server.mail_replies = ["421 4.7.0 too many messages in this connection"]
    await mailer.send(message("two"))
    server.rcpt_replies = ["421 4.7.0 too many recipients in this connection"]
    await mailer.send(message("three"))
    await mailer.close()
    assert [mail.get_content() for mail in server.messages] == ["one\r\n", "two\r\n", "three\r\n"]
    assert server.connections == 3


async def test_a_server_that_takes_nothing_delays_every_email(server: MailServer) -> None:
    mailer = server.mailer()
    await mailer.send(message("one"))
    server.mail_replies = ["421 4.3.2 shutting down"] * 2
    assert await expect_delay(mailer.send(message("two"))) == ("SMTP 421 4.3.2", True)
    await mailer.close()
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("450 4.2.0 <ann@northgate.example> greylisted", "SMTP 450 4.2.0"),
        ("451 ann@northgate.example later", "SMTP 451"),
        ("550 5.7.1 <ann@northgate.example> relaying denied", "SMTP 550 5.7.1"),
        ("530 sign in first", "SMTP 530"),
    ],
)
async def test_a_transient_failure_delays_only_this_email(server: MailServer, answer: str, reason: str) -> None:
    server.rcpt_replies = [answer]
    mailer = server.mailer()
    assert await expect_delay(mailer.send(message())) == (reason, False)
    await mailer.send(message("next"))
    await mailer.close()
    assert [mail.get_content() for mail in server.messages] == ["next\r\n"]
    assert (server.connections, server.resets) == (1, 1)


@pytest.mark.parametrize(
    ("rcpt", "data", "reason"),
    [
        (["550 5.1.1 <ann@northgate.example> unknown"], [], "SMTP 550 5.1.1"),
        (["553 ann@northgate.example is no mailbox"], [], "SMTP 553"),
        ([], ["554 5.6.0 refused: Hello"], "SMTP 554 5.6.0"),
    ],
)
async def test_a_permanent_failure_raises_mail_refused(
    server: MailServer, rcpt: list[str], data: list[str], reason: str
) -> None:
    server.rcpt_replies, server.data_replies = rcpt, data
    mailer = server.mailer()
    with pytest.raises(MailRefused) as refused:
        await mailer.send(message())
    assert refused.value.reason == reason
    await mailer.send(message("next"))
    await mailer.close()
    assert [mail.get_content() for mail in server.messages] == ["next\r\n"]
    assert server.connections == 1


async def test_an_invalid_address_is_refused(server: MailServer) -> None:
    mailer = server.mailer()
    with pytest.raises(MailRefused, match=r"^invalid address or content$"):
        await mailer.send(message(to="<>"))
    await mailer.close()
    assert server.messages == []


async def test_a_non_ascii_address_needs_smtputf8() -> None:
    async with mail_server(enable_SMTPUTF8=False) as server:
        mailer = server.mailer()
        with pytest.raises(MailRefused, match=r"^SMTP without SMTPUTF8$"):
            await mailer.send(message(to="zoë@northgate.example"))
        await mailer.close()


async def test_a_server_that_shuts_down_delays_every_email(server: MailServer) -> None:
    server.data_replies = ["421 4.3.2 shutting down"]
    mailer = server.mailer()
    assert await expect_delay(mailer.send(message())) == ("SMTP 421 4.3.2", True)
    await mailer.close()


async def test_a_refused_connection_delays_every_email() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and no listen()
        mailer = SmtpMailer(host="127.0.0.1", port=unused.getsockname()[1])
        assert await expect_delay(mailer.send(message())) == ("SMTP cannot connect", True)
        assert await expect_delay(mailer.check()) == ("SMTP cannot connect", True)
    await mailer.close()


@pytest.mark.slow
async def test_a_server_that_does_not_answer_times_out(server: MailServer) -> None:
    server.may_reply.clear()
    mailer = server.mailer(seconds=0.5)
    assert await expect_delay(mailer.send(message("slow"))) == ("SMTP timed out", True)
    server.may_reply.set()
    await mailer.send(message("next"))
    await mailer.close()
    assert [mail.get_content() for mail in server.messages] == ["slow\r\n", "next\r\n"]
    assert server.connections == 2


async def test_an_email_is_not_resent_immediately_after_a_lost_connection(server: MailServer) -> None:
    server.on_data = server.drop_connections
    mailer = server.mailer()
    assert await expect_delay(mailer.send(message())) == ("SMTP connection lost", True)
    await mailer.close()
    assert server.connections == 1


async def test_a_cancelled_email_closes_the_connection(server: MailServer) -> None:
    server.may_reply.clear()
    mailer = server.mailer()
    task = asyncio.create_task(mailer.send(message("one")))
    await asyncio.wait_for(server.arrived.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.may_reply.set()
    await mailer.send(message("two"))
    await mailer.close()
    assert server.connections == 2
