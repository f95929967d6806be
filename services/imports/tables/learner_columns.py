"""The columns of tables of learners."""

import re

from models import ProgrammeStatus
from services.automations.record_fields import STATUS_NAMES
from services.forms.definitions import TextFormat
from services.imports.ilr.field_rules import rules_of
from services.imports.tables.cells import (
    CellError,
    formatted_code,
    formatted_text,
    limited_text,
    parse_boolean,
    parse_employer_id,
    parse_hours,
    whole_number,
)
from services.imports.tables.columns import Column, ColumnSet, heading_key
from services.imports.tables.ilr_text import address_warning, name_warning
from services.kernel.names import clean_name, name_key
from services.kernel.text import normalise_email
from services.kernel.words import quote

# What people and other systems call some statuses, beside the names of the API.
_OTHER_STATUS_NAMES = {
    "In learning": ProgrammeStatus.ACTIVE,
    "On break": ProgrammeStatus.ON_A_BREAK,
    "Break in learning": ProgrammeStatus.ON_A_BREAK,
    "EPA": ProgrammeStatus.ENTERED_EPA,
    "In EPA": ProgrammeStatus.ENTERED_EPA,
    "Gateway": ProgrammeStatus.ENTERED_EPA,
    "Completed": ProgrammeStatus.COMPLETE,
}
_STATUSES = {heading_key(name): status for status, label in STATUS_NAMES.items() for name in (status, label)} | {
    heading_key(name): status for name, status in _OTHER_STATUS_NAMES.items()
}
_TOTAL = re.compile(r"(?:grand |sub-?)?totals?(?:\W.*)?|(?:sum|count|average|summe|gesamt)\W*", re.IGNORECASE)


def _parse_reference(text: str) -> str:
    reference = whole_number(clean_name(text) or text)
    if not reference:
        raise CellError("It is missing.", "FD_LearnRefNumber_MA")
    if _TOTAL.fullmatch(reference):
        raise CellError("It is a total, not a learner's reference. Delete this row.")
    if LEARNER_COLUMNS.is_heading(reference):
        raise CellError(
            "It is a heading, not a reference. Delete this row; or if the first column has the headings, copy the table and "
            "paste it in Excel with Paste Special, Transpose."
        )
    if len(reference) > 12 or not (reference.isascii() and reference.replace(" ", "").isalnum()):
        raise CellError("It must have 1 to 12 letters, digits and spaces.", "FD_LearnRefNumber_AP")
    return reference


def _parse_status(text: str) -> ProgrammeStatus | None:
    if not text:
        return None
    status = _STATUSES.get(heading_key(text[:100]))
    if status is None:
        raise CellError(f"It must be one of {', '.join(map(quote, STATUS_NAMES.values()))}.")
    return status


def _parse_groups(text: str) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for part in text.split(";"):
        if name := clean_name(part):
            names.setdefault(name_key(name), name)
    if any(len(name) > 200 for name in names.values()):
        raise CellError("A group's name has more than 200 characters.")
    return tuple(sorted(names.values()))


def _parse_email(text: str) -> str | None:
    return normalise_email(text) or None


def _name_column(name: str, key: str, ilr_name: str, *also: str) -> Column:
    rules = rules_of(ilr_name)
    parse = limited_text(rules.max_length, rules.length)
    takes = 'at most 100 characters; an ILR return cannot hold digits, | and "'
    return Column(name, takes, parse, (ilr_name, *also), key, True, name_warning, rules.pattern, ilr_name, True)


def _address_column(line: int, *also: str) -> Column:
    ilr_name = f"AddLine{line}"
    names = (ilr_name, f"Address {line}", f"Addr {line}", f"Home address line {line}", *also)
    takes = "at most 50 characters; an ILR return cannot hold accents and some punctuation"
    rules = rules_of(ilr_name)
    parse = limited_text(rules.max_length, rules.length)
    return Column(
        f"addressLine{line}", takes, parse, names, f"address_line{line}",
        warning=address_warning, warning_rule=rules.pattern, element=ilr_name,
    )  # fmt: skip


_TOWN = ("addressLine3", "addressLine4")
_VAGUE = {
    **dict.fromkeys(("address", "homeaddress", "street", "streetaddress"), ("addressLine1", "addressLine2")),
    **dict.fromkeys(("town", "city", "towncity", "townorcity"), _TOWN),
    "county": ("addressLine4",),
}
_NOT_KEPT = "it is not kept"
_BY_RETURN = "learning aims come from ILR returns only"
_POSTCODE = formatted_text(TextFormat.POSTCODE)

LEARNER_COLUMNS = ColumnSet(
    (
        Column(
            "learnerReference", "1 to 12 letters, digits and spaces, different for each learner; required",
            _parse_reference,
            ("LearnRefNumber", "Learner ref", "Learner ref no", "Learner ref number", "Learner reference number",
             "Learner reference no", "Learner number", "Learner no", "Learner ID", "Reference", "Ref", "Student ref",
             "Student reference", "Student number", "Student ID", "Apprentice ID", "Apprentice reference"),
        ),
        Column("title", "at most 20 characters", limited_text(20), ("Salutation",), "title"),
        _name_column(
            "givenNames", "given_names", "GivenNames", "Given name", "First name", "First names", "Forename", "Forenames",
            "Learner first name", "Learner forename", "Learner given names",
        ),
        _name_column(
            "familyName", "family_name", "FamilyName", "Surname", "Last name", "Second name", "Learner surname",
            "Learner last name", "Learner family name",
        ),
        Column(
            "uln", "10 digits with a check digit", formatted_code(TextFormat.ULN),
            ("Unique learner number", "ULN number", "Learner ULN", "Unique learner no"), "uln", element="ULN",
        ),
        Column(
            "programme", "the programme's name, at most 200 characters; a new one is created", limited_text(200),
            ("Program", "Programme name", "Programme title", "Course", "Course name", "Course title", "Apprenticeship"),
            "programme",
        ),
        Column(
            "subProgramme", "at most 200 characters", limited_text(200),
            ("Sub-program", "Sub-programme name", "Cohort"), "sub_programme",
        ),
        Column(
            "programmeStatus", f"one of {', '.join(STATUS_NAMES.values())}", _parse_status,
            ("Status", "Learner status", "Program status", "Programme state"), "programme_status", True,
        ),
        Column(
            "tutorEmail", "the e-mail address of an active member of the organisation", _parse_email,
            ("Tutor's e-mail", "Tutor e-mail address", "Tutor's e-mail address", "Coach e-mail", "Skills coach e-mail",
             "Trainer e-mail", "Assessor e-mail"), "tutor_email",
        ),
        Column(
            "employer", "the employer's name, at most 200 characters; a new one is created", limited_text(200),
            ("Employer name", "Company", "Company name", "Employer's name"),
        ),
        Column(
            "employerId", "the employer's identifier of 9 digits", parse_employer_id,
            ("EmpId", "Employer identifier", "Employer number", "ERN", "EDRS", "EDRS number", "EDRS ID",
             "Employer reference number"), element="EmpId",
        ),
        Column(
            "employerConfirmed", "yes or no: whether the employer is confirmed", parse_boolean,
            ("Confirmed employer", "Is employer confirmed"),
        ),
        Column(
            "jobTitle", "at most 120 characters", limited_text(120),
            ("Job", "Job role", "Role", "Position", "Occupation"), "job_title",
        ),
        Column(
            "weeklyHours", "a number above 0 and up to 168, with at most two decimal places", parse_hours,
            ("Hours per week", "Hours a week", "Hours/week", "Working hours", "Contracted hours", "Weekly contracted hours",
             "Hours"), "weekly_hours",
        ),
        Column(
            "workplacePostcode", "a UK postcode", _POSTCODE,
            ("Work postcode", "Workplace post code", "Postcode of workplace"), "workplace_postcode",
        ),
        _address_column(1, "Address", "Home address", "Street", "Street address"),
        _address_column(2),
        _address_column(3, "Town", "City", "Town/City", "Town or city"),
        _address_column(4, "County"),
        Column("postcode", "a UK postcode", _POSTCODE, ("Home postcode", "Postal code", "Learner postcode"), "postcode",
               element="Postcode"),
        Column(
            "groups", "names of groups, separated by semicolons; new ones are created", _parse_groups,
            ("Group", "Group name", "Group names", "Class", "Learner groups"), "groups",
        ),
    ),
    "learnerReference",
    "import-learners",
    {
        _NOT_KEPT: (
            "DateOfBirth", "DOB", "Birth date", "Birthday", "Age", "NINumber", "NINO",
            "NI", "National Insurance number", "National Insurance no", "Sex", "Gender", "Ethnicity", "Ethnic group",
            "Ethnic origin", "Nationality", "LLDDHealthProb", "LLDD", "LLDDCat", "PrimaryLLDD", "Disability", "Disabilities",
            "Learning difficulty", "PriorAttain", "Prior attainment", "Accom", "ALSCost", "TelNo", "Telephone", "Phone",
            "Telephone number", "Phone number", "Mobile", "Mobile number", "Mobile phone", "Email", "Email address",
            "Learner email", "Personal email", "Next of kin", "Emergency contact", "PostcodePrior", "PrevLearnRefNumber",
            "PrevUKPRN", "PMUKPRN", "UKPRN", "CampId", "OTJHours", "PlanLearnHours", "PlanEEPHours", "MathGrade", "EngGrade",
            "Middle name", "Middle names", "Preferred name", "Known as", "EmpStat", "DateEmpStatApp", "Country",
        ),
        _BY_RETURN: (
            "AimSeqNumber", "LearnAimRef", "AimType", "LearnStartDate", "OrigLearnStartDate", "LearnPlanEndDate",
            "LearnActEndDate", "AchDate", "FundModel", "ProgType", "StdCode", "FworkCode", "PwayCode", "CompStatus",
            "Outcome", "WithdrawReason", "EPAOrgID", "SWSupAimId", "DelLocPostCode", "ConRefNumber", "Start date", "End date",
            "Planned end date", "Actual end date", "Expected end date", "Programme start date",
        ),
        "a name has two columns, givenNames and familyName": (
            "Name", "Full name", "Learner name", "Learner", "Student name", "Apprentice name",
        ),
        "a tutor is found by tutorEmail": (
            "Tutor", "Tutor name", "Coach", "Coach name", "Trainer", "Trainer name", "Assessor", "Assessor name",
        ),
    },
    _VAGUE,
)  # fmt: skip
