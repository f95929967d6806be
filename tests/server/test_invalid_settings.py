"""Tests that an invalid setting is an error of one line, which names the variable and what it must hold, and no secret."""

from pathlib import Path

import pytest

from server.environment.variable import SettingsError
from server.settings import Settings

DATABASE_FORMAT = (
    "postgres://user:password@host:port/name, which may be followed by ?sslmode= (verify-full by default, but for this "
    "machine's own) or, for a socket, ?host=; @ : / ? # % in a password are written %40 %3A %2F %3F %23 %25"
)
STATE_DIR_FORMAT = "the absolute path of a folder, such as /var/lib/trackers"
SMTP_FORMAT = (
    "smtp://user:password@host:587, smtp+starttls://… or smtps://…, where user and password may be left out, and which may "
    "be followed by ?tls=unverified or, with smtp://, ?tls=off"
)
MAIL_FORMAT = "an address such as trackers@example.org"
PUBLIC_FORMAT = "an http or https address without a slash at its end"
EDIT_FORMAT = "an http or https address with {id} in it, which may begin with {public_url}"
PASSWORD_FORMAT = "an http or https address with {token} in it, which may begin with {public_url}"
HOSTS_FORMAT = "host names and IP addresses with commas between, such as api.example.org, .example.net, 10.0.0.7"
PROXIES_FORMAT = "IP addresses and networks with commas between, such as 10.0.0.7, 10.1.0.0/16"
ORIGINS_FORMAT = "origins with commas between, such as https://app.example.org, http://localhost:3000"
FILES_FORMAT = "s3://bucket or s3://bucket/prefix"
LIMIT_FORMAT = "a whole number from 1 to 1000000000"
TOKEN_FORMAT = "visible ASCII characters without a space"


@pytest.mark.parametrize(
    ("name", "text", "shown", "expected"),
    [
        ("DATABASE_URL", "mysql://anna:hush@db/trackers", "'mysql://anna:***@db/trackers'", DATABASE_FORMAT),
        ("DATABASE_URL", "anna:hush@db/trackers", "'anna:***@db/trackers'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://anna:hush", "'postgres://anna:***'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://anna:hush@db", "'postgres://anna:***@db'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://db/trackers", "'postgres://db/trackers'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://anna:hush@db:99999/t", "'postgres://anna:***@db:99999/t'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a@db:0/t", "'postgres://a@db:0/t'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a@db/t?sslmode=on", "'postgres://a@db/t?sslmode=on'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a@db/t?password=hush", "'postgres://a@db/t?password=***'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a@db/t?host=/run", "'postgres://a@db/t?host=/run'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a:hu@sh/x@db/t\n", r"'postgres://a:***@db/t\n'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a:hu@sh/x@db/t", "'postgres://a:***@db/t'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a:hu/sh@db/t", "'postgres://a:***@db/t'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a:hu#sh@db/t", "'postgres://a:***@db/t'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a:hu?sh@db/t", "'postgres://a:***@db/t'", DATABASE_FORMAT),
        ("DATABASE_URL", "postgres://a:1/hush@db/t", "'postgres://a:***@db/t'", DATABASE_FORMAT),
        (
            "DATABASE_URL",
            "postgres://a:hu@1/sh@db/t?sslmode=require",
            "'postgres://a:***@db/t?sslmode=require'",
            DATABASE_FORMAT,
        ),
        ("STATE_DIR", "var", "'var'", STATE_DIR_FORMAT),
        ("STATE_DIR", "/", "'/'", STATE_DIR_FORMAT),
        ("LISTEN_URL", "yes", "'yes'", DATABASE_FORMAT),
        ("SMTP_URL", "http://post:hush@mail", "'http://post:***@mail'", SMTP_FORMAT),
        ("SMTP_URL", "smtp://post@mail", "'smtp://post@mail'", SMTP_FORMAT),
        ("SMTP_URL", "mail.example:25", "'mail.example:25'", SMTP_FORMAT),
        ("SMTP_URL", "smtp://mail/folder", "'smtp://mail/folder'", SMTP_FORMAT),
        ("MAIL_FROM", "trackers", "'trackers'", MAIL_FORMAT),
        ("MAIL_FROM", "a@b, c@d", "'a@b, c@d'", MAIL_FORMAT),
        ("MAIL_FROM", "a@b\nBcc: c@d", r"'a@b\nBcc: c@d'", MAIL_FORMAT),
        ("MAIL_FROM", "a b@c", "'a b@c'", MAIL_FORMAT),
        ("PUBLIC_URL", "https://trackers.example/", "'https://trackers.example/'", PUBLIC_FORMAT),
        ("PUBLIC_URL", "trackers.example", "'trackers.example'", PUBLIC_FORMAT),
        ("PUBLIC_URL", "https://trackers.example?a=b", "'https://trackers.example?a=b'", PUBLIC_FORMAT),
        ("PUBLIC_URL", "javascript://x", "'javascript://x'", PUBLIC_FORMAT),
        ("EDIT_URL", "https://app.example/edit", "'https://app.example/edit'", EDIT_FORMAT),
        ("EDIT_URL", "https://app.example/{id}/{name}", "'https://app.example/{id}/{name}'", EDIT_FORMAT),
        ("EDIT_URL", "/trackers/{id}", "'/trackers/{id}'", EDIT_FORMAT),
        ("PASSWORD_URL", "{public_url}/{id}", "'{public_url}/{id}'", PASSWORD_FORMAT),
        ("ALLOWED_HOSTS", "https://api.example.org", "'https://api.example.org'", HOSTS_FORMAT),
        ("ALLOWED_HOSTS", "api.example.org:80", "'api.example.org:80'", HOSTS_FORMAT),
        ("ALLOWED_HOSTS", "a,,b", "'a,,b'", HOSTS_FORMAT),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "'10.0.0.1/8'", PROXIES_FORMAT),
        ("TRUSTED_PROXIES", "proxy.example", "'proxy.example'", PROXIES_FORMAT),
        ("TRUSTED_PROXIES", "fe80::1/x", "'fe80::1/x'", PROXIES_FORMAT),
        ("TRUSTED_PROXIES", "10.0.0.1,", "'10.0.0.1,'", PROXIES_FORMAT),
        ("METRICS_TOKEN", "hush hush", "9 bytes that are not shown", TOKEN_FORMAT),
        ("COMPILED", "true", "'true'", "0 or 1"),
        ("ALLOWED_ORIGINS", "*", "'*'", ORIGINS_FORMAT),
        ("ALLOWED_ORIGINS", "https://app.example/", "'https://app.example/'", ORIGINS_FORMAT),
        ("ALLOWED_ORIGINS", "app.example", "'app.example'", ORIGINS_FORMAT),
        ("FILES_URL", "s3://key:hush@bucket", "'s3://key:***@bucket'", FILES_FORMAT),
        ("FILES_URL", "s3://bucket/", "'s3://bucket/'", FILES_FORMAT),
        ("FILES_URL", "s3://bucket/../other", "'s3://bucket/../other'", FILES_FORMAT),
        ("FILES_URL", "s3://B", "'s3://B'", FILES_FORMAT),
        ("FILES_URL", "/srv/files", "'/srv/files'", FILES_FORMAT),
        ("MAX_DEPTH", "0", "'0'", LIMIT_FORMAT),
        ("MAX_DEPTH", "2.5", "'2.5'", LIMIT_FORMAT),
        ("MAX_COST", "1000000001", "'1000000001'", LIMIT_FORMAT),
        ("OPERATION_SECONDS", "٣", "'٣'", LIMIT_FORMAT),
        ("SOCKETS_PER_MEMBER", "-1", "'-1'", LIMIT_FORMAT),
        (
            "SECRET",
            "hush",
            "4 bytes that are not shown",
            "32 bytes or more that nobody can guess, or several such secrets with commas between",
        ),
    ],
)
def test_the_error_about_an_invalid_value_is_one_line(
    tmp_path: Path, name: str, text: str, shown: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"TRACKERS_STATE_DIR": str(tmp_path), f"TRACKERS_{name}": text})

    assert str(error.value) == f"TRACKERS_{name} holds {shown}: it must hold {expected}"
