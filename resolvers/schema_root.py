"""The roots: a table of contents of what a client may ask, do and hear; and the schema made of it."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers import comment as for_comments
from resolvers import employer as for_employers
from resolvers import learner as for_learners
from resolvers import member as for_members
from resolvers import node as for_nodes
from resolvers import notification as for_notifications
from resolvers import process_automation as for_automations
from resolvers import programme as for_programmes
from resolvers import session as for_sessions
from resolvers import tracker as for_trackers
from resolvers import tracker_type as for_types
from resolvers.errors import ErrorsToPayload
from resolvers.fresh_reads import FreshLoaders
from schema.base import QuietSchema
from schema.comment import AddCommentPayload
from schema.employer import Employer
from schema.field_definition import FIELD_TYPES
from schema.field_value import VALUE_TYPES
from schema.fields import edge
from schema.input_error import InputError
from schema.inputs.employer import CreateEmployerPayload, UpdateEmployerPayload
from schema.inputs.member import CreateMemberPayload, UpdateMemberPayload
from schema.inputs.notification import MarkNotificationsReadPayload
from schema.inputs.process_automation import UpdateProcessAutomationPayload
from schema.inputs.tracker import CreateTrackerPayload
from schema.inputs.tracker_type import CreateTrackerTypePayload, UpdateTrackerTypePayload
from schema.inputs.tracker_update import UpdateTrackerPayload
from schema.learner import Learner, LearningAim
from schema.member import Member
from schema.notification import Notification
from schema.organisation import Organisation, ProcessAutomation
from schema.programme import Programme
from schema.relay import Connection, Node
from schema.scalars import SCALARS
from schema.session import SignInPayload
from schema.tracker import Tracker, TrackerEvent
from schema.tracker_type import TrackerType
from schema.viewer import Viewer


def _mutation(resolver: Callable[..., Any], payload: Callable[..., Any], description: str) -> Any:
    extensions = [FreshLoaders(), ErrorsToPayload(payload)]
    return strawberry.mutation(resolver=resolver, extensions=extensions, description=description)


def _subscription(resolver: Callable[..., Any], description: str) -> Any:
    return strawberry.subscription(resolver=resolver, description=description)


@strawberry.type(description="What one can ask.")
class Query:
    """The questions."""

    node: Node | None = edge(for_nodes.node, "Any object by its id; null for what is not there or not to be seen.")
    nodes: list[Node | None] = edge(
        for_nodes.nodes, "Objects by their ids, in that order; null for what is not there or not to be seen."
    )
    viewer: Viewer | None = edge(for_sessions.viewer, "Who is signed in, and what is theirs.")
    tracker_types: list[TrackerType] = edge(
        for_types.tracker_types,
        "The types to choose from, each with its form; process automations only where they are enabled.",
    )
    tracker_type: TrackerType | None = edge(for_types.tracker_type, "One type by its key.")
    tracker: Tracker | None = edge(for_trackers.tracker, "One tracker by its id.")
    trackers: Connection[Tracker] = edge(for_trackers.list_trackers, "The trackers that the viewer sees.")
    learner: Learner | None = edge(for_learners.learner, "One learner by their id.")
    learners: Connection[Learner] = edge(for_learners.learners, "The learners that the viewer sees, by family name.")
    members: Connection[Member] = edge(for_members.members, "The organisation's members, by name.")
    employers: Connection[Employer] = edge(for_employers.employers, "The organisation's employers, by name.")
    programmes: Connection[Programme] = edge(for_programmes.programmes, "The organisation's programmes, by name.")
    validate_tracker: list[InputError] = edge(
        for_trackers.validate_tracker,
        "All that `createTracker` would refuse in an entry, the idempotency key left aside. Writes, counts and "
        "announces nothing.",
    )
    validate_tracker_update: list[InputError] = edge(
        for_trackers.validate_tracker_update,
        "All that `updateTracker` would refuse in an entry. Writes and announces nothing.",
    )


@strawberry.type(description="What one can do.")
class Mutation:
    """The deeds."""

    sign_in: SignInPayload | None = _mutation(
        for_sessions.sign_in, SignInPayload, "Sign in with e-mail address and password."
    )
    refresh_session: SignInPayload | None = _mutation(
        for_sessions.refresh_session, SignInPayload, "Exchange a refresh token for a fresh pair of tokens."
    )
    sign_out: bool = strawberry.mutation(
        resolver=for_sessions.sign_out, description="End a session; whether the token was one's."
    )
    request_password_reset: bool = strawberry.mutation(
        resolver=for_sessions.request_password_reset,
        description="Have a link to choose another password mailed to a member. Always true, whether or not there is "
        "such a member, and however often it was asked: at most a few mails an hour go out.",
    )
    set_password: SignInPayload | None = _mutation(
        for_sessions.set_password,
        SignInPayload,
        "Choose a password with the token of an invitation or a reset, which works once. Ends every session of the "
        "member and signs in.",
    )
    create_member: CreateMemberPayload | None = _mutation(
        for_members.create_member,
        CreateMemberPayload,
        "Add a member to the organisation; a mail brings them a link to choose a password. Needs MANAGE_MEMBERS.",
    )
    update_member: UpdateMemberPayload | None = _mutation(
        for_members.update_member,
        UpdateMemberPayload,
        "Change a member, or switch them off: then they lose everything at once. Needs MANAGE_MEMBERS.",
    )
    create_tracker: CreateTrackerPayload | None = _mutation(
        for_trackers.create_tracker,
        CreateTrackerPayload,
        "Open a tracker; its assignee hears of it at once and by mail. Refused with all that is wrong, or done whole.",
    )
    update_tracker: UpdateTrackerPayload | None = _mutation(
        for_trackers.update_tracker,
        UpdateTrackerPayload,
        "Change a tracker, as the one who last read it. Refused with all that is wrong, or done whole, as one event "
        "of its history.",
    )
    add_comment: AddCommentPayload | None = _mutation(
        for_comments.add_comment,
        AddCommentPayload,
        "Say something about a tracker; its creator and its assignee hear of it. Its version stays as it is.",
    )
    mark_notifications_read: MarkNotificationsReadPayload | None = _mutation(
        for_notifications.mark_notifications_read,
        MarkNotificationsReadPayload,
        "Mark notifications as read. Those that were read before keep their time.",
    )
    create_tracker_type: CreateTrackerTypePayload | None = _mutation(
        for_types.create_tracker_type,
        CreateTrackerTypePayload,
        "Make a tracker type of the organisation's own. Refused with all that is wrong with it. Needs MANAGE_SETTINGS.",
    )
    update_tracker_type: UpdateTrackerTypePayload | None = _mutation(
        for_types.update_tracker_type,
        UpdateTrackerTypePayload,
        "Change, archive or restore a tracker type of the organisation's own, as the one who last read it. Every change "
        "is a new version; trackers keep the form that they were made with. Needs MANAGE_SETTINGS.",
    )
    update_process_automation: UpdateProcessAutomationPayload | None = _mutation(
        for_automations.update_process_automation,
        UpdateProcessAutomationPayload,
        "Enable or disable a process automation of the organisation, or set its four-eyes rule. Needs MANAGE_SETTINGS.",
    )
    create_employer: CreateEmployerPayload | None = _mutation(
        for_employers.create_employer,
        CreateEmployerPayload,
        "Add an employer. Whoever opens trackers may add one on the spot, unconfirmed: needs CREATE_TRACKERS or "
        "MANAGE_SETTINGS.",
    )
    update_employer: UpdateEmployerPayload | None = _mutation(
        for_employers.update_employer,
        UpdateEmployerPayload,
        "Name an employer, or say whether it is confirmed. Needs MANAGE_SETTINGS.",
    )


@strawberry.type(description="What one can hear.")
class Subscription:
    """The news."""

    tracker_assigned: AsyncGenerator[Notification, None] = _subscription(
        for_notifications.tracker_assigned,
        "Every tracker that somebody else assigns to the viewer, when it is opened or later: in order, none lost, "
        "none twice. What was missed comes first. Other notifications are left out, so the cursors may jump.",
    )
    notification_received: AsyncGenerator[Notification, None] = _subscription(
        for_notifications.notification_received,
        "Everything that the viewer is told: in order, none lost, none twice, the cursors without gaps.",
    )
    tracker_changed: AsyncGenerator[TrackerEvent, None] = _subscription(
        for_notifications.tracker_changed,
        "What happens to a tracker while its page is open. Live only: after connecting ask for the tracker once, "
        "then apply events of a greater version. Ends when the tracker is no longer to be seen.",
    )


def make_schema() -> QuietSchema:
    """The whole schema."""
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*FIELD_TYPES, *VALUE_TYPES, LearningAim, TrackerEvent, Organisation, ProcessAutomation],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def sdl() -> str:
    """The schema's SDL, as ``schema/schema.graphql`` holds it."""
    # Every GraphQL server has @oneOf of its own; repeating its definition stops clients' tools.
    return make_schema().as_str().replace("directive @oneOf on INPUT_OBJECT\n\n", "").rstrip() + "\n"
