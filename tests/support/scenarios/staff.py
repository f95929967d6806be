"""An organisation whose members can sign in to a server under test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from models import Learner, Member, MemberKind, Organisation, Role
from models.database import database as opened
from server.setting_values import database_credentials
from services.accounts.passwords import hash_password
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.databases.postgres import fresh_database
from tests.support.servers.trackers import Server, environment, run_server

PASSWORD = "a password for tests"

CREATE = """
mutation ($input: CreateTrackerInput!) {
  createTracker(input: $input) { tracker { id number } errors { path code message } }
}
"""


@dataclass
class Staff:
    """An organisation in which Ada creates trackers about the only learner and assigns them to Bob."""

    organisation: Organisation
    ada: Member
    bob: Member
    learner: Learner

    def tracker_input(self, **fields: object) -> dict[str, object]:
        """Return a ``CreateTrackerInput`` for a tracker assigned to Bob, with some fields replaced."""
        values = [
            {"key": "documentKind", "value": {"choices": ["TRAINING_PLAN"]}},
            {"key": "issue", "value": {"choices": ["MISSING"]}},
        ]
        about = {"type": "COMPLIANCE", "learnerId": gid(self.learner), "assigneeId": gid(self.bob)}
        return {**about, "values": values, **fields}


async def make_staff(domain: str = "example.org") -> Staff:
    """Create an organisation with the members Ada and Bob, and a learner."""
    organisation = await make.organisation()
    digest = await hash_password(PASSWORD)
    ada, bob = [
        await make.member(
            organisation,
            name=name,
            email=f"{name.lower()}@{domain}",
            kind=MemberKind.ADMINISTRATOR,
            roles=list(Role),
            password_hash=digest,
        )
        for name in ("Ada", "Bob")
    ]
    return Staff(organisation, ada, bob, await make.learner(organisation))


@asynccontextmanager
async def running_with_staff(
    postgres: str, template: str, directory: Path, **settings: str
) -> AsyncIterator[tuple[Server, Staff]]:
    """Run a server with these settings on a new database that contains a staff, and yield both."""
    async with fresh_database(postgres, template) as url:
        async with opened(database_credentials(url)):
            members = await make_staff()
        async with run_server(directory, environment(url, **settings)) as server:
            yield server, members
