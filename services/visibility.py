"""Who sees what: the one place that every read, count, search, node, edge, event and mail asks.

An administrator sees all of the organisation. A tutor sees the trackers that are about learners whose tutor
they are, that they made or that are assigned to them, and the learners of all these. Members, employers and
programmes are seen by everyone of the organisation. What may not be seen answers as if it did not exist.
"""

from tortoise import Model

from models import Learner, Tracker, TrackerType
from services.statements import Statement
from services.viewer import Viewer


def visible(model: type[Model], alias: str, viewer: Viewer, statement: Statement) -> str:
    """The SQL condition under which the viewer sees a row of ``model`` known as ``alias``."""
    mine = f"{alias}.organisation_id = {statement.bind(viewer.organisation_id)}"
    if model is TrackerType:
        return f"({mine} OR {alias}.organisation_id IS NULL)"
    if viewer.is_administrator or model not in (Tracker, Learner):
        return mine
    me = statement.bind(viewer.member_id)
    if model is Tracker:
        taught = f"{alias}.learner_id IN (SELECT id FROM learner WHERE tutor_id = {me})"
        return f"{mine} AND ({alias}.assignee_id = {me} OR {alias}.created_by_id = {me} OR {taught})"
    opened = f"SELECT learner_id FROM tracker WHERE assignee_id = {me} OR created_by_id = {me}"
    return f"{mine} AND ({alias}.tutor_id = {me} OR {alias}.id IN ({opened}))"
