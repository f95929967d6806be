"""Querying forms: every kind of field with the attributes that clients need for display and validation."""

from typing import Any

from tests.support.clients.graphql import data
from tests.support.scenarios.college import college

FORM = """
query ($key: String!) {
  trackerType(key: $key) { fields {
    __typename key label kind required requiredFor visibleWhen { field isOneOf }
    ... on TextField { multiline minLength maxLength format pattern patternHint }
    ... on IntegerField { minimum maximum }
    ... on DecimalField { minimum maximum places }
    ... on DateField { earliest { date today field offsetDays } latest { date today field offsetDays } }
    ... on BooleanField { default mustBeTrue }
    ... on ChoiceField { multiple choices { value label validFrom validTo } }
    ... on ReferenceField { target confirmedOnly }
    ... on FileField { accept maxBytes maxFiles }
  } }
}
"""


def field(kind: str, key: str, label: str, *, required: bool = False, **attributes: Any) -> dict[str, Any]:
    common = {"required": required, "requiredFor": [], "visibleWhen": None}
    return {"__typename": f"{kind.capitalize()}Field", "kind": kind, "key": key, "label": label} | common | attributes


def text(key: str, label: str, max_length: int, **attributes: Any) -> dict[str, Any]:
    defaults = {"multiline": False, "minLength": None, "format": None, "pattern": None, "patternHint": None}
    return field("TEXT", key, label, maxLength=max_length, **defaults | attributes)


def day(key: str, label: str, *, earliest: Any = (), latest: Any = (), **attributes: Any) -> dict[str, Any]:
    defaults = {"date": None, "today": False, "field": None, "offsetDays": 0}
    bounds = {
        name: [defaults | bound for bound in entries] for name, entries in (("earliest", earliest), ("latest", latest))
    }
    return field("DATE", key, label, **bounds | attributes)


def choice(
    key: str, label: str, *, multiple: bool = False, choices: dict[str, str], **attributes: Any
) -> dict[str, Any]:
    choice_documents = [
        {"value": value, "label": name, "validFrom": None, "validTo": None} for value, name in choices.items()
    ]
    return field("CHOICE", key, label, multiple=multiple, choices=choice_documents, **attributes)


JOB = [
    text("jobTitle", "Job title", 120, required=True),
    field("REFERENCE", "organisation", "Organisation", required=True, target="EMPLOYER", confirmedOnly=True),
    day("startDate", "Start date", required=True),
    day("endDate", "End date", earliest=[{"field": "startDate"}], requiredFor=["CLOSED"]),
    field("DECIMAL", "hourlyRate", "Hourly rate (£)", minimum="0.01", maximum="9999.99", places=2),
    field("DECIMAL", "weeklyHours", "Weekly hours", minimum="0.25", maximum="168", places=2),
    choice(
        "contractKind",
        "Contract",
        choices={
            "PERMANENT": "Permanent",
            "FIXED_TERM": "Fixed term",
            "ZERO_HOURS": "Zero hours",
            "AGENCY": "Agency",
            "SEASONAL": "Seasonal",
        },
    ),
    choice(
        "evidenceKind",
        "Kind of evidence",
        multiple=True,
        choices={
            "PAYSLIP": "Payslip",
            "EMPLOYER_LETTER": "Employer's letter",
            "CONTRACT": "Contract",
            "RTI": "HMRC real-time information",
        },
    ),
    field(
        "FILE",
        "evidence",
        "Evidence",
        accept=["application/pdf", "image/png", "image/jpeg"],
        maxBytes=10_000_000,
        maxFiles=5,
    ),
    choice(
        "endReason",
        "Why it ended",
        requiredFor=["CLOSED"],
        choices={
            "RESIGNED": "Resigned",
            "DISMISSED": "Dismissed",
            "REDUNDANT": "Made redundant",
            "CONTRACT_ENDED": "Contract ended",
            "HEALTH": "Health",
            "OTHER": "Other",
        },
    ),
]
CHANGE_OF_EMPLOYER_DATES = [
    day("oldEndDate", "Last day with the old employer", required=True),
    day(
        "newStartDate",
        "First day with the new employer",
        required=True,
        earliest=[{"field": "oldEndDate", "offsetDays": 1}],
    ),
]


async def test_the_form_of_a_job(database: str) -> None:
    tenant = await college()
    assert (await data(tenant.ada, FORM, key="JOB"))["trackerType"]["fields"] == JOB


async def test_fields_unlike_those_of_the_job_form(database: str) -> None:
    tenant = await college()
    expected = {
        ("ILR", "ilrYear"): text("ilrYear", "ILR year", 5, required=True, format="ILR_YEAR"),
        ("ILR", "ruleName"): text(
            "ruleName",
            "Validation rule",
            60,
            required=True,
            pattern="[A-Za-z0-9_]+",
            patternHint="letters, digits and underscores, as in ULN_04",
            visibleWhen={"field": "queryKind", "isOneOf": ["VALIDATION_ERROR"]},
        ),
        ("LEARNING_SUPPORT", "need"): text("need", "Identified need", 2000, multiline=True),
        ("COMPLETION", "actualHours"): field(
            "INTEGER",
            "actualHours",
            "Actual off-the-job hours",
            required=True,
            minimum="0",
            maximum="9999",
            visibleWhen={"field": "scope", "isOneOf": ["PRACTICAL_PERIOD"]},
        ),
        ("COMPLETION", "actualEndDate"): day(
            "actualEndDate", "Actual end date", required=True, latest=[{"today": True}]
        ),
        ("TRAINEESHIP", "startDate"): day("startDate", "Start date", required=True, latest=[{"date": "2023-07-31"}]),
        ("CHANGE_OF_NAME", "isLegalChange"): field(
            "BOOLEAN", "isLegalChange", "Legal name change?", required=True, default=True, mustBeTrue=False
        ),
        ("CHANGE_OF_ADDRESS", "confirmed"): field(
            "BOOLEAN",
            "confirmed",
            "I confirm that this is the learner's address",
            required=True,
            default=None,
            mustBeTrue=True,
        ),
        ("CHANGE_OF_PROGRAMME", "newProgramme"): field(
            "REFERENCE", "newProgramme", "New programme", required=True, target="PROGRAMME", confirmedOnly=False
        ),
    }
    expected |= {("CHANGE_OF_EMPLOYER", field["key"]): field for field in CHANGE_OF_EMPLOYER_DATES}
    served_fields = {}
    for key, name in expected:
        fields = (await data(tenant.ada, FORM, key=key))["trackerType"]["fields"]
        served_fields[key, name] = next(field for field in fields if field["key"] == name)
    assert served_fields == expected


async def test_one_query_returns_all_forms(database: str) -> None:
    tenant = await college()
    document = FORM.replace("query ($key: String!) {\n  trackerType(key: $key) {", "{ trackerTypes { key").replace(
        "__typename key label", "__typename key label help"
    )
    types = (await data(tenant.ada, document))["trackerTypes"]
    assert len(types) == 17
    assert all(served_type["fields"] for served_type in types)
