"""The ``Query`` root type. The resolvers of its fields are in the other modules of this package."""

import strawberry

from resolvers import audit as audit_resolvers
from resolvers import employer as employer_resolvers
from resolvers import learner as learner_resolvers
from resolvers import member as member_resolvers
from resolvers import node as node_resolvers
from resolvers import programme as programme_resolvers
from resolvers import session as session_resolvers
from resolvers import tracker as tracker_resolvers
from resolvers import tracker_type as tracker_type_resolvers
from schema.audit_event import AuditEvent, LearnerRead
from schema.declaration.fields import resolved_field
from schema.declaration.relay import Connection, Node
from schema.employer import Employer
from schema.input_error import InputError
from schema.learner import Learner
from schema.member import Member
from schema.programme import Programme
from schema.tracker import Tracker
from schema.tracker_type import TrackerType
from schema.viewer import Viewer


@strawberry.type(description="What one can ask.")
class Query:
    """Root type of queries."""

    node: Node | None = resolved_field(
        node_resolvers.node, "Any object by its id; null for what is not there or not to be seen."
    )
    nodes: list[Node | None] = resolved_field(
        node_resolvers.nodes, "Objects by their ids, in that order; null for what is not there or not to be seen."
    )
    viewer: Viewer | None = resolved_field(session_resolvers.viewer, "Who is signed in, and what is theirs.")
    tracker_types: list[TrackerType] = resolved_field(
        tracker_type_resolvers.tracker_types,
        "The types to choose from, each with its form; process automations only where they are enabled.",
    )
    tracker_type: TrackerType | None = resolved_field(tracker_type_resolvers.tracker_type, "One type by its key.")
    tracker: Tracker | None = resolved_field(tracker_resolvers.tracker, "One tracker by its id.")
    trackers: Connection[Tracker] = resolved_field(
        tracker_resolvers.list_trackers, "The trackers that the viewer sees."
    )
    learner: Learner | None = resolved_field(learner_resolvers.learner, "One learner by their id.")
    learners: Connection[Learner] = resolved_field(
        learner_resolvers.learners, "The learners that the viewer sees, by family name."
    )
    members: Connection[Member] = resolved_field(member_resolvers.members, "The organisation's members, by name.")
    employers: Connection[Employer] = resolved_field(
        employer_resolvers.employers, "The organisation's employers, by name."
    )
    programmes: Connection[Programme] = resolved_field(
        programme_resolvers.programmes, "The organisation's programmes, by name."
    )
    audit_events: Connection[AuditEvent] | None = resolved_field(
        audit_resolvers.audit_events,
        "What was done in the organisation, newest first; without MANAGE_SETTINGS it is FORBIDDEN.",
    )
    learner_reads: Connection[LearnerRead] | None = resolved_field(
        audit_resolvers.learner_reads,
        "Who has read which learner's record: one for each member, learner and day, newest first. Without "
        "MANAGE_SETTINGS it is FORBIDDEN.",
    )
    validate_tracker: list[InputError] = resolved_field(
        tracker_resolvers.validate_tracker,
        "All that `createTracker` would refuse in an entry, the idempotency key left aside. Writes, counts and "
        "announces nothing.",
    )
    validate_tracker_update: list[InputError] = resolved_field(
        tracker_resolvers.validate_tracker_update,
        "All that `updateTracker` would refuse in an entry. Writes and announces nothing.",
    )
