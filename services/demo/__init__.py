"""The demo data: two training providers with staff, learners and half a year of trackers, all invented.

The same at each filling but for ids, and dated back from the day of it.
"""

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any

from models import Employer, MemberKind, Organisation, ProcessAutomation, Programme, TrackerType, TrackerTypeVersion
from models.database import fetch, transaction
from services.accounts.members import NewMember, make_member
from services.accounts.passwords import hash_password
from services.demo.accounts import ACCOUNTS, PASSWORD, Account
from services.demo.cases import Cast
from services.demo.insert import write_trackers
from services.demo.learners import write_people
from services.demo.people import People
from services.demo.safeguarding import write_safeguarding
from services.demo.source import read
from services.demo.trackers import TypeInUse, plan_trackers
from services.kernel.dates import local_date
from services.records.organisations import make_organisation
from services.tracker_types.catalogue import forms, write_built_in_types


class NotEmpty(Exception):  # noqa: N818 - a refusal, not a failure
    """The database has an organisation already."""


async def fill_demo(*, now: dt.datetime | None = None) -> None:
    """Fill an empty database, or change nothing. Everything is dated back from ``now``.

    Raises NotEmpty if there is any organisation.
    """
    await _refuse_any_other()
    hashes = {account: await hash_password(PASSWORD) for account in ACCOUNTS}
    people = People(read("people"), Random(20))  # noqa: S311 - invented people, no secrets
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtext('trackers demo'))")
        await _refuse_any_other()
        await write_built_in_types()
        for provider in read("providers")["organisation"]:
            await _write_provider(provider, hashes, people, now or dt.datetime.now(dt.UTC))


async def _refuse_any_other() -> None:
    if await Organisation.exists():
        raise NotEmpty("The demo data go into an empty database; this one has an organisation already.")


async def _write_provider(
    provider: Mapping[str, Any], hashes: Mapping[Account, str], people: People, now: dt.datetime
) -> None:
    organisation = await make_organisation(provider["name"])
    members = [
        await make_member(organisation, _new_member(account, digest))
        for account, digest in hashes.items()
        if account.organisation == organisation.name
    ]
    if provider["process_automations"]:
        await ProcessAutomation.filter(organisation_id=organisation.id).update(enabled=True)
        four_eyes = ProcessAutomation.filter(organisation_id=organisation.id, key__in=provider["four_eyes"])
        await four_eyes.update(four_eyes=True)
    if "SAFEGUARDING" in provider["trackers"]:
        await write_safeguarding(organisation.id)
    tutors = [member.email for member in members if member.kind == MemberKind.TUTOR]
    cast = Cast(
        members=members,
        persons=await write_people(organisation.id, provider, tutors, now, people),
        employers=await Employer.filter(organisation_id=organisation.id).order_by("name"),
        programmes=await Programme.filter(organisation_id=organisation.id).order_by("name"),
        towns=provider["towns"],
        people=people,
    )
    types = await _types(organisation)
    plans = plan_trackers(provider["trackers"], types, cast, read("words"), local_date(now))
    await write_trackers(organisation.id, plans, now)


def _new_member(account: Account, digest: str) -> NewMember:
    return NewMember(
        email=account.email, name=account.name, kind=account.kind, roles=account.roles, password_hash=digest
    )


async def _types(organisation: Organisation) -> dict[str, TypeInUse]:
    """The built-in types and the organisation's own, with their newest forms."""
    own = await TrackerType.filter(organisation_id=organisation.id)
    types = {one.id: one for one in [*await TrackerType.filter(organisation_id=None), *own]}
    versions = await TrackerTypeVersion.filter(type_id__in=list(types))
    newest = {row.id: types[row.type_id] for row in versions if row.version == types[row.type_id].version}
    found = await forms(newest)
    return {one.key: TypeInUse(type=one, form=found[version]) for version, one in newest.items()}
