"""The cases of the permission table: members with different roles, and rows of their own and another organisation."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import (
    AuditEntry,
    Employer,
    Learner,
    LearnerRead,
    Member,
    MemberKind,
    Notification,
    Organisation,
    Programme,
    Role,
    Tracker,
    TrackerType,
)
from services.viewer import Viewer
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.clients.signing_in.sign_in import PASSWORD, hash_password
from tests.support.clients.tracker_updates import new_address_tracker, new_tracker
from tests.support.scenarios.college import College, college

AUTOMATIONS = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)
ROLES: Sequence[tuple[Role, ...]] = (
    (),
    *((role,) for role in Role),
    AUTOMATIONS,
    (Role.CREATE_TRACKERS, Role.MANAGE_MEMBERS),
    tuple(Role),
)
"""Sets of roles: none, each single role, two combinations, and all."""


@dataclass(frozen=True)
class Rows:
    """The rows on which a case attempts operations; ``member`` can sign in, and has a unique name."""

    organisation: Organisation
    learner: Learner
    tracker: Tracker
    automation: Tracker
    member: Member
    employer: Employer
    programme: Programme
    type: TrackerType
    audit_entry: AuditEntry
    learner_read: LearnerRead


@dataclass(frozen=True)
class Case:
    """A member, or None if anonymous, and the rows on which they attempt operations."""

    member: Member | None
    viewer: Viewer | None
    about: str
    """The visibility of the rows, in the terms of the permission table: seen, unseen or elsewhere."""
    rows: Rows
    own_notification: Notification | None
    """The member's notification about the tracker."""
    other_notification: Notification
    own_employer: Employer

    def __str__(self) -> str:
        roles = "" if self.member is None else "+".join(self.member.roles) or "no role"
        return f"{self.member.kind if self.member else 'anonymous'}, {roles}, {self.about}"


async def cases() -> list[Case]:
    """Return a case for each kind of member, set of roles and visibility of rows, and one for an anonymous user."""
    own, other = await college(), await college()
    unseen, elsewhere = await _rows(own, own.tina), await _rows(other, other.tina)
    cases = []
    for kind in MemberKind:
        for roles in ROLES:
            member = await make.member(own.organisation, kind=kind, roles=roles)
            if kind == MemberKind.TUTOR:
                rows_about = {"seen": await _rows(own, member), "unseen": unseen, "elsewhere": elsewhere}
            else:
                rows_about = {"seen": unseen, "elsewhere": elsewhere}
            member_viewer = await viewer(member)
            for about, rows in rows_about.items():
                own_notification = await make.notification(rows.tracker, member, actor=own.ada)
                other_notification = await make.notification(rows.tracker, rows.member)
                cases.append(
                    Case(member, member_viewer, about, rows, own_notification, other_notification, own.employer)
                )
    return [*cases, Case(None, None, "seen", unseen, None, cases[0].other_notification, own.employer)]


async def _rows(tenant: College, tutor: Member) -> Rows:
    """Create rows of a tutor's learner, with trackers created by the administrator Ada."""
    learner = await make.learner(tenant.organisation, tutor=tutor)
    tutor_college = College(tenant.organisation, tenant.ada, tenant.bob, tutor, learner, tenant.employer)
    member = await make.member(tenant.organisation, kind=MemberKind.TUTOR, password_hash=hash_password(PASSWORD))
    return Rows(
        organisation=tenant.organisation,
        learner=learner,
        tracker=await new_tracker(tutor_college),
        automation=await new_address_tracker(tutor_college),
        member=member,
        employer=await make.employer(tenant.organisation),
        programme=await make.programme(tenant.organisation),
        type=await make.tracker_type(tenant.organisation),
        audit_entry=await make.audit_entry(tenant.organisation),
        learner_read=await make.learner_read(learner, member),
    )
