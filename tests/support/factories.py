"""Rows for tests: one short function a model, every argument defaulted, any column to be named."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from models import (
    Employer,
    Inbox,
    Learner,
    Mail,
    MailKind,
    Member,
    MemberKind,
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
from models.database import fetch

_numbers = itertools.count(1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def organisation(name: str | None = None) -> Organisation:
    """An organisation and its counter."""
    made = await Organisation.create(name=name or f"Organisation {next(_numbers)}")
    await OrganisationCounter.create(organisation_id=made.id)
    return made


async def member(
    organisation: Organisation | None = None,
    *,
    kind: MemberKind = MemberKind.ADMINISTRATOR,
    roles: Sequence[Role] = (),
    **columns: Any,
) -> Member:
    """A member and their inbox; of a new organisation where none is named."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"name": f"Member {number}", "email": f"member{number}@example.org"}
    belongs = organisation or await _organisation()
    made = await Member.create(organisation=belongs, kind=kind, roles=list(roles), **defaults | columns)
    await Inbox.create(member_id=made.id)
    return made


async def programme(organisation: Organisation | None = None, **columns: Any) -> Programme:
    defaults: dict[str, Any] = {"name": f"Programme {next(_numbers)}"}
    return await Programme.create(organisation=organisation or await _organisation(), **defaults | columns)


async def employer(organisation: Organisation | None = None, **columns: Any) -> Employer:
    defaults: dict[str, Any] = {"name": f"Employer {next(_numbers)}", "confirmed": True}
    return await Employer.create(organisation=organisation or await _organisation(), **defaults | columns)


async def learner(organisation: Organisation | None = None, *, tutor: Member | None = None, **columns: Any) -> Learner:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "reference": f"L{number:06}",
        "given_names": "Given",
        "family_name": f"Family{number}",
        "programme_status": ProgrammeStatus.ACTIVE,
    }
    belongs = organisation or await _organisation()
    return await Learner.create(organisation=belongs, tutor=tutor, **defaults | columns)


async def tracker_type(organisation: Organisation | None = None, **columns: Any) -> TrackerType:
    """A type and its first version, without fields; built in where no organisation is named."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"key": f"TYPE_{number}", "name": f"Type {number}", "category": TrackerCategory.CUSTOM}
    made = await TrackerType.create(organisation=organisation, **defaults | columns)
    await TrackerTypeVersion.create(type=made, version=1, definition={"fields": []})
    return made


async def tracker(
    organisation: Organisation | None = None,
    *,
    type: TrackerType | None = None,  # noqa: A002 - the column's name
    learner: Learner | None = None,
    created_by: Member | None = None,
    assignee: Member | None = None,
    **columns: Any,
) -> Tracker:
    """A tracker with the organisation's next number, and nothing of what creating one sets off."""
    belongs = organisation or await _organisation()
    kind = type or await tracker_type(belongs)
    counted = await fetch(
        "UPDATE organisation_counter SET trackers = trackers + 1 WHERE organisation_id = $1 RETURNING trackers",
        belongs.id,
    )
    defaults: dict[str, Any] = {"number": counted[0]["trackers"], "created_at": now(), "updated_at": now()}
    return await Tracker.create(
        organisation=belongs,
        type=kind,
        type_version=await TrackerTypeVersion.get(type=kind, version=kind.version),
        learner=learner or await _learner(belongs),
        created_by=created_by,
        assignee=assignee,
        **defaults | columns,
    )


async def notification(tracker: Tracker, recipient: Member, *, actor: Member | None = None) -> Notification:
    """The recipient's next notification: they were assigned the tracker."""
    counted = await fetch("UPDATE inbox SET cursor = cursor + 1 WHERE member_id = $1 RETURNING cursor", recipient.id)
    return await Notification.create(
        recipient=recipient,
        cursor=counted[0]["cursor"],
        kind=NotificationKind.ASSIGNED,
        tracker=tracker,
        actor=actor,
        created_at=now(),
    )


async def mail(about: Notification, **columns: Any) -> Mail:
    """The mail that goes with an assignment, due a moment ago."""
    then = now() - dt.timedelta(seconds=1)
    defaults: dict[str, Any] = {"kind": MailKind.ASSIGNMENT, "created_at": then, "due_at": then}
    return await Mail.create(recipient_id=about.recipient_id, notification=about, **defaults | columns)


_organisation, _learner = organisation, learner
