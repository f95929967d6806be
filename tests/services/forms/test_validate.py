"""Validation of forms on creation."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from services.forms.definitions import (
    BooleanField,
    Choice,
    ChoiceField,
    DateField,
    DecimalField,
    FieldCondition,
    FieldDefinition,
    FileField,
    IntegerField,
    ReferenceField,
    ReferenceTarget,
    TextField,
    TypeDefinition,
)
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.types import Reference, SubmittedValue
from services.forms.validate import CheckedForm, check_form
from services.kernel.errors import ErrorCode, Problem
from services.tracker_types.builtin import load_builtin_types
from tests.support.scenarios.form_samples.forms import TODAY, check_values, error_codes, problem_at, submitted_value

DEFINITIONS = {builtin.key: builtin.definition for builtin in load_builtin_types()}
ILR = DEFINITIONS["ILR"]


async def test_values_in_any_order_are_returned_in_form_order() -> None:
    entry = {
        "effectiveDate": dt.date(2026, 9, 1),
        "ruleName": " ULN_04 ",
        "uln": "927 630 8686",
        "currentValue": "  ",
        "aimReference": None,
        "queryKind": ["VALIDATION_ERROR", "VALIDATION_ERROR"],
        "ilrYear": "26-27",
    }
    form = await check_values(ILR, entry)
    assert form == CheckedForm(
        {
            "ilrYear": "26-27",
            "queryKind": ["VALIDATION_ERROR"],
            "ruleName": "ULN_04",
            "uln": "9276308686",
            "effectiveDate": "2026-09-01",
        },
        (),
        (),
    )
    assert list(form.values) == ["ilrYear", "queryKind", "ruleName", "uln", "effectiveDate"]


async def test_all_problems_are_listed_together_in_form_order() -> None:
    entry = {
        "nonsense": "x",
        "effectiveDate": "soon",
        "uln": "9276308685",
        "ilrField": "Learn Start Date",
        "queryKind": ["VALIDATION_ERROR"],
        "proposedValue": "2026-09-01",
        "\ud800": None,
    }
    form = await check_values(ILR, entry)
    assert form.problems == (
        problem_at("ilrYear", ErrorCode.REQUIRED, "'ILR year' is required."),
        problem_at(
            "ilrField",
            ErrorCode.INVALID_FORMAT,
            "'ILR field' must be written like this: letters and digits, as in LearnStartDate.",
        ),
        problem_at("ruleName", ErrorCode.REQUIRED, "'Validation rule' is required."),
        problem_at(
            "proposedValue",
            ErrorCode.UNKNOWN_FIELD,
            "'Proposed value' does not belong in this form with this 'Kind of query'.",
            field="queryKind",
            allowed="INCORRECT_DATA, CHANGE_REQUEST",
        ),
        Problem(
            ("values", "uln"),
            ErrorCode.INVALID_CHECKSUM,
            "'ULN, if it is the one in question' is not valid. Its check digit does not fit: a digit may be mistyped.",
            (),
            "ULN_04",
        ),
        problem_at("effectiveDate", ErrorCode.WRONG_KIND, "'Effective date' takes a date.", allowed="date"),
        problem_at("nonsense", ErrorCode.UNKNOWN_FIELD, "This form has no such field."),
        problem_at("?", ErrorCode.UNKNOWN_FIELD, "This form has no such field."),
    )


async def test_an_empty_entry_lacks_the_required_fields() -> None:
    missing_keys = {
        key: [field for field, _ in error_codes(await check_values(form, {}))] for key, form in DEFINITIONS.items()
    }
    assert missing_keys == {
        "JOB": ["jobTitle", "organisation", "startDate"],
        "APPRENTICESHIP": ["organisation", "startDate"],
        "TRAINEESHIP": ["organisation", "startDate"],
        "EDUCATION": ["institution", "courseTitle", "startDate"],
        "SELF_EMPLOYMENT": ["jobTitle", "startDate"],
        "ILR": ["ilrYear", "queryKind"],
        "COMPLIANCE": ["documentKind", "issue"],
        "CHANGE_OF_NAME": ["givenNames", "familyName"],  # isLegalChange has a default
        "CHANGE_OF_ADDRESS": ["postcode", "addressLine1", "confirmed"],
        "CHANGE_OF_EMPLOYER": ["newEmployer", "oldEndDate", "newStartDate", "previousHours", "newHours"],
        "CHANGE_OF_WORKING_CONDITIONS": ["whatChanges", "effectiveDate"],
        "LEARNING_SUPPORT": ["dateFrom"],
        "BREAK_IN_LEARNING": [
            "lastLearningDate",
            "expectedReturnDate",
            "reason",
            "agreedWithLearner",
            "agreedWithEmployer",
        ],
        "RETURN_TO_LEARNING": ["returnDate", "employerConfirmed"],
        "WITHDRAWAL": ["lastLearningDate", "withdrawReason"],
        "CHANGE_OF_PROGRAMME": ["newProgramme", "endDate", "newStartDate", "confirmed"],
        "COMPLETION": ["scope", "actualEndDate"],
    }


@pytest.mark.parametrize("empty", [None, "", "  \n"])
async def test_a_required_field_cannot_be_empty(empty: str | None) -> None:
    entry = {"ilrYear": empty, "queryKind": ["MISSING_DATA"]}
    form = await check_values(ILR, entry)
    assert form == CheckedForm(
        {"queryKind": ["MISSING_DATA"]}, (), (problem_at("ilrYear", ErrorCode.REQUIRED, "'ILR year' is required."),)
    )


async def test_an_empty_list_is_not_filled() -> None:
    form = await check_values(ILR, {"ilrYear": "26-27", "queryKind": []})
    assert form.problems == (problem_at("queryKind", ErrorCode.REQUIRED, "'Kind of query' is required."),)


async def test_an_invalid_value_is_not_also_reported_as_missing() -> None:
    form = await check_values(ILR, {"ilrYear": Decimal(26), "queryKind": ["NONSENSE"]})
    assert error_codes(form) == [("ilrYear", ErrorCode.WRONG_KIND), ("queryKind", ErrorCode.NOT_A_CHOICE)]


async def test_a_repeated_key_is_one_problem_and_its_first_value_is_used() -> None:
    values = [submitted_value("ilrYear", year) for year in ("26-28", "26-27")]
    values += [
        submitted_value("nonsense", 1),
        submitted_value("nonsense", 2),
        submitted_value("queryKind", ["MISSING_DATA"]),
    ]
    form = check_form(ILR, values, lookup=Lookup(), today=TODAY)
    assert error_codes(form) == [
        ("ilrYear", ErrorCode.DUPLICATE),
        ("ilrYear", ErrorCode.INVALID_FORMAT),
        ("nonsense", ErrorCode.UNKNOWN_FIELD),
    ]
    assert form.problems[0] == problem_at("ilrYear", ErrorCode.DUPLICATE, "'ILR year' was given more than once.")


VALUES: dict[str, tuple[object, str]] = {
    "text": ("x", "text"),
    "integer": (1, "a whole number"),
    "decimal": (Decimal("1.5"), "a number"),
    "date": (dt.date(2026, 9, 1), "a date"),
    "boolean": (True, "yes or no"),
    "choices": (["A"], "a choice from its list"),
    "reference": (
        Reference(ReferenceTarget.EMPLOYER, UUID(int=1)),
        "a member, an employer or a programme of your organisation",
    ),
    "files": ([UUID(int=1)], "uploaded files"),
}
FIELDS: dict[str, FieldDefinition] = {
    "text": TextField(key="f", label="Field"),
    "integer": IntegerField(key="f", label="Field"),
    "decimal": DecimalField(key="f", label="Field"),
    "date": DateField(key="f", label="Field"),
    "boolean": BooleanField(key="f", label="Field"),
    "choices": ChoiceField(key="f", label="Field", choices=(Choice(value="A", label="A"),)),
    "reference": ReferenceField(key="f", label="Field", target=ReferenceTarget.EMPLOYER),
    "files": FileField(key="f", label="Field"),
}


@pytest.mark.parametrize(("kind", "slot"), [(kind, slot) for kind in FIELDS for slot in VALUES if kind != slot])
async def test_a_value_in_the_slot_of_another_kind_is_refused(kind: str, slot: str) -> None:
    form = await check_values(TypeDefinition(fields=(FIELDS[kind],)), {"f": VALUES[slot][0]})
    problem = problem_at("f", ErrorCode.WRONG_KIND, f"'Field' takes {VALUES[kind][1]}.", allowed=kind)
    assert form == CheckedForm({}, (), (problem,))


async def test_validating_thousands_of_dependent_fields() -> None:
    count = 5_000
    fields: list[FieldDefinition] = [TextField(key="f0", label="F0")]
    for number in range(1, count):
        condition = FieldCondition(field=f"f{number - 1}", is_one_of=("x",))
        fields.append(TextField(key=f"f{number}", label=f"F{number}", visible_when=condition, required=True))
    definition = TypeDefinition(fields=tuple(fields))
    everything = {field.key: "x" for field in fields}
    assert (await check_values(definition, everything)) == CheckedForm(everything, (), ())
    hidden = await check_values(definition, everything | {"f0": "y"})
    assert error_codes(hidden) == [(f"f{number}", ErrorCode.UNKNOWN_FIELD) for number in range(1, count)]
    same = [SubmittedValue("f0", "text", "x")] * count
    twice = check_form(definition, same, lookup=Lookup(), today=TODAY)
    assert error_codes(twice) == [("f0", ErrorCode.DUPLICATE), ("f1", ErrorCode.REQUIRED)]
