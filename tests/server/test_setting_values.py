"""Tests of the parsers for database and mail server URLs, and of the removal of secrets from addresses."""

from pathlib import Path
from typing import Any

import pytest

from server.setting_values import SmtpServer, database_credentials, smtp_server, verifies_server, without_secrets

DATABASE = "postgres://anna:p%40ss@db.example:6432/trackers"


@pytest.mark.parametrize(
    "text",
    [
        "postgres://anna:hush@db/trackers",
        "postgres://anna:hush",
        "postgres://anna:hu://sh@db",
        "postgres://anna:hu/sh@db?x=a@b",
        "anna:hush",
        "smtp://post:hu@sh@mail",
        "postgres://db/t?user=a&PassWord=hush&sslmode=x",
        "postgres://anna:80hush/x",
    ],
)
def test_no_password_in_an_invalid_address_is_shown(text: str) -> None:
    assert "sh" not in without_secrets(text).replace("sslmode", "")


@pytest.mark.parametrize(
    ("url", "credentials"),
    [
        (
            DATABASE,
            {
                "host": "db.example",
                "port": 6432,
                "database": "trackers",
                "user": "anna",
                "password": "p@ss",
                "ssl": True,
            },
        ),
        ("postgres://a@127.0.0.2/t", {"host": "127.0.0.2", "port": 5432, "database": "t", "user": "a"}),
        ("postgres://a@LocalHost/t", {"host": "localhost", "port": 5432, "database": "t", "user": "a"}),
        *(
            (
                f"postgres://a@db.example/t?sslmode={word}",
                {"host": "db.example", "port": 5432, "database": "t", "user": "a", "ssl": word},
            )
            for word in ("disable", "prefer", "require", "verify-ca")
        ),
        (
            "postgresql://a%2Fb@[::1]/my%20data?sslmode=verify-full",
            {"host": "::1", "port": 5432, "database": "my data", "user": "a/b", "ssl": True},
        ),
        (
            "postgres://trackers@/trackers?host=%2Ftmp%2Fa%20b&sslmode=require",
            {"host": "/tmp/a b", "port": 5432, "database": "trackers", "user": "trackers", "ssl": False},
        ),
    ],
)
def test_the_credentials_of_a_database_url(
    url: str, credentials: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGSSLMODE", "disable")  # does not count
    assert database_credentials(url) == credentials
    monkeypatch.setenv("PGSSLROOTCERT", "/an/authority.crt")
    with_file = {"ssl": "verify-full"} if credentials.get("ssl") is True else {}
    assert database_credentials(url) == credentials | with_file


@pytest.mark.parametrize(
    ("url", "verified"),
    [
        ("postgres://a@db.example/t", True),
        ("postgres://a@10.0.0.7/t?sslmode=verify-full", True),
        ("postgres://a@10.0.0.7/t?sslmode=verify-ca", False),
        ("postgres://a@10.0.0.7/t?sslmode=disable", False),
        ("postgres://a@localhost/t?sslmode=disable", True),
        ("postgres://a@/t?host=/run/postgresql", True),
    ],
)
def test_connections_that_leave_the_machine_unverified_are_known(url: str, verified: bool) -> None:
    assert verifies_server(url) is verified


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost:25", SmtpServer(host="localhost", port=25, tls="opportunistic")),
        (
            "smtp+starttls://post:a%40b@mail.example/",
            SmtpServer(host="mail.example", port=587, user="post", password="a@b", tls="starttls"),
        ),
        ("smtps://mail.example", SmtpServer(host="mail.example", port=465, tls="implicit")),
        ("smtp://mail.example", SmtpServer(host="mail.example", port=587, tls="starttls")),
        ("smtp://10.0.0.7:25", SmtpServer(host="10.0.0.7", port=25, tls="starttls")),
        ("smtp://[::1]:25", SmtpServer(host="::1", port=25, tls="opportunistic")),
        ("smtp://mail.example/?tls=off", SmtpServer(host="mail.example", port=587, tls="none", verify=False)),
        (
            "smtp://mail.example?tls=unverified",
            SmtpServer(host="mail.example", port=587, tls="opportunistic", verify=False),
        ),
        (
            "smtps://mail.example?tls=unverified",
            SmtpServer(host="mail.example", port=465, tls="implicit", verify=False),
        ),
    ],
)
def test_the_parts_of_a_mail_servers_url(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url",
    ["smtps://mail?tls=off", "smtp+starttls://mail?tls=off", "smtp://mail?tls=on", "smtp://mail?tls=", "smtp://m?x=1"],
)
def test_an_unknown_word_about_tls_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        smtp_server(url)
