"""Tests of the commands for single sign-on."""

from pathlib import Path

import pytest

from models import SignOnProvider
from services.encryption import SIGN_ON_CLIENT_SECRET
from services.installation import Installation
from tests.support import factories as make
from tests.support.servers.hostile_provider import hostile_provider
from tests.support.servers.trackers import SECRET, environment, run_command

pytestmark = pytest.mark.server


async def test_a_provider_is_set_listed_checked_and_removed(database: str, folder: Path) -> None:
    await make.organisation("Northgate")
    (folder / "client-secret").write_text("s3cret\n")
    base = environment(
        database, TRACKERS_SIGN_ON_NETWORKS="127.0.0.0/8", TRACKERS_PUBLIC_URL="https://trackers.example"
    )
    async with hostile_provider() as provider:
        arguments = ("set-sign-on", "--organisation", "Northgate", "--issuer", provider.issuer, "--client-id", "trackers",
                     "--domain", "northgate.example", "--role-claim", "groups", "--role", "a=b=MANAGE_MEMBERS")  # fmt: skip
        code, out, err = await run_command(
            folder, base, *arguments, "--client-secret-file", str(folder / "client-secret")
        )
        assert (code, err) == (0, "")
        assert out.splitlines() == [
            "Members of Northgate with an address at northgate.example can use single sign-on.",
            "Enter at the provider:",
            "  redirect address     https://trackers.example/sign-on/callback",
            "  back-channel logout  https://trackers.example/sign-on/logout",
        ]
        row = await SignOnProvider.get()
        assert row.roles == {"a=b": ["MANAGE_MEMBERS"]}
        installation = Installation(SECRET.encode(), edit_url="")
        assert SIGN_ON_CLIENT_SECRET.decrypt(installation, row.id, bytes(row.client_secret)) == b"s3cret"
        _, out, _ = await run_command(folder, base, "list-sign-on")
        assert out == f"Northgate  northgate.example  {provider.issuer}\n"
        _, out, _ = await run_command(folder, base, "doctor")
        assert "ok    single sign-on: 1 providers answer" in out
    _, out, _ = await run_command(folder, base, "doctor")
    assert "WRONG single sign-on: Northgate: " in out
    for options, message in (
        (arguments, "Give the client secret with --client-secret-file or TRACKERS_SIGN_ON_CLIENT_SECRET"),
        ((*arguments, "--client-secret-file", "missing"), "missing cannot be read."),
        (
            (*arguments, "--client-secret-file", str(folder / "client-secret"), "--role", "staff=KING"),
            "staff=KING is not GROUP=ROLE",
        ),
    ):
        code, _, err = await run_command(folder, base, *options)
        assert code == 2
        assert message in err
    code, _, err = await run_command(folder, base, "remove-sign-on", "--organisation", "Northgate")
    assert (code, err) == (0, "")
    assert await SignOnProvider.all().count() == 0
