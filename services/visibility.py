"""Who may see which rows: the one rule of every read, count, search, node, edge, event and mail.

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
    """Return the SQL condition that the viewer may see a row of ``model``, whose alias is ``alias``."""
    if model is Notification:
        return f"{alias}.recipient_id = {statement.bind(viewer.member_id)}"
    if model is Organisation:
        return f"{alias}.id = {statement.bind(viewer.organisation_id)}"
    own_organisation = f"{alias}.organisation_id = {statement.bind(viewer.organisation_id)}"
    if model is TrackerType:
        return f"({own_organisation} OR {alias}.organisation_id IS NULL)"
    if model is StoredFile:
        return f"{own_organisation} AND {_file_is_visible(alias, viewer, statement)}"
    if viewer.is_administrator:
        return own_organisation
    return f"{own_organisation} AND {_concerns_tutor(model, alias, viewer, statement)}"


def _file_is_visible(alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the condition that a file is the viewer's own upload, or attached to a tracker that they may see."""
    seen = visible(Tracker, "seen", viewer, statement)
    attached = f"EXISTS (SELECT FROM tracker seen WHERE seen.id = {alias}.tracker_id AND {seen})"
    own = (
        f"{alias}.tracker_id IS NULL AND {alias}.uploader_id = {statement.bind(viewer.member_id)} AND {alias}.complete"
    )
    return f"({own} OR {attached})"


def _concerns_tutor(model: type[Model], alias: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the condition that a row of a tutor's organisation concerns the tutor."""
    if model is LearningAim:
        seen = _concerns_tutor(Learner, "seen", viewer, statement)
        return f"EXISTS (SELECT FROM learner seen WHERE seen.id = {alias}.learner_id AND {seen})"
    if model in (TrackerEvent, Comment):
        seen = _concerns_tutor(Tracker, "seen", viewer, statement)
        return f"EXISTS (SELECT FROM tracker seen WHERE seen.id = {alias}.tracker_id AND {seen})"
    if model is Tracker:
        me = statement.bind(viewer.member_id)
        # EXISTS looks up the learner of each tracker, of which there are few: a tutor may have thousands of learners.
        taught = f"EXISTS (SELECT FROM learner taught WHERE taught.id = {alias}.learner_id AND taught.tutor_id = {me})"
        return f"({alias}.assignee_id = {me} OR {alias}.created_by_id = {me} OR {taught})"
    if model is Learner:
        me = statement.bind(viewer.member_id)
        opened = f"SELECT learner_id FROM tracker WHERE assignee_id = {me} OR created_by_id = {me}"
        return f"({alias}.tutor_id = {me} OR {alias}.id IN ({opened}))"
    return "true"
