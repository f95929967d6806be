"""Listing an organisation's process automations, and reading them by their ids."""

from models import ProcessAutomation
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.databases.sql_statements import record_statements

LIST = "{ viewer { organisation { processAutomations { id key name enabled fourEyes } } } }"
BY_IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ProcessAutomation { key } } }"


async def test_automations_in_the_list_can_be_read_by_their_ids(database: str) -> None:
    organisation = await make.organisation()
    ada = await make.member(organisation)
    withdrawal = await ProcessAutomation.create(organisation=organisation, key="WITHDRAWAL", enabled=True)
    learning_break = await ProcessAutomation.create(organisation=organisation, key="BREAK_IN_LEARNING", four_eyes=True)

    automations = (await data(ada, LIST))["viewer"]["organisation"]["processAutomations"]
    nodes = (await data(ada, BY_IDS, ids=[gid(withdrawal), gid(learning_break)]))["nodes"]

    assert sorted(automations, key=lambda node: str(node["key"])) == [
        {
            "id": gid(learning_break),
            "key": "BREAK_IN_LEARNING",
            "name": "Break in learning",
            "enabled": False,
            "fourEyes": True,
        },
        {
            "id": gid(withdrawal),
            "key": "WITHDRAWAL",
            "name": "Withdrawal from learning",
            "enabled": True,
            "fourEyes": False,
        },
    ]
    assert nodes == [
        {"id": gid(withdrawal), "key": "WITHDRAWAL"},
        {"id": gid(learning_break), "key": "BREAK_IN_LEARNING"},
    ]


async def test_many_automations_are_read_with_one_statement(database: str) -> None:
    organisation = await make.organisation()
    ada = await make.member(organisation)
    keys = ["WITHDRAWAL", "BREAK_IN_LEARNING", "COMPLETION"]
    automations = [await ProcessAutomation.create(organisation=organisation, key=key) for key in keys]
    with record_statements() as statements:
        await data(ada, BY_IDS, ids=[gid(automation) for automation in automations])
    assert len([statement for statement in statements if "process_automation" in statement]) == 1


async def test_an_automation_of_another_organisation_is_null(database: str) -> None:
    other_automation = await ProcessAutomation.create(organisation=await make.organisation(), key="WITHDRAWAL")
    assert await data(await make.member(), BY_IDS, ids=[gid(other_automation)]) == {"nodes": [None]}
