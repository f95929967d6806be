"""Adding and finding organisations."""

import asyncio

import pytest

from models import Organisation, OrganisationCounter, ProcessAutomation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.records.organisations import add_organisation, find_organisation

DUPLICATE = Problem(("name",), ErrorCode.DUPLICATE, "There is an organisation of this name already.")


async def name_problems(name: str) -> tuple[Problem, ...]:
    """Return the problems of an invalid name, and check that no organisation was added."""
    previous_count = await Organisation.all().count()
    with pytest.raises(ValidationFailed) as raised:
        await add_organisation(name)
    assert await Organisation.all().count() == previous_count
    return raised.value.problems


async def test_an_organisation_has_a_counter_and_disabled_automations(database: str) -> None:
    organisation = await add_organisation("  Zoe\u0308’s College ")
    assert organisation.name == "Zoë’s College"
    assert await OrganisationCounter.all().values_list("organisation_id", "trackers") == [(organisation.id, 0)]
    settings = await ProcessAutomation.filter(organisation_id=organisation.id).order_by("key")
    assert [(automation.key, automation.enabled, automation.four_eyes) for automation in settings] == [
        ("BREAK_IN_LEARNING", False, False),
        ("CHANGE_OF_ADDRESS", False, False),
        ("CHANGE_OF_EMPLOYER", False, False),
        ("CHANGE_OF_NAME", False, False),
        ("CHANGE_OF_PROGRAMME", False, False),
        ("CHANGE_OF_WORKING_CONDITIONS", False, False),
        ("COMPLETION", False, False),
        ("LEARNING_SUPPORT", False, False),
        ("RETURN_TO_LEARNING", False, False),
        ("WITHDRAWAL", False, False),
    ]


async def test_an_organisation_is_found_by_its_name(database: str) -> None:
    organisation = await add_organisation("Zoë’s College")
    assert await find_organisation(" Zoe\u0308’s College") == organisation
    assert await find_organisation("Zoë’s\u00a0\n College") == organisation
    assert await find_organisation("zoë’s college") is None
    assert await find_organisation("") is None
    assert await find_organisation("Zoë\0") is None


async def test_a_name_is_required_and_has_at_most_200_characters(database: str) -> None:
    required = Problem(("name",), ErrorCode.REQUIRED, "Give the organisation a name.")
    assert await name_problems(" \t\n") == (required,)
    figures = (("maximum", "200"), ("length", "201"))
    message = "The name must have at most 200 characters; this has 201."
    assert await name_problems("ä" * 201) == (Problem(("name",), ErrorCode.TOO_LONG, message, figures),)
    message = "The name contains an invalid character."
    assert await name_problems("A\0B") == (Problem(("name",), ErrorCode.INVALID_FORMAT, message),)
    message = "The name must be a single line without control characters."
    assert await name_problems("A\x07B") == (Problem(("name",), ErrorCode.INVALID_FORMAT, message),)
    assert (await add_organisation("ä" * 200)).name == "ä" * 200


async def test_a_name_must_be_unique(database: str) -> None:
    await add_organisation("Northgate Training")
    assert await name_problems(" Northgate Training ") == (DUPLICATE,)
    assert await OrganisationCounter.all().count() == 1


async def test_one_of_two_concurrent_additions_is_refused(database: str) -> None:
    results = await asyncio.gather(*(add_organisation("Northgate Training") for _ in range(2)), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, ValidationFailed)]
    assert [refusal.problems for refusal in refusals] == [(DUPLICATE,)]
    assert await Organisation.all().count() == 1
    assert await ProcessAutomation.all().count() == 10
