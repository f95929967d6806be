"""The rules of the ILR for a form: codes by year, and apprenticeship units."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from services.forms.definitions import Choice, ChoiceField, DateField, TypeDefinition
from services.forms.ilr_definitions import CodeCheck
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.types import CanonicalValue
from services.forms.validate import check_form
from services.ilr.code_lists import codes_of
from services.kernel.errors import ErrorCode, Problem
from services.tracker_types.builtin import load_builtin_types
from tests.support.scenarios.form_samples.forms import TODAY, check_values, submitted_value

TYPES: dict[str, TypeDefinition] = {builtin.key: builtin.definition for builtin in load_builtin_types()}
FUND_MODELS = {
    "2025-26": "10, 11, 25, 35, 36, 37, 38, 81, 82, 99",
    "2026-27": "11, 25, 35, 36, 37, 38, 39, 81, 82, 99",
}


def query(**values: str) -> dict[str, object]:
    entry = {"ilrYear": "26-27", "ilrField": "FundModel", "proposedValue": "36"} | values
    return {**entry, "queryKind": ["CHANGE_REQUEST"]}


def wrong_fund_model(year: str) -> Problem:
    allowed = FUND_MODELS[year]
    message = f"'Proposed value' must be a code that FundModel has in the ILR year {year}: one of {allowed}."
    parameters = (("year", year), ("allowed", allowed))
    return Problem(("values", "proposedValue"), ErrorCode.NOT_A_CHOICE, message, parameters, "FundModel_01")


@pytest.mark.parametrize(
    ("values", "year"),
    [
        ({"proposedValue": "10"}, "2026-27"),
        ({"proposedValue": "10 Community Learning"}, "2026-27"),
        ({"proposedValue": "010", "ilrField": "fundmodel"}, "2026-27"),
        ({"proposedValue": "39", "ilrYear": "25-26"}, "2025-26"),
    ],
)
async def test_a_code_of_another_year_is_refused(values: dict[str, str], year: str) -> None:
    form = await check_values(TYPES["ILR"], query(**values))
    assert form.problems == (wrong_fund_model(year),)


@pytest.mark.parametrize(
    "values",
    [
        {"proposedValue": "10", "ilrYear": "25-26"},
        {"proposedValue": "39"},
        {"proposedValue": "10", "ilrYear": "19-20"},  # a year without a list
        {"proposedValue": "10", "ilrField": "PHours"},  # a field without a list
        {"proposedValue": "none"},
        {"proposedValue": "34", "ilrField": "ProgType"},
        {"currentValue": "10"},  # what is wrong may be anything
    ],
)
async def test_other_values_are_taken(values: dict[str, str]) -> None:
    assert (await check_values(TYPES["ILR"], query(**values))).problems == ()


async def test_a_stored_code_is_checked_again_only_if_its_year_or_field_changes() -> None:
    stored: dict[str, CanonicalValue] = {
        "ilrYear": "26-27", "queryKind": ["CHANGE_REQUEST"], "ilrField": "FundModel", "proposedValue": "10"
    }  # fmt: skip
    assert (await check_values(TYPES["ILR"], {"currentValue": "36"}, stored=stored)).problems == ()
    changed = await check_values(TYPES["ILR"], {"ilrField": "FUNDMODEL"}, stored=stored)
    assert changed.problems == (wrong_fund_model("2026-27"),)


BY_DAY = TypeDefinition(
    fields=(
        DateField(key="day", label="Day"),
        ChoiceField(
            key="models",
            label="Funding models",
            choices=tuple(
                Choice(value=str(code.value), label=code.meaning, valid_from=code.valid_from, valid_to=code.valid_to)
                for code in codes_of("FundModel")
            ),
            multiple=True,
        ),
    ),
    codes=(CodeCheck(field="models", element="FundModel", day_in="day"),),
)


@pytest.mark.parametrize(
    ("day", "codes", "year"),
    [
        (dt.date(2026, 7, 31), ["10", "36"], None),
        (dt.date(2026, 8, 1), ["36", "39"], None),
        (dt.date(2026, 8, 1), ["10", "36"], "2026-27"),
        (dt.date(2026, 7, 31), ["39"], "2025-26"),
        (dt.date(2019, 8, 1), ["10", "39"], None),
    ],
)
async def test_the_year_of_a_choice_is_that_of_a_day_and_not_todays(
    day: dt.date, codes: list[str], year: str | None
) -> None:
    problems = (await check_values(BY_DAY, {"day": day, "models": codes})).problems
    assert [(problem.path, problem.code, problem.rule) for problem in problems] == (
        [(("values", "models"), ErrorCode.NOT_A_CHOICE, "FundModel_01")] if year else []
    )
    assert all(f"in the ILR year {year}: one of" in problem.message for problem in problems)


async def check_unit(key: str, values: Mapping[str, object], *, on_unit: bool = True) -> tuple[Problem, ...]:
    submitted = [submitted_value(name, value) for name, value in values.items()]
    form = check_form(TYPES[key], submitted, lookup=Lookup(), today=TODAY, on_unit=on_unit)
    return form.problems


START = dt.date(2026, 9, 7)


def apprenticeship(days: int, **values: object) -> dict[str, object]:
    return {"startDate": START, "plannedEndDate": START + dt.timedelta(days=days)} | values


UNIT_BY_REFERENCE, UNIT_BY_KIND = {"standardReference": "au0002"}, {"programmeKind": ["UNIT"]}


@pytest.mark.parametrize("unit", [UNIT_BY_REFERENCE, UNIT_BY_KIND, UNIT_BY_REFERENCE | UNIT_BY_KIND])
@pytest.mark.parametrize(("days", "code"), [(3, "TOO_EARLY"), (4, None), (112, None), (113, "TOO_LATE")])
async def test_a_unit_lasts_1_to_16_weeks(unit: dict[str, Any], days: int, code: str | None) -> None:
    problems = await check_unit("APPRENTICESHIP", apprenticeship(days, **unit), on_unit=False)
    message = "'Planned end date' must be from 11 September 2026 to 28 December 2026: an apprenticeship unit lasts 1 to 16 weeks."
    limits = (("earliest", "2026-09-11"), ("latest", "2026-12-28"), ("field", "startDate"))
    expected = [Problem(("values", "plannedEndDate"), ErrorCode(code), message, limits)] if code else []
    assert [problem for problem in problems if problem.path[1] != "organisation"] == expected


@pytest.mark.parametrize("values", [{}, {"standardReference": "ST0070"}, {"programmeKind": ["FOUNDATION"]}])
async def test_other_apprenticeships_last_longer(values: dict[str, Any]) -> None:
    problems = await check_unit("APPRENTICESHIP", apprenticeship(400, **values))
    assert [problem.path[1] for problem in problems] == ["organisation"]


@pytest.mark.parametrize(("kind", "reference"), [("UNIT", "ST0070"), ("STANDARD", "AU0002"), ("FOUNDATION", "AU0002")])
async def test_the_kind_and_the_reference_agree(kind: str, reference: str) -> None:
    problems = await check_unit("APPRENTICESHIP", {"programmeKind": [kind], "standardReference": reference})
    message = "'Standard' must be AU and 4 digits for an apprenticeship unit, and not for anything else."
    assert Problem(("values", "standardReference"), ErrorCode.INVALID_FORMAT, message) in problems


NOT_ASKED = {
    "APPRENTICESHIP_AGREEMENT": "Apprenticeship agreement",
    "ASSESSMENT_AGREEMENT": "Assessment agreement (with the assessment organisation)",
    "ENGLISH_AND_MATHS_OPT_IN": "Employer's opt-in for English and mathematics",
    "OFF_THE_JOB_HOURS_STATEMENT": "Off-the-job hours statement",
}
ASKED = ("TRAINING_PLAN", "WRITTEN_AGREEMENT", "UNIT_TRAINING_PLAN", "ELIGIBILITY_EVIDENCE", "OTHER")


@pytest.mark.parametrize(("kind", "label"), NOT_ASKED.items())
async def test_documents_that_a_unit_does_not_have_are_not_asked_for(kind: str, label: str) -> None:
    values = {"documentKind": [kind], "issue": ["MISSING"]}
    message = (
        f"'Document' cannot be '{label}': the learner is on an apprenticeship unit, which has none. Choose another."
    )
    refusal = Problem(("values", "documentKind"), ErrorCode.NOT_A_CHOICE, message, (("allowed", ", ".join(ASKED)),))
    assert await check_unit("COMPLIANCE", values) == (refusal,)
    assert await check_unit("COMPLIANCE", values, on_unit=False) == ()


async def test_off_the_job_hours_are_not_asked_of_a_unit() -> None:
    values = {"scope": ["PRACTICAL_PERIOD"], "actualEndDate": START}
    required = Problem(("values", "actualHours"), ErrorCode.REQUIRED, "'Actual off-the-job hours' is required.")
    assert await check_unit("COMPLETION", values) == ()
    assert await check_unit("COMPLETION", values, on_unit=False) == (required,)


@pytest.mark.parametrize("kind", ["TRAINING_PLAN", "UNIT_TRAINING_PLAN"])
async def test_documents_of_a_unit_are_asked_for(kind: str) -> None:
    assert await check_unit("COMPLIANCE", {"documentKind": [kind], "issue": ["MISSING"]}) == ()


@pytest.mark.parametrize(("days", "codes"), [(0, []), (3, []), (112, []), (113, ["TOO_LATE"])])
async def test_a_unit_that_is_returned_to_lasts_16_weeks_at_most(days: int, codes: list[str]) -> None:
    values = {"returnDate": START, "plannedEndDate": START + dt.timedelta(days=days), "employerConfirmed": True}
    assert [problem.code for problem in await check_unit("RETURN_TO_LEARNING", values)] == codes
    assert await check_unit("RETURN_TO_LEARNING", values, on_unit=False) == ()
