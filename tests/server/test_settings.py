"""Tests of the defaults and formats of settings, and that no repr contains a secret."""

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

import pytest

from server.environment.variable import SettingsError
from server.limits import Limits
from server.setting_values import SmtpServer
from server.settings import Settings
from server.wiring import make_installation
from tests.support.paths import ROOT

SECRET = "a secret of more than thirty-two bytes"
DATABASE = "postgres://anna:p%40ss@db.example:6432/trackers"


def settings(folder: Path, **variables: str) -> Settings:
    environ = {"TRACKERS_SECRET": SECRET, **{f"TRACKERS_{name}": text for name, text in variables.items()}}
    return Settings.from_environment({"TRACKERS_STATE_DIR": str(folder), **environ})


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    result = Settings.from_environment({"TRACKERS_SMTP_URL": "", "PATH": "/bin"})

    assert result == Settings(
        state_dir=ROOT / "var",
        database_url=None,
        migrate_url=None,
        listen_url=None,
        smtp=None,
        mail_from="trackers@localhost",
        secrets=(),
        public_url="http://127.0.0.1:8000",
        edit_url="http://127.0.0.1:8000/trackers/{id}",
        password_url="http://127.0.0.1:8000/password#token={token}",
        allowed_hosts=(),
        trusted_proxies=(),
        metrics_token=None,
        security_contact=None,
        playground=True,
        compiled=True,
        allowed_origins=(),
        passkey_domain=None,
        sign_on_networks=(),
        files_url=None,
        limits=Limits(),
    )
    assert result.files_folder == ROOT / "var/files"
    assert result.postgres_data_dir == ROOT / "var/postgres"
    assert result.postgres_log == ROOT / "var/postgres.log"
    assert result.mail_folder == ROOT / "var/mail"


def test_every_variable_is_read(tmp_path: Path) -> None:
    result = settings(
        tmp_path,
        DATABASE_URL=DATABASE,
        MIGRATE_URL="postgres://owner@db.example:6432/trackers",
        LISTEN_URL="postgresql://anna@direct.example/trackers",
        SMTP_URL="smtps://post:s%3Acret@mail.example",
        MAIL_FROM="Trackers <no-reply@example.org>",
        PUBLIC_URL="https://trackers.example/base",
        EDIT_URL="https://app.example/edit?id={id}",
        PASSWORD_URL="{public_url}/set/{token}",
        ALLOWED_HOSTS="API.example.org, .example.net.,[::1]",
        TRUSTED_PROXIES="10.0.0.7, 10.1.0.0/16,::1",
        METRICS_TOKEN="m-token",
        SECURITY_CONTACT="mailto:security@example.org",
        PLAYGROUND="0",
        COMPILED="0",
        ALLOWED_ORIGINS="HTTPS://App.Example:443, http://localhost:3000,capacitor://localhost",
        PASSKEY_DOMAIN="Example.org",
        SIGN_ON_NETWORKS="10.2.0.0/16",
        FILES_URL="s3://trackers-files/ours/of-2026",
    )

    assert result == Settings(
        state_dir=tmp_path,
        database_url=DATABASE,
        migrate_url="postgres://owner@db.example:6432/trackers",
        listen_url="postgresql://anna@direct.example/trackers",
        smtp=SmtpServer(host="mail.example", port=465, user="post", password="s:cret", tls="implicit"),
        mail_from="Trackers <no-reply@example.org>",
        secrets=(SECRET.encode(),),
        public_url="https://trackers.example/base",
        edit_url="https://app.example/edit?id={id}",
        password_url="https://trackers.example/base/set/{token}",
        allowed_hosts=("api.example.org", ".example.net", "[::1]"),
        trusted_proxies=(ip_network("10.0.0.7/32"), ip_network("10.1.0.0/16"), ip_network("::1/128")),
        metrics_token="m-token",
        security_contact="mailto:security@example.org",
        playground=False,
        compiled=False,
        allowed_origins=("https://app.example", "http://localhost:3000", "capacitor://localhost"),
        passkey_domain="example.org",
        sign_on_networks=(ip_network("10.2.0.0/16"),),
        files_url="s3://trackers-files/ours/of-2026",
        limits=Limits(),
    )
    assert list(tmp_path.iterdir()) == []


def test_of_several_secrets_the_first_one_signs(tmp_path: Path) -> None:
    older, oldest = "o" * 32, "p" * 32
    assert settings(tmp_path, SECRET=f"{SECRET}, {older},{oldest}").signing_secrets() == (
        SECRET.encode(),
        older.encode(),
        oldest.encode(),
    )
    phrase = "a phrase of an earlier version, with commas, of 32 bytes"
    assert settings(tmp_path, SECRET=phrase).signing_secrets() == (phrase.encode(),)
    for wrong in (f"{SECRET},short", f"{SECRET},", f",{SECRET}", f"{SECRET},,{older}", f"{SECRET},{SECRET}"):
        with pytest.raises(SettingsError) as error:
            settings(tmp_path, SECRET=wrong)
        assert str(error.value) == (
            f"TRACKERS_SECRET holds {len(wrong)} bytes that are not shown: it must hold 32 bytes or more that nobody can "
            "guess, or several such secrets with commas between"
        )


def test_every_limit_has_a_variable(tmp_path: Path) -> None:
    # In descending order, so that the bucket is not smaller than the maximum cost of an operation.
    names = sorted((field.name for field in fields(Limits)), reverse=True)
    values = {name: number for number, name in enumerate(names, 1)} | {"cost_bucket": 1_000_000_000}
    result = settings(tmp_path, **{name.upper(): str(number) for name, number in values.items()})

    assert result.limits == Limits(**values)


def test_a_bucket_holds_at_least_the_cost_of_one_operation(tmp_path: Path) -> None:
    assert settings(tmp_path, COST_BUCKET="7", MAX_COST="7").limits.cost_bucket == 7
    with pytest.raises(SettingsError) as error:
        settings(tmp_path, COST_BUCKET="6", MAX_COST="7")
    assert str(error.value) == "TRACKERS_COST_BUCKET is 6: it must not be less than TRACKERS_MAX_COST, which is 7"


def test_links_are_url_encoded(tmp_path: Path) -> None:
    result = settings(tmp_path)

    assert make_installation(result).tracker_url(UUID(int=63)) == (
        "http://127.0.0.1:8000/trackers/VHJhY2tlcjowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwM2Y"
    )
    assert make_installation(result).password_link("a b") == "http://127.0.0.1:8000/password#token=a%20b"


def test_the_database_url_is_used_for_listening_unless_another_is_set(tmp_path: Path) -> None:
    assert settings(tmp_path, DATABASE_URL=DATABASE).listen_url == DATABASE
    with pytest.raises(SettingsError) as error:
        settings(tmp_path, LISTEN_URL=DATABASE)
    assert str(error.value) == (
        "TRACKERS_LISTEN_URL is set without TRACKERS_DATABASE_URL: it must be a direct connection to the same database"
    )


def test_a_repr_shows_no_secret(tmp_path: Path) -> None:
    shown = repr(settings(tmp_path, DATABASE_URL=DATABASE, METRICS_TOKEN="m-token", SMTP_URL="smtp://post:mailpw@mail"))

    assert "mail_from='trackers@localhost'" in shown
    for secret in (SECRET, "p%40ss", "p@ss", "m-token", "mailpw"):
        assert secret not in shown
