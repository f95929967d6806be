"""Who sees what: the one place that every read, count, search, node, edge, event and mail asks.

An administrator sees all of the organisation. A tutor sees the trackers that are about learners whose tutor
they are, that they made or that are assigned to them, and the learners of all these. Members, employers and
programmes are seen by everyone of the organisation; a file by whoever sees its tracker, and by its uploader until it
has one. What may not be seen answers as if it did not exist.
"""

from tortoise import Model

from models import (
    Comment,
    Learner,
    LearningAim,
    Notification,
    Organisation,
    StoredFile,
    Tracker,
    TrackerEvent,
    TrackerType,
)
from services.kernel.sql import StatementBuilder
from services.viewer import Viewer


def visible(model: type[Model], alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """The SQL condition under which the viewer sees a row of ``model`` known as ``alias``."""
    if model is Notification:
        return f"{alias}.recipient_id = {statement.bind(viewer.member_id)}"
    if model is Organisation:
        return f"{alias}.id = {statement.bind(viewer.organisation_id)}"
    mine = f"{alias}.organisation_id = {statement.bind(viewer.organisation_id)}"
    if model is TrackerType:
        return f"({mine} OR {alias}.organisation_id IS NULL)"
    if model is StoredFile:
        return f"{mine} AND {_file_to_be_seen(alias, viewer, statement)}"
    if viewer.is_administrator:
        return mine
    return f"{mine} AND {_concerns(model, alias, viewer, statement)}"


def _file_to_be_seen(alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """The condition under which a file is the viewer's own upload, or one of a tracker that they see."""
    seen = visible(Tracker, "seen", viewer, statement)
    attached = f"EXISTS (SELECT FROM tracker seen WHERE seen.id = {alias}.tracker_id AND {seen})"
    own = (
        f"{alias}.tracker_id IS NULL AND {alias}.uploader_id = {statement.bind(viewer.member_id)} AND {alias}.complete"
    )
    return f"({own} OR {attached})"


def _concerns(model: type[Model], alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """The condition under which a row of a tutor's organisation is one that concerns them."""
    if model is LearningAim:
        seen = _concerns(Learner, "seen", viewer, statement)
        return f"EXISTS (SELECT FROM learner seen WHERE seen.id = {alias}.learner_id AND {seen})"
    if model in (TrackerEvent, Comment):
        seen = _concerns(Tracker, "seen", viewer, statement)
        return f"EXISTS (SELECT FROM tracker seen WHERE seen.id = {alias}.tracker_id AND {seen})"
    if model is Tracker:
        me = statement.bind(viewer.member_id)
        # Looked up for each tracker, of which there are few: a tutor may have thousands of learners.
        taught = f"EXISTS (SELECT FROM learner taught WHERE taught.id = {alias}.learner_id AND taught.tutor_id = {me})"
        return f"({alias}.assignee_id = {me} OR {alias}.created_by_id = {me} OR {taught})"
    if model is Learner:
        me = statement.bind(viewer.member_id)
        opened = f"SELECT learner_id FROM tracker WHERE assignee_id = {me} OR created_by_id = {me}"
        return f"({alias}.tutor_id = {me} OR {alias}.id IN ({opened}))"
    return "true"
