"""Visibility conditions and default values of fields."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from services.forms.definitions import (
    BooleanField,
    Choice,
    ChoiceField,
    DateField,
    DecimalField,
    FieldCondition,
    FieldDefinition,
    IntegerField,
    TextField,
    TypeDefinition,
)
from services.forms.validate import CheckedForm
from services.kernel.errors import ErrorCode
from services.tracker_types.builtin import load_builtin_types
from tests.support.scenarios.form_samples.forms import TODAY, check_values, error_codes, problem_at

DEFINITIONS = {builtin.key: builtin.definition for builtin in load_builtin_types()}
NAME = DEFINITIONS["CHANGE_OF_NAME"]
COMPLETION = DEFINITIONS["COMPLETION"]
WITHDRAWAL = DEFINITIONS["WITHDRAWAL"]
NEW_NAME = {"givenNames": "Anna", "familyName": "Smith"}


async def test_a_default_applies_when_the_key_is_absent() -> None:
    form = await check_values(NAME, NEW_NAME)
    assert form == CheckedForm({"givenNames": "Anna", "familyName": "Smith", "isLegalChange": True}, (), ())


async def test_a_default_does_not_apply_to_an_empty_value() -> None:
    form = await check_values(NAME, NEW_NAME | {"isLegalChange": None})
    assert form.problems == (problem_at("isLegalChange", ErrorCode.REQUIRED, "'Legal name change?' is required."),)


async def test_false_is_filled() -> None:
    form = await check_values(NAME, NEW_NAME | {"isLegalChange": False})
    assert form == CheckedForm({"givenNames": "Anna", "familyName": "Smith", "isLegalChange": False}, (), ())


async def test_a_default_of_a_hidden_field_does_not_apply() -> None:
    definition = TypeDefinition(
        fields=(
            TextField(key="a", label="A"),
            BooleanField(key="b", label="B", default=True, visible_when=FieldCondition(field="a", is_one_of=("x",))),
        )
    )
    assert (await check_values(definition, {"a": "y"})).values == {"a": "y"}
    assert (await check_values(definition, {"a": "x"})).values == {"a": "x", "b": True}


async def test_a_refused_confirmation_is_required() -> None:
    entry = {"postcode": "SW1A 1AA", "addressLine1": "1 High Street", "confirmed": False}
    form = await check_values(DEFINITIONS["CHANGE_OF_ADDRESS"], entry)
    label = "I confirm that this is the learner's address"
    assert form.problems == (problem_at("confirmed", ErrorCode.REQUIRED, f"'{label}' must be confirmed."),)


@pytest.mark.parametrize("empty_value", [None, "", " "])
async def test_a_hidden_field_may_be_empty(empty_value: str | None) -> None:
    entry = {"lastLearningDate": TODAY, "withdrawReason": ["3"], "reasonDetail": empty_value}
    form = await check_values(WITHDRAWAL, entry)
    values: dict[str, Any] = {"oneAimOnly": False, "lastLearningDate": "2026-11-24", "withdrawReason": ["3"]}
    assert form == CheckedForm(values, (), ())


@pytest.mark.parametrize("reason", ["44", "97", "98"])
async def test_a_condition_holds_for_each_listed_choice(reason: str) -> None:
    form = await check_values(WITHDRAWAL, {"lastLearningDate": TODAY, "withdrawReason": [reason]})
    assert form.problems == (problem_at("reasonDetail", ErrorCode.REQUIRED, "'Details' is required."),)


async def test_any_value_of_a_hidden_field_is_a_single_problem() -> None:
    entry = {"lastLearningDate": TODAY, "withdrawReason": ["3"], "reasonDetail": Decimal(1)}
    form = await check_values(WITHDRAWAL, entry)
    assert form.problems == (
        problem_at(
            "reasonDetail",
            ErrorCode.UNKNOWN_FIELD,
            "'Details' does not belong in this form with this 'Reason (ILR)'.",
            field="withdrawReason",
            allowed="44, 97, 98",
        ),
    )


async def test_a_condition_holds_if_any_chosen_value_is_listed() -> None:
    entry = {"whatChanges": ["ROLE", "HOURS"], "effectiveDate": TODAY}
    form = await check_values(DEFINITIONS["CHANGE_OF_WORKING_CONDITIONS"], entry)
    assert error_codes(form) == [("newHours", ErrorCode.REQUIRED), ("jobTitle", ErrorCode.REQUIRED)]


async def test_a_condition_on_a_hidden_field_does_not_hold() -> None:
    entry = {
        "scope": ["PRACTICAL_PERIOD"],
        "actualEndDate": dt.date(2026, 9, 1),
        "actualHours": 400,
        "outcome": ["1"],
        "achievementDate": dt.date(2026, 10, 1),
    }
    form = await check_values(COMPLETION, entry)
    assert error_codes(form) == [("outcome", ErrorCode.UNKNOWN_FIELD), ("achievementDate", ErrorCode.UNKNOWN_FIELD)]


CONTROLLING_FIELDS: list[tuple[FieldDefinition, object, str]] = [
    (TextField(key="c", label="C"), " Chéf ", "Chéf"),
    (IntegerField(key="c", label="C"), 12, "12"),
    (DecimalField(key="c", label="C"), Decimal("12.50"), "12.5"),
    (DateField(key="c", label="C"), dt.date(2026, 9, 1), "2026-09-01"),
    (BooleanField(key="c", label="C"), True, "true"),
    (BooleanField(key="c", label="C"), False, "false"),
    (ChoiceField(key="c", label="C", choices=(Choice(value="LEGAL", label="Legal"),)), ["LEGAL"], "LEGAL"),
]


@pytest.mark.parametrize(("controlling_field", "value", "text"), CONTROLLING_FIELDS)
async def test_a_condition_compares_the_canonical_text(
    controlling_field: FieldDefinition, value: object, text: str
) -> None:
    def form(is_one_of: str) -> TypeDefinition:
        condition = FieldCondition(field="c", is_one_of=("other", is_one_of))
        return TypeDefinition(fields=(controlling_field, TextField(key="d", label="D", visible_when=condition)))

    assert error_codes(await check_values(form(text), {"c": value, "d": "x"})) == []
    assert error_codes(await check_values(form(text + "1"), {"c": value, "d": "x"})) == [("d", ErrorCode.UNKNOWN_FIELD)]
    assert error_codes(await check_values(form(text), {"d": "x"})) == [("d", ErrorCode.UNKNOWN_FIELD)]


@pytest.mark.parametrize("nonsense", ["1E+999999999999", "NaN", "sNaN", "Infinity", "1_0", "\u0661", ""])
async def test_a_condition_on_a_decimal_ignores_texts_that_are_not_numbers(nonsense: str) -> None:
    condition = FieldCondition(field="c", is_one_of=(nonsense,))
    fields = (DecimalField(key="c", label="C"), TextField(key="d", label="D", visible_when=condition))
    assert error_codes(await check_values(TypeDefinition(fields=fields), {"c": Decimal(1), "d": "x"})) == [
        ("d", ErrorCode.UNKNOWN_FIELD)
    ]


@pytest.mark.parametrize(
    "condition", [FieldCondition(field="later", is_one_of=("x",)), FieldCondition(field="a", is_one_of=("x",))]
)
async def test_a_condition_on_a_later_field_or_on_itself_never_holds(condition: FieldCondition) -> None:
    fields = (TextField(key="a", label="A", visible_when=condition), TextField(key="later", label="Later"))
    form = await check_values(TypeDefinition(fields=fields), {"a": "x", "later": "x"})
    assert error_codes(form) == [("a", ErrorCode.UNKNOWN_FIELD)]
