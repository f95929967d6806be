"""``node``, ``nodes``, ``tracker`` and ``learner``: rows by global id, and errors for invalid ids."""

from uuid import UUID

import pytest

from models import Role
from models.base import new_id
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data
from tests.support.scenarios.college import college
from tests.support.scenarios.nodes import NODE_QUERY, hidden_answer, ids_of_every_type, query_nodes, visible_answer


async def test_rows_of_every_type_are_found_if_they_are_visible(database: str) -> None:
    tenant = await college()
    ids = await ids_of_every_type(tenant)
    auditor = await make.member(tenant.organisation, roles=[Role.MANAGE_SETTINGS])
    # Only the recipient sees a notification, and the owner a second factor; a tutor sees only what concerns them.
    audited, own = {"AuditEvent", "LearnerRead"}, {"Notification", "Factor"}
    for member, hidden in ((tenant.ada, audited), (auditor, own), (tenant.bob, audited | own)):
        assert await query_nodes(member, ids) == {
            name: (hidden_answer if name in hidden else visible_answer)(name, id_) for name, id_ in ids.items()
        }
    hidden = {"Tracker", "Learner", "LearningAim", "TrackerEvent", *audited, *own}
    assert await query_nodes(tenant.tina, ids) == {
        name: (hidden_answer if name in hidden else visible_answer)(name, id_) for name, id_ in ids.items()
    }


async def test_rows_of_another_organisation_are_null(database: str) -> None:
    tenant, other = await college(), await college()
    ids = await ids_of_every_type(other)
    for member in (tenant.ada, tenant.tina):
        assert await query_nodes(member, ids) == {name: hidden_answer(name, id_) for name, id_ in ids.items()}


@pytest.mark.parametrize("name", ["Member", "Employer", "Tracker", "ProcessAutomation", "TrackerType", "Viewer", "x"])
async def test_an_id_of_a_missing_row_or_another_type_is_null(database: str, name: str) -> None:
    tenant = await college()
    for row_id in (new_id(), UUID(int=0), tenant.learner.id, tenant.organisation.id):
        assert await data(tenant.ada, NODE_QUERY, id=to_global_id(name, row_id)) == hidden_answer(name, "")


@pytest.mark.parametrize("text", ["", "rubbish", "é", "\x00", "\ud800", "TGVhcm5lcjox", "=" * 10_000, "42"])
async def test_an_invalid_id_is_a_request_error(database: str, text: str) -> None:
    tenant = await college()
    expected = {"node": ["id"], "nodes": ["ids", "0"], "tracker": ["id"], "learner": ["id"]}
    paths = {}
    for field, path in expected.items():
        document = f"query ($id: ID!) {{ {field}({path[0]}: {'[$id]' if field == 'nodes' else '$id'}) {{ id }} }}"
        (error,) = (await ask(tenant.ada, document, id=text))["errors"]
        assert error["extensions"].pop("code") == "BAD_USER_INPUT"
        paths[field] = error["extensions"]["path"]
    assert paths == expected
