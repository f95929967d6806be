"""The commands that write to the database without serving: its upgrade, the demo data, and organisations."""

import asyncio

from server.cli import output
from server.cli.output import stdout
from server.database import Upgrade, connected_database, database_server, migrate_configured, upgrade_database
from services.demo.data import ACCOUNTS, PASSWORD
from services.demo.fill import fill_demo
from services.records.name_merges import describe_name_merges
from services.records.organisations import add_organisation as write_organisation


def migrate(*, merges: bool) -> None:
    """Upgrade the database and print what was done; with ``merges``, also which names upgrades have merged."""
    settings = output.load_settings()

    async def work(url: str) -> Upgrade:
        if settings.database_url:
            upgrade = await migrate_configured(settings)
            if not merges:
                return upgrade
        async with connected_database(settings, url):
            if not settings.database_url:
                upgrade = await upgrade_database()
            return upgrade._replace(merges=await describe_name_merges()) if merges else upgrade

    with database_server(settings) as url:
        upgrade = asyncio.run(work(url))
    for line in (*upgrade.done, *upgrade.merges):
        stdout.print(line)
    stdout.print("The database is up to date.")


def demo() -> None:
    """Fill an empty database with the demo data, and print the accounts' password."""
    output.run(fill_demo)
    stdout.print(f"{len(ACCOUNTS)} accounts; the password of each is {PASSWORD}")


def add_organisation(name: str) -> None:
    """Add an organisation, and print what comes next."""
    output.run(lambda: write_organisation(name))
    stdout.print(f"{name} has been added. Add its first administrator with `trackers add-member`.")
