"""Operations that take long: others have their turn meanwhile, they can be stopped, and their price is that of their size."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import pytest

from models import Organisation
from resolvers.schema_root import make_schema
from schema.declaration.base import Schema
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request, encode
from server.protocol.request_errors import GraphQLRequestError
from tests.support.clients.graphql import context_of, executor, gid
from tests.support.scenarios.form_samples.large_forms import CHOICES, FORM, LISTS, LargeForms, large_forms

PAGE = f"{{ trackers {{ nodes {{ {FORM} }} }} }}"
FAILING_PAGE = f'{{ node(id: "x") {{ id }} trackers {{ nodes {{ {FORM} }} }} }}'
TYPES = f"{{ trackerTypes {{ {FORM} }} }}"
ALIASES = " ".join(f"a{number}: label" for number in range(50))
MANY_ALIASES = (
    f"{{ trackers(first: 1) {{ nodes {{ fields {{ ... on ChoiceField {{ choices {{ {ALIASES} }} }} }} }} }} }}"
)
VALIDATE = "query ($input: CreateTrackerInput!) { validateTracker(input: $input) { code path message } }"
CREATE_TYPE = """
mutation ($input: CreateTrackerTypeInput!) { createTrackerType(input: $input) { errors { code path } } }
"""
PATTERNS = {
    "key": "PATTERNS",
    "name": "Patterns",
    "fields": [
        {"key": f"f{n}", "label": "x", "kind": "TEXT", "pattern": rf"\p{{L}}{{1,20}}x{{{n}}}"} for n in range(100)
    ],
}
CONDITIONS = {
    "key": "CONDITIONS",
    "name": "Conditions",
    "fields": [
        {"key": "f0", "label": "x", "kind": "CHOICE", "choices": [{"value": f"v{n}", "label": "x"} for n in range(490)]},
        *(
            {"key": f"f{n}", "label": "x", "kind": "TEXT", "visibleWhen": {"field": "f0", "isOneOf": [f"v{k}" for k in range(490)]}}
            for n in range(1, 16)
        ),
    ],
}  # fmt: skip


@pytest.fixture
async def forms(database: str) -> LargeForms:
    return await large_forms(trackers=50, versions=5)


@cache
def schema() -> Schema:
    return make_schema()


async def result_of(forms: LargeForms, document: str, variables: dict[str, Any], limits: Limits | None = None) -> Any:
    context = await context_of(forms.ada)
    executing = GraphQLExecutor(schema(), limits) if limits else executor()
    request = Request(document, variables)
    try:
        operation = executing.prepare(request, context, await executing.load_document(request, context))
        return await executing.execute(operation, context, "r1")
    except GraphQLRequestError as error:
        return error.formatted


async def cost_of(forms: LargeForms, document: str) -> int:
    operation = executor().prepare(Request(document), await context_of(forms.ada))
    return operation.charge.requested


def spin() -> float:
    """Return the CPU time of a million simple steps, by which machines differ."""
    started = time.thread_time()
    for _ in range(1_000_000):
        pass
    return time.thread_time() - started


async def longest_stretch(operation: Callable[[], Awaitable[object]]) -> float:
    """Return the longest CPU time of the event loop's thread in which no other task had a turn."""
    gc.collect()
    gc.freeze()  # what the tests hold, as a worker does before it serves
    stretches = [0.0]
    task = asyncio.ensure_future(operation())
    while not task.done():
        before = time.thread_time()
        await asyncio.sleep(0)
        stretches.append(time.thread_time() - before)
    gc.unfreeze()
    task.result()
    return max(stretches)


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (PAGE, {}),
        (FAILING_PAGE, {}),
        (TYPES, {}),
        (MANY_ALIASES, {}),
        (VALIDATE, {"input": "value"}),
        (VALIDATE, {"input": "other"}),
        (CREATE_TYPE, {"input": PATTERNS}),
        (CREATE_TYPE, {"input": CONDITIONS}),
    ],
    ids=["forms", "an error beside forms", "types", "aliases", "values", "wrong values", "patterns", "conditions"],
)
async def test_others_have_their_turn(forms: LargeForms, document: str, variables: dict[str, Any]) -> None:
    """On version 0.1.0 the stretch of the first of these is over a hundred times the spin."""
    if isinstance(choice := variables.get("input"), str):
        variables = {"input": {**forms.entry(choice), "learnerId": gid(forms.learner)}}
    limits = Limits(operation_seconds=2)  # the second one would take longer
    schema()  # which takes longer to make
    stretch = await longest_stretch(lambda: result_of(forms, document, variables, limits))
    assert stretch < 4 * min(spin() for _ in range(5))


async def test_an_operation_is_stopped_when_its_time_is_over(forms: LargeForms) -> None:
    result = await result_of(forms, FAILING_PAGE, {}, Limits(operation_seconds=0.2))
    assert [error["extensions"]["code"] for error in result["errors"]] == ["OPERATION_TIMEOUT"]


async def test_forms_cost_what_their_size_is(forms: LargeForms) -> None:
    choices = LISTS * CHOICES
    assert await cost_of(forms, PAGE) >= 50 * choices * 2
    aliased = PAGE.replace("value label", "value label a: value b: label")
    assert await cost_of(forms, aliased) >= await cost_of(forms, PAGE) + 50 * choices * 2
    organisation = await Organisation.get(id=forms.ada.organisation_id)
    assert (organisation.form_fields, organisation.form_choices) == (LISTS, choices)


async def test_a_small_organisation_pays_for_small_forms(forms: LargeForms, database: str) -> None:
    small = await large_forms(trackers=0, versions=0)
    assert await cost_of(small, PAGE) * 10 < await cost_of(forms, PAGE)


async def test_the_bytes_of_an_answer_are_limited(forms: LargeForms) -> None:
    whole = await result_of(forms, PAGE, {})
    size = len(encode(whole["data"]["trackers"]))
    assert size > 50 * LISTS * CHOICES * 20
    assert encode(await result_of(forms, PAGE, {}, Limits(max_answer_bytes=size))) == encode(whole)
    result = await result_of(forms, PAGE, {}, Limits(max_answer_bytes=size - 1))
    (error,) = result["errors"]
    assert set(result) == {"errors"}
    assert {name: error["extensions"][name] for name in ("code", "limit", "allowed")} == {
        "code": "LIMIT_EXCEEDED",
        "limit": "answerBytes",
        "allowed": size - 1,
    }


async def test_what_graphql_core_takes_beyond_the_cost_is_charged(forms: LargeForms) -> None:
    context = await context_of(forms.ada)
    request = Request(FAILING_PAGE.replace("trackers {", "trackers(first: 1) {"))
    operation = executor().prepare(request, context)
    await executor().execute(operation, context, "r1")
    left = executor().prepare(Request("{ __typename }"), context).charge.left
    assert operation.charge.left - left > 3 * operation.charge.requested
