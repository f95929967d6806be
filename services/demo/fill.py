"""Loading of the demo data into an empty database, in one transaction.

The data is deterministic for a given time, apart from ids and password hashes.
"""

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any
from uuid import UUID

from models import Employer, MemberKind, Organisation, ProcessAutomation, Programme, TrackerType, TrackerTypeVersion
from models.database import fetch, transaction
from services.accounts.members import NewMember, insert_member
from services.accounts.passwords import hash_password
from services.demo.cases import OrganisationData
from services.demo.data import ACCOUNTS, PASSWORD, Account, load_toml
from services.demo.insert import insert_trackers
from services.demo.learners import insert_learners
from services.demo.people import PersonGenerator
from services.demo.plan import CurrentType, plan_trackers
from services.demo.safeguarding_type import add_safeguarding_type
from services.kernel.dates import local_date
from services.records.organisations import insert_organisation
from services.tracker_types.builtin import write_builtin_types
from services.tracker_types.versions import versions_by_id


class DatabaseNotEmptyError(Exception):
    """Raised when the database already has an organisation."""


async def fill_demo(*, now: dt.datetime | None = None) -> None:
    """Fill an empty database with the demo data, dated relative to ``now``, which defaults to the current time.

    Raises DatabaseNotEmptyError if the database already has an organisation.
    """
    await _require_empty_database()
    hashes = {account: await hash_password(PASSWORD) for account in ACCOUNTS}
    people = PersonGenerator(load_toml("people"), Random(20))  # noqa: S311 - not used for secrets
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtext('trackers demo'))")
        await _require_empty_database()
        await write_builtin_types()
        for provider in load_toml("providers")["organisation"]:
            await _fill_organisation(provider, hashes, people, now or dt.datetime.now(dt.UTC))


async def _require_empty_database() -> None:
    if await Organisation.exists():
        raise DatabaseNotEmptyError(
            "The demo data can only be loaded into an empty database; this one already has an organisation."
        )


async def _fill_organisation(
    provider: Mapping[str, Any], hashes: Mapping[Account, str], people: PersonGenerator, now: dt.datetime
) -> None:
    organisation = await insert_organisation(provider["name"])
    members = [
        await insert_member(organisation, _new_member(account, digest))
        for account, digest in hashes.items()
        if account.organisation == organisation.name
    ]
    if provider["process_automations"]:
        await _enable_automations(organisation.id, four_eyes=provider["four_eyes"])
    if "SAFEGUARDING" in provider["trackers"]:
        await add_safeguarding_type(organisation.id)
    tutors = [member.email for member in members if member.kind == MemberKind.TUTOR]
    data = OrganisationData(
        members=members,
        records=await insert_learners(organisation.id, provider, tutors, now, people),
        employers=await Employer.filter(organisation_id=organisation.id).order_by("name"),
        programmes=await Programme.filter(organisation_id=organisation.id).order_by("name"),
        towns=provider["towns"],
        people=people,
    )
    types = await _current_types(organisation)
    plans = plan_trackers(provider["trackers"], types, data, load_toml("trackers"), local_date(now))
    await insert_trackers(organisation.id, plans, now)


def _new_member(account: Account, digest: str) -> NewMember:
    return NewMember(
        email=account.email, name=account.name, kind=account.kind, roles=account.roles, password_hash=digest
    )


async def _enable_automations(organisation_id: UUID, *, four_eyes: list[str]) -> None:
    await ProcessAutomation.filter(organisation_id=organisation_id).update(enabled=True)
    await ProcessAutomation.filter(organisation_id=organisation_id, key__in=four_eyes).update(four_eyes=True)


async def _current_types(organisation: Organisation) -> dict[str, CurrentType]:
    """Return the newest versions of the built-in and the organisation's custom tracker types, by key."""
    custom = await TrackerType.filter(organisation_id=organisation.id)
    types = {row.id: row for row in [*await TrackerType.filter(organisation_id=None), *custom]}
    versions = await TrackerTypeVersion.filter(type_id__in=list(types))
    newest = {version.id: types[version.type_id] for version in versions if _is_newest(version, types)}
    type_versions = await versions_by_id(newest)
    return {row.key: CurrentType(row=row, version=type_versions[id_]) for id_, row in newest.items()}


def _is_newest(version: TrackerTypeVersion, types: Mapping[UUID, TrackerType]) -> bool:
    return version.version == types[version.type_id].version
