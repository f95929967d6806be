"""The process automations of an organisation: listed, and found again by their ids."""

from models import ProcessAutomation
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.databases.sql_statements import recorded

LISTED = "{ viewer { organisation { processAutomations { id key name enabled fourEyes } } } }"
FOUND = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ProcessAutomation { key } } }"


async def test_an_automation_is_listed_with_the_id_by_which_it_is_found(database: str) -> None:
    organisation = await make.organisation()
    ada = await make.member(organisation)
    withdrawal = await ProcessAutomation.create(organisation=organisation, key="WITHDRAWAL", enabled=True)
    leave = await ProcessAutomation.create(organisation=organisation, key="BREAK_IN_LEARNING", four_eyes=True)

    listed = (await data(ada, LISTED))["viewer"]["organisation"]["processAutomations"]
    found = (await data(ada, FOUND, ids=[gid(withdrawal), gid(leave)]))["nodes"]

    assert sorted(listed, key=lambda one: str(one["key"])) == [
        {"id": gid(leave), "key": "BREAK_IN_LEARNING", "name": "Break in learning", "enabled": False, "fourEyes": True},
        {
            "id": gid(withdrawal),
            "key": "WITHDRAWAL",
            "name": "Withdrawal from learning",
            "enabled": True,
            "fourEyes": False,
        },
    ]
    assert found == [{"id": gid(withdrawal), "key": "WITHDRAWAL"}, {"id": gid(leave), "key": "BREAK_IN_LEARNING"}]


async def test_many_automations_are_found_in_one_statement(database: str) -> None:
    organisation = await make.organisation()
    ada = await make.member(organisation)
    keys = ["WITHDRAWAL", "BREAK_IN_LEARNING", "COMPLETION"]
    made = [await ProcessAutomation.create(organisation=organisation, key=key) for key in keys]
    with recorded() as statements:
        await data(ada, FOUND, ids=[gid(one) for one in made])
    assert len([one for one in statements if "process_automation" in one]) == 1


async def test_another_organisations_automation_is_not_found(database: str) -> None:
    theirs = await ProcessAutomation.create(organisation=await make.organisation(), key="WITHDRAWAL")
    assert await data(await make.member(), FOUND, ids=[gid(theirs)]) == {"nodes": [None]}
