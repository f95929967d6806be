"""The members, and what they try things on: rows of their own organisation and of another."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import (
    Employer,
    Learner,
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
from tests.support.clients.sign_in import PASSWORD, hashed
from tests.support.clients.tracker_updates import address, opened
from tests.support.scenarios.college import College, college

AUTOMATIONS = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)
ROLES: Sequence[tuple[Role, ...]] = (
    (),
    *((role,) for role in Role),
    AUTOMATIONS,
    (Role.CREATE_TRACKERS, Role.MANAGE_MEMBERS),
    tuple(Role),
)
"""None, each alone, those that only work together, and all."""


@dataclass(frozen=True)
class Things:
    """What something is tried on. ``member`` can sign in, and has the same name in no other case."""

    organisation: Organisation
    learner: Learner
    tracker: Tracker
    automation: Tracker
    member: Member
    employer: Employer
    programme: Programme
    type: TrackerType


@dataclass(frozen=True)
class Case:
    """Who tries, and on what; ``who`` is None for nobody."""

    who: Member | None
    viewer: Viewer | None
    about: str
    on: Things
    own: Notification | None
    """What the member was told about the tracker."""
    anothers: Notification
    employer_of_own: Employer

    def __str__(self) -> str:
        roles = "" if self.who is None else "+".join(self.who.roles) or "no role"
        return f"{self.who.kind if self.who else 'nobody'}, {roles}, {self.about}"


async def cases() -> list[Case]:
    """Every kind of member with every set of roles, and nobody, on everything there is."""
    house, other = await college(), await college()
    unseen, elsewhere = await _things(house, house.tina), await _things(other, other.tina)
    made = []
    for kind in MemberKind:
        for roles in ROLES:
            who = await make.member(house.organisation, kind=kind, roles=roles)
            if kind == MemberKind.TUTOR:
                on = {"seen": await _things(house, who), "unseen": unseen, "elsewhere": elsewhere}
            else:
                on = {"seen": unseen, "elsewhere": elsewhere}
            signed_in = await viewer(who)
            for about, things in on.items():
                own = await make.notification(things.tracker, who, actor=house.ada)
                anothers = await make.notification(things.tracker, things.member)
                made.append(Case(who, signed_in, about, things, own, anothers, house.employer))
    return [*made, Case(None, None, "seen", unseen, None, made[0].anothers, house.employer)]


async def _things(house: College, tutor: Member) -> Things:
    """Rows that concern one tutor; made by Ada, who is an administrator."""
    learner = await make.learner(house.organisation, tutor=tutor)
    taught = College(house.organisation, house.ada, house.bob, tutor, learner, house.employer)
    member = await make.member(house.organisation, kind=MemberKind.TUTOR, password_hash=hashed(PASSWORD))
    return Things(
        organisation=house.organisation,
        learner=learner,
        tracker=await opened(taught),
        automation=await address(taught),
        member=member,
        employer=await make.employer(house.organisation),
        programme=await make.programme(house.organisation),
        type=await make.tracker_type(house.organisation),
    )
