"""Sending email by SMTP: authentication and encryption."""

import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.mail.smtp import Tls, is_private
from tests.support.servers.smtp import MailServer, expect_delay, mail_server, make_certificate, message

CREDENTIALS: dict[str, Any] = {"username": "trackers", "password": "right"}
Certificate = tuple[ssl.SSLContext, Path]


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server(auth_require_tls=False) as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    return make_certificate(openssl, folder), folder / "certificate.pem"


async def test_a_correct_password_authenticates(server: MailServer) -> None:
    mailer = server.mailer(**CREDENTIALS)
    await mailer.check()
    await mailer.send(message())
    await mailer.close()
    assert [session.authenticated for session in server.sessions] == [True]
    assert server.connections == 1


async def test_a_wrong_password_delays_every_email(server: MailServer) -> None:
    mailer = server.mailer(username="trackers", password="wrong")
    assert await expect_delay(mailer.send(message())) == ("SMTP 535 5.7.8 at AUTH", True)
    assert await expect_delay(mailer.check()) == ("SMTP 535 5.7.8 at AUTH", True)
    await mailer.close()
    assert server.messages == []


async def test_no_password_is_sent_to_a_server_without_auth() -> None:
    async with mail_server() as server:  # by default it offers AUTH with TLS only
        mailer = server.mailer(**CREDENTIALS)
        assert await expect_delay(mailer.send(message())) == ("SMTP without AUTH", True)
        await mailer.close()
        assert (server.messages, server.passwords) == ([], [])


async def test_nothing_is_sent_without_the_required_starttls(server: MailServer) -> None:
    mailer = server.mailer(tls="starttls", **CREDENTIALS)
    assert await expect_delay(mailer.send(message())) == ("SMTP without STARTTLS", True)
    await mailer.close()
    assert (server.messages, server.passwords) == ([], [])


async def test_starttls_with_a_trusted_certificate(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    context, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with mail_server(tls_context=context) as server:
        mailer = server.mailer(tls="starttls", **CREDENTIALS)
        await mailer.send(message())
        await mailer.close()
        assert [(session.ssl is not None, session.authenticated) for session in server.sessions] == [(True, True)]


async def test_implicit_tls(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    context, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with mail_server(implicit=context) as server:
        mailer = server.mailer(tls="implicit")
        await mailer.send(message())
        await mailer.close()
        assert [mail.get_content() for mail in server.messages] == ["Hello\r\n"]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_an_untrusted_certificate_is_rejected(certificate: Certificate, tls: Tls) -> None:
    context, _ = certificate
    options = {"implicit": context} if tls == "implicit" else {"tls_context": context}
    async with mail_server(**options) as server:
        mailer = server.mailer(tls=tls, **CREDENTIALS)
        reason = "SMTP with an untrusted certificate, or no TLS"
        assert await expect_delay(mailer.send(message())) == (reason, True)
        await mailer.close()
        assert (server.messages, server.passwords) == ([], [])


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_an_untrusted_certificate_is_taken_if_the_url_says_so(certificate: Certificate, tls: Tls) -> None:
    context, _ = certificate
    options = {"implicit": context} if tls == "implicit" else {"tls_context": context}
    async with mail_server(**options) as server:
        mailer = server.mailer(tls=tls, verify=False)
        await mailer.send(message())
        await mailer.close()
        assert [session.ssl is not None for session in server.sessions] == [tls == "starttls"]
        assert len(server.messages) == 1


async def test_nothing_is_sent_unencrypted_where_any_certificate_is_taken(server: MailServer) -> None:
    mailer = server.mailer(tls="starttls", verify=False)
    assert await expect_delay(mailer.send(message())) == ("SMTP without STARTTLS", True)
    await mailer.close()


@pytest.mark.parametrize(("tls", "encrypted"), [("opportunistic", True), ("none", False)])
async def test_opportunistic_starttls(certificate: Certificate, tls: Tls, encrypted: bool) -> None:
    context, _ = certificate
    async with mail_server(tls_context=context) as server:
        mailer = server.mailer(tls=tls)
        await mailer.send(message())
        await mailer.close()
        assert [session.ssl is not None for session in server.sessions] == [encrypted]


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.0.7", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("2a00:1450:4009:815::200e", False),
    ],
)
def test_private_addresses(address: str, private: bool) -> None:
    assert is_private(address) is private
