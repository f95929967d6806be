"""GraphQL types for trackers and the events of their history."""

import datetime as dt
from operator import attrgetter
from typing import Any

import strawberry

import models
from schema.comment import Comment
from schema.context import Info
from schema.declaration.fields import edge, resolved_field, then
from schema.declaration.relay import Connection, Node
from schema.enums import TrackerEventKind, TrackerStatus
from schema.field_definition import FieldDefinition
from schema.field_value import FieldValue
from schema.inputs.arguments import After, Before, First, Last
from schema.learner import Learner
from schema.member import Member
from schema.proposed_change import ProposedChange, load_proposed_changes
from schema.tracker_connection import comment_connection, history_connection
from schema.tracker_type import TrackerType, Transition
from services.forms.values import read_values
from services.paging.pages import PageRequest
from services.tracker_types.versions import cached_version
from services.trackers.permissions import transitions_from, viewer_can_edit

Row = strawberry.Parent[models.Tracker]


def _type(root: Row, info: Info) -> Any:
    return info.context.loaders.tracker_type(root.type_id)


def _type_version(root: Row, info: Info) -> Any:
    return then(info.context.loaders.type_version(root.type_version_id), attrgetter("version"))


def _fields(root: Row, info: Info) -> Any:
    return then(info.context.loaders.type_version(root.type_version_id), attrgetter("definition.fields"))


def _values(root: Row, info: Info) -> Any:
    version = cached_version(root.type_version_id)
    if version is not None:
        return read_values(version.value_readers, root.values)
    loading = info.context.loaders.type_versions.load(root.type_version_id)
    return then(loading, lambda version: read_values(version.value_readers, root.values))


def _url(root: Row, info: Info) -> str:
    return info.context.installation.tracker_url(root.id)


def _viewer_can_edit(root: Row, info: Info) -> Any:
    viewer, loaders = info.context.require_viewer(), info.context.loaders
    return then(loaders.tracker_type(root.type_id), lambda type_: viewer_can_edit(viewer, root, type_))


def _transitions(root: Row, info: Info) -> Any:
    viewer, loaders = info.context.require_viewer(), info.context.loaders
    type_version = loaders.type_version(root.type_version_id)
    return then(
        loaders.tracker_type(root.type_id),
        lambda type_: then(type_version, lambda version: transitions_from(viewer, root, type_, version)),
    )


def _history(
    root: Row, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return history_connection(root.id, info, PageRequest(first, after, last, before))


def _comments(
    root: Row, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return comment_connection(root.id, info, PageRequest(first, after, last, before))


@strawberry.type(description="A case that somebody opened about a learner, and gave to a colleague or kept.")
class Tracker(Node):
    """GraphQL type for a tracker."""

    model = models.Tracker

    number: int = strawberry.field(description="1, 2, 3 … in the organisation; for people.")
    type: TrackerType = resolved_field(
        _type, "What kind of tracker it is, in the type's newest version.", needs=("type_id",)
    )
    type_version: int = resolved_field(
        _type_version, "The version of the type that it was made with.", needs=("type_version_id",)
    )
    fields: list[FieldDefinition] = resolved_field(
        _fields,
        "The form that it was made with: what the Edit Tracker page draws. `type.fields` is the newest.",
        needs=("type_version_id",),
        encode_once=attrgetter("type_version_id"),
    )
    status: TrackerStatus = strawberry.field(description="Where it stands.")
    learner: Learner = edge("learner", "About whom it is.")
    assignee: Member | None = edge("assignee", "To whom it is given; null: to nobody.")
    created_by: Member | None = edge("created_by", "Who opened it; null: the system.")
    description: str = strawberry.field(description="What is to be done.")
    due_date: dt.date | None = strawberry.field(description="The day by which it should be done.")
    values: list[FieldValue] = resolved_field(
        _values, "The filled fields, in form order.", needs=("type_version_id", "values")
    )
    created_at: dt.datetime = strawberry.field(description="When it was opened.")
    updated_at: dt.datetime = strawberry.field(description="When it last changed.")
    version: int = strawberry.field(
        description="Grows with fields, values, assignee and status, not with comments; send it back when updating."
    )
    url: str = resolved_field(_url, "The Edit Tracker page: the link that the e-mail has too.", needs=("id",))
    viewer_can_edit: bool = resolved_field(
        _viewer_can_edit, "Whether the viewer may change its fields.", needs=("type_id", "status", "created_by_id")
    )
    transitions: list[Transition] = resolved_field(
        _transitions,
        "The steps from its present status.",
        needs=("type_id", "type_version_id", "status", "values", "created_by_id", "values_changed_by_id"),
    )
    applies_on: dt.date | None = strawberry.field(
        description="The day on which an approved process automation will be applied, while it waits for that."
    )
    proposed_changes: list[ProposedChange] = resolved_field(
        load_proposed_changes,
        "Of a process automation, what approval would do to the record; once it was applied, what was done. Empty "
        "for every other type, and once it was rejected or taken back.",
        needs=("version", "type_version_id", "status", "learner_id", "values", "record_before"),
    )
    comments: Connection[Comment] = resolved_field(_comments, "What people said about it, oldest first.", needs=("id",))
    history: Connection["TrackerEvent"] = resolved_field(_history, "What happened to it, oldest first.", needs=("id",))


EventRow = strawberry.Parent[models.TrackerEvent]


def _changes(root: EventRow) -> "list[FieldChange]":
    return [FieldChange(**change) for change in root.changes]


@strawberry.type(description="A field that a change touched, as a person would have read it before and after.")
class FieldChange:
    """GraphQL type for the change of one field in a history event."""

    path: list[str] = strawberry.field(description='Which field: `["status"]`, `["values", "endDate"]`.')
    label: str = strawberry.field(description="What people read beside it.")
    before: str | None = strawberry.field(description="What stood there; null: nothing.")
    after: str | None = strawberry.field(description="What stands there now; null: nothing.")


@strawberry.type(description="One entry of a tracker's history.")
class TrackerEvent(Node):
    """GraphQL type for an event in a tracker's history."""

    model = models.TrackerEvent

    kind: TrackerEventKind = strawberry.field(description="What happened.")
    tracker: Tracker = edge("tracker", "The tracker as it now stands.")
    actor: Member | None = edge("actor", "Who did it; null: the system.")
    at: dt.datetime = strawberry.field(description="When.")
    version: int = strawberry.field(description="The tracker's version afterwards.")
    comment: str | None = strawberry.field(description="Why, where that was given.")
    changes: list[FieldChange] = resolved_field(_changes, "What changed.", needs=("changes",))
