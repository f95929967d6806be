"""Factories of database rows, one per model, with defaults for all arguments; columns can be set by keyword."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from models import (
    AuditEntry,
    AuditKind,
    Employer,
    Group,
    Learner,
    LearnerRead,
    Mail,
    MailKind,
    Member,
    MemberKind,
    NameMerge,
    Notification,
    NotificationKind,
    Organisation,
    OrganisationCounter,
    Programme,
    ProgrammeStatus,
    Role,
    Tracker,
    TrackerCategory,
    TrackerType,
    TrackerTypeVersion,
)
from models.base import new_id
from models.database import fetch
from services.kernel.dates import today

_numbers = itertools.count(1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def organisation(name: str | None = None) -> Organisation:
    """Create an organisation with its counter."""
    row = Organisation(name=name or f"Organisation {next(_numbers)}", created_at=now())
    insert = "INSERT INTO organisation (id, name, created_at) VALUES ($1, $2, $3)"  # also before later migrations
    await fetch(insert, row.id, row.name, row.created_at)
    row._saved_in_db = True
    await OrganisationCounter.create(organisation_id=row.id)
    return row


async def member(
    organisation: Organisation | None = None,
    *,
    kind: MemberKind = MemberKind.ADMINISTRATOR,
    roles: Sequence[Role] = (),
    **columns: Any,
) -> Member:
    """Create a member with their inbox, in a new organisation by default."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"name": f"Member {number}", "email": f"member{number}@example.org"}
    owner = organisation or await _organisation()
    row = await Member.create(organisation=owner, kind=kind, roles=list(roles), **defaults | columns)
    await fetch("INSERT INTO inbox (member_id, cursor) VALUES ($1, 0)", row.id)  # also before later migrations
    return row


async def programme(organisation: Organisation | None = None, **columns: Any) -> Programme:
    defaults: dict[str, Any] = {"name": f"Programme {next(_numbers)}"}
    return await Programme.create(organisation=organisation or await _organisation(), **defaults | columns)


async def employer(organisation: Organisation | None = None, **columns: Any) -> Employer:
    defaults: dict[str, Any] = {"name": f"Employer {next(_numbers)}", "confirmed": True}
    return await Employer.create(organisation=organisation or await _organisation(), **defaults | columns)


async def name_merge(row: Employer | Programme | Group, old_name: str) -> UUID:
    """Record that an upgrade merged another row into this one, and return the former id."""
    merge = await NameMerge.create(
        old_id=new_id(),
        new_id=row.id,
        organisation_id=row.organisation_id,
        kind=row._meta.db_table,
        old_name=old_name,
        new_name=row.name,
    )
    return merge.old_id


async def learner(organisation: Organisation | None = None, *, tutor: Member | None = None, **columns: Any) -> Learner:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "reference": f"L{number:06}",
        "given_names": "Given",
        "family_name": f"Family{number}",
        "programme_status": ProgrammeStatus.ACTIVE,
    }
    owner = organisation or await _organisation()
    return await Learner.create(organisation=owner, tutor=tutor, **defaults | columns)


async def tracker_type(organisation: Organisation | None = None, **columns: Any) -> TrackerType:
    """Create a tracker type with a first version that has no fields; it is built in if ``organisation`` is None."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"key": f"TYPE_{number}", "name": f"Type {number}", "category": TrackerCategory.CUSTOM}
    row = await TrackerType.create(organisation=organisation, **defaults | columns)
    await TrackerTypeVersion.create(type=row, version=1, definition={"fields": []})
    return row


async def tracker(
    organisation: Organisation | None = None,
    *,
    type: TrackerType | None = None,  # noqa: A002 - the column's name
    learner: Learner | None = None,
    created_by: Member | None = None,
    assignee: Member | None = None,
    **columns: Any,
) -> Tracker:
    """Create a tracker with the organisation's next number, but without events, notifications or email."""
    owner = organisation or await _organisation()
    tracker_type_ = type or await tracker_type(owner)
    counters = await fetch(
        "UPDATE organisation_counter SET trackers = trackers + 1 WHERE organisation_id = $1 RETURNING trackers",
        owner.id,
    )
    defaults: dict[str, Any] = {"number": counters[0]["trackers"], "created_at": now(), "updated_at": now()}
    return await Tracker.create(
        organisation=owner,
        type=tracker_type_,
        type_version=await TrackerTypeVersion.get(type=tracker_type_, version=tracker_type_.version),
        learner=learner or await _learner(owner),
        created_by=created_by,
        assignee=assignee,
        **defaults | columns,
    )


async def notification(tracker: Tracker, recipient: Member, *, actor: Member | None = None) -> Notification:
    """Create a notification of the recipient's assignment to the tracker, with their next cursor."""
    inboxes = await fetch("UPDATE inbox SET cursor = cursor + 1 WHERE member_id = $1 RETURNING cursor", recipient.id)
    return await Notification.create(
        recipient=recipient,
        cursor=inboxes[0]["cursor"],
        kind=NotificationKind.ASSIGNED,
        tracker=tracker,
        actor=actor,
        created_at=now(),
    )


async def audit_entry(organisation: Organisation | None = None, **columns: Any) -> AuditEntry:
    defaults: dict[str, Any] = {"kind": AuditKind.IMPORTED, "at": now()}
    return await AuditEntry.create(organisation=organisation or await _organisation(), **defaults | columns)


async def learner_read(learner: Learner, member: Member, **columns: Any) -> LearnerRead:
    """Create a note that a member has read a learner's record today."""
    defaults: dict[str, Any] = {"day": today(), "at": now(), "organisation_id": learner.organisation_id}
    return await LearnerRead.create(learner=learner, member=member, **defaults | columns)


async def mail(notification: Notification, **columns: Any) -> Mail:
    """Create a queued email about an assignment, which became due one second ago."""
    a_second_ago = now() - dt.timedelta(seconds=1)
    defaults: dict[str, Any] = {"kind": MailKind.ASSIGNMENT, "created_at": a_second_ago, "due_at": a_second_ago}
    return await Mail.create(recipient_id=notification.recipient_id, notification=notification, **defaults | columns)


_organisation, _learner = organisation, learner
