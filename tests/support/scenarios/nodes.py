"""Rows of every type that implements ``Node``, and the fetching of nodes by id."""

from typing import Any

from models import LearningAim, Member, ProcessAutomation, TrackerEvent
from services.kernel.dates import today
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.signing_in.factors import give_passkey
from tests.support.scenarios.college import College

NODE_QUERY = """
query ($id: ID!) {
  node(id: $id) { __typename id } nodes(ids: [$id, $id]) { __typename id }
  tracker(id: $id) { id } learner(id: $id) { id }
}
"""


async def ids_of_every_type(tenant: College) -> dict[str, str]:
    """Create a node of every type that the tenant's tutor is not involved in, and return their ids by type name."""
    organisation = tenant.organisation
    learner = await make.learner(organisation)
    tracker_type = await make.tracker_type(organisation)
    tracker = await make.tracker(
        organisation, type=tracker_type, learner=learner, created_by=tenant.ada, assignee=tenant.bob
    )
    aim = await LearningAim.create(
        organisation=organisation,
        learner=learner,
        sequence=1,
        reference="ZPROG001",
        aim_type=1,
        start_date=today(),
        completion_status=1,
    )
    event = await TrackerEvent.create(
        organisation=organisation, tracker=tracker, kind="CREATED", at=make.now(), version=1
    )
    automation = await ProcessAutomation.filter(organisation=organisation).first()
    notification = await make.notification(tracker, tenant.ada)
    factor, _ = await give_passkey(tenant.ada)
    programme = await make.programme(organisation)
    rows = [
        tracker,
        learner,
        tracker_type,
        aim,
        event,
        automation,
        notification,
        factor,
        programme,
        tenant.employer,
        tenant.bob,
        organisation,
    ]
    entry = await make.audit_entry(organisation)
    read = await make.learner_read(learner, tenant.ada)
    ids = {type(row).__name__: gid(row) for row in [*rows, read]}
    return ids | {"AuditEvent": to_global_id("AuditEvent", entry.id)}


def hidden_answer(_name: str, _id: str) -> dict[str, Any]:
    return {"node": None, "nodes": [None, None], "tracker": None, "learner": None}


def visible_answer(name: str, id_: str) -> dict[str, Any]:
    node = {"__typename": name, "id": id_}
    return {
        "node": node,
        "nodes": [node, node],
        "tracker": {"id": id_} if name == "Tracker" else None,
        "learner": {"id": id_} if name == "Learner" else None,
    }


async def query_nodes(member: Member, ids: dict[str, str]) -> dict[str, Any]:
    return {name: await data(member, NODE_QUERY, id=id_) for name, id_ in ids.items()}
