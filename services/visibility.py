"""Row visibility: the one rule behind every read, count, search, node, edge, event and email.

Administrators see everything in their organisation. Tutors see the trackers that they created, that are assigned to
them or that are about their own learners; they see their own learners and those of the trackers they created or are
assigned to. Members, employers and programmes are visible to everyone in the organisation, notifications and second
factors to their member alone. The audit, and who has read which learner's record, are visible to members with
MANAGE_SETTINGS. A file is visible to
everyone who can see its tracker or, before it is attached to one, to its uploader. Rows that are not visible are
treated as if they did not exist.
"""

from tortoise import Model

from models import (
    AuditEntry,
    Comment,
    Factor,
    Learner,
    LearnerRead,
    LearningAim,
    Notification,
    Organisation,
    Role,
    StoredFile,
    Tracker,
    TrackerEvent,
    TrackerType,
)
from services.kernel.sql import StatementBuilder
from services.viewer import Viewer


def visibility_condition(model: type[Model], alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the SQL condition under which the viewer may see a row of ``model`` with the given alias."""
    if model is Notification:
        return f"{alias}.recipient_id = {statement.bind(viewer.member_id)}"
    if model is Factor:
        return f"{alias}.member_id = {statement.bind(viewer.member_id)}"
    if model is Organisation:
        return f"{alias}.id = {statement.bind(viewer.organisation_id)}"
    own_organisation = f"{alias}.organisation_id = {statement.bind(viewer.organisation_id)}"
    if model is TrackerType:
        return f"({own_organisation} OR {alias}.organisation_id IS NULL)"
    if model is StoredFile:
        return f"{own_organisation} AND {_file_is_visible(alias, viewer, statement)}"
    if model in (AuditEntry, LearnerRead):
        return own_organisation if viewer.has(Role.MANAGE_SETTINGS) else f"{own_organisation} AND false"
    if viewer.is_administrator:
        return own_organisation
    return f"{own_organisation} AND {_visible_to_tutor(model, alias, viewer, statement)}"


def _file_is_visible(alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the SQL condition that a file is the viewer's own upload, or attached to a tracker that they may see."""
    tracker_condition = visibility_condition(Tracker, "owner", viewer, statement)
    attached = f"EXISTS (SELECT FROM tracker owner WHERE owner.id = {alias}.tracker_id AND {tracker_condition})"
    own = (
        f"{alias}.tracker_id IS NULL AND {alias}.uploader_id = {statement.bind(viewer.member_id)} AND {alias}.complete"
    )
    return f"({own} OR {attached})"


def _visible_to_tutor(model: type[Model], alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the SQL condition that a tutor may see a row of their organisation."""
    if model is LearningAim:
        learner_condition = _visible_to_tutor(Learner, "owner", viewer, statement)
        return f"EXISTS (SELECT FROM learner owner WHERE owner.id = {alias}.learner_id AND {learner_condition})"
    if model in (TrackerEvent, Comment):
        tracker_condition = _visible_to_tutor(Tracker, "owner", viewer, statement)
        return f"EXISTS (SELECT FROM tracker owner WHERE owner.id = {alias}.tracker_id AND {tracker_condition})"
    if model is Tracker:
        tutor_id = statement.bind(viewer.member_id)
        # EXISTS looks up the learners of the few trackers in question, whereas a tutor may have thousands of learners.
        teaches = f"EXISTS (SELECT FROM learner own WHERE own.id = {alias}.learner_id AND own.tutor_id = {tutor_id})"
        return f"({alias}.assignee_id = {tutor_id} OR {alias}.created_by_id = {tutor_id} OR {teaches})"
    if model is Learner:
        tutor_id = statement.bind(viewer.member_id)
        # A union rather than OR, so that each part is read from the index that has it.
        learner_ids = " UNION ".join(
            (
                f"SELECT id FROM learner WHERE tutor_id = {tutor_id}",
                f"SELECT learner_id FROM tracker WHERE assignee_id = {tutor_id}",
                f"SELECT learner_id FROM tracker WHERE created_by_id = {tutor_id}",
            )
        )
        return f"{alias}.id IN ({learner_ids})"
    return "true"
