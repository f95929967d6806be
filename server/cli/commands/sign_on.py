"""The commands for single sign-on: setting, removing and listing the providers of organisations."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from models import MemberKind, Role
from server.cli import output
from server.cli.output import fail, require_organisation, run, stdout
from server.environment.variables import SIGN_ON_CLIENT_SECRET
from server.wiring import make_installation
from services.installation import Installation
from services.sign_on import operator_changes
from services.sign_on.checks import check_provider
from services.sign_on.operator_changes import ProviderEntry
from services.sign_on.providers import callback_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of ``trackers set-sign-on``."""

    issuer: str
    client_id: str
    domains: Sequence[str]
    client_secret_file: Path | None
    make_members: str | None
    role_claim: str | None
    roles: Sequence[str]
    verified_claim: str
    required: bool


def set_sign_on(organisation: str, options: Options) -> None:
    """Set a provider; then ask it for its metadata, and say what is wrong if it does not answer."""
    entry = ProviderEntry(
        issuer=options.issuer,
        client_id=options.client_id,
        client_secret=_read_secret(options.client_secret_file),
        domains=options.domains,
        make_members=None if options.make_members is None else MemberKind(options.make_members),
        role_claim=options.role_claim,
        roles=_read_roles(options.roles),
        verified_claim=options.verified_claim,
        required=options.required,
    )
    installation = make_installation(output.load_settings())

    async def work() -> str | None:
        await operator_changes.set_sign_on(installation, await require_organisation(organisation), entry)
        return await check_provider(installation, entry.issuer)

    problem = run(work)
    stdout.print(f"Members of {organisation} with an address at {', '.join(entry.domains)} can use single sign-on.")
    _print_addresses(installation)
    if problem is not None:
        output.stderr.print(f"Its provider cannot be used yet: {problem}.")


def remove_sign_on(organisation: str) -> None:
    """Remove a provider."""

    async def work() -> bool:
        return await operator_changes.remove_sign_on(await require_organisation(organisation))

    if not run(work):
        fail(f"{organisation} has no single sign-on.")
    stdout.print(f"{organisation} has no single sign-on any more. Members without a password can ask for a link.")


def list_sign_on() -> None:
    """Print a line for each provider."""

    async def work() -> list[str]:
        return [
            f"{organisation.name}  {', '.join(domains)}  {provider.issuer}{'  required' if provider.required else ''}"
            for organisation, provider, domains in await operator_changes.list_sign_on()
        ]

    for line in run(work, writes=False):
        stdout.print(line)


def _print_addresses(installation: Installation) -> None:
    stdout.print("Enter at the provider:")
    stdout.print(f"  redirect address     {callback_url(installation)}")
    stdout.print(f"  back-channel logout  {installation.public_url}/sign-on/logout")


def _read_secret(path: Path | None) -> str:
    """Return the client secret from the file, the variable or the terminal, so that it is in no list of processes."""
    if path is not None:
        try:
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            fail(f"{path} cannot be read.")
    if secret := os.environ.get(SIGN_ON_CLIENT_SECRET):
        return secret
    if not sys.stdin.isatty():
        fail(f"Give the client secret with --client-secret-file or {SIGN_ON_CLIENT_SECRET}, or on a terminal.")
    return str(typer.prompt("Client secret", hide_input=True))


def _read_roles(options: Sequence[str]) -> dict[str, list[Role]]:
    roles: dict[str, list[Role]] = {}
    for option in options:
        group, equals, name = option.rpartition("=")
        if not (equals and group) or name.upper() not in Role.__members__:
            fail(f"{option} is not GROUP=ROLE with one of the roles {', '.join(Role)}.")
        roles.setdefault(group, []).append(Role(name.upper()))
    return roles
