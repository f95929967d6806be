"""Tests of the parsers for database and mail server URLs, and of the removal of secrets from addresses."""

from typing import Any

import pytest

from server.setting_values import SmtpServer, database_credentials, smtp_server, without_secrets

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
        (DATABASE, {"host": "db.example", "port": 6432, "database": "trackers", "user": "anna", "password": "p@ss"}),
        (
            "postgresql://a%2Fb@[::1]/my%20data?sslmode=verify-full",
            {"host": "::1", "port": 5432, "database": "my data", "user": "a/b", "ssl": "verify-full"},
        ),
        (
            "postgres://trackers@/trackers?host=%2Ftmp%2Fa%20b&sslmode=require",
            {"host": "/tmp/a b", "port": 5432, "database": "trackers", "user": "trackers", "ssl": False},
        ),
    ],
)
def test_the_credentials_of_a_database_url(url: str, credentials: dict[str, Any]) -> None:
    assert database_credentials(url) == credentials


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost:25", SmtpServer(host="localhost", port=25, tls="opportunistic")),
        (
            "smtp+starttls://post:a%40b@mail.example/",
            SmtpServer(host="mail.example", port=587, user="post", password="a@b", tls="starttls"),
        ),
        ("smtps://mail.example", SmtpServer(host="mail.example", port=465, tls="implicit")),
    ],
)
def test_the_parts_of_a_mail_servers_url(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server
