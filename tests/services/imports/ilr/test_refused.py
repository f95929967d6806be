"""Tests of wrong ILR returns: problems of single learners, and errors that refuse the whole file."""

from collections.abc import Iterator
from datetime import date

import pytest

from services.imports.entry import LearnerEntry
from services.imports.report import EntryProblem
from tests.support.scenarios.ilr_returns import (
    AIM_XML,
    RETURNS,
    error_message,
    learner_xml,
    read_file,
    read_single_learner,
    return_xml,
)


def learners_with_problems() -> Iterator[LearnerEntry]:
    """Yield the learners of ``wrong-values.xml`` that have problems."""
    for _, entry in read_file("broken/wrong-values.xml"):
        if entry.problems:
            yield entry


class TestCodesOfOtherYears:
    @pytest.mark.parametrize(
        ("year", "field", "code", "allowed"),
        [
            ("2026-27", "FundModel", 10, "11, 25, 35, 36, 37, 38, 39, 81, 82, 99"),
            ("2025-26", "FundModel", 39, "10, 11, 25, 35, 36, 37, 38, 81, 82, 99"),
            ("2025-26", "ProgType", 34, "25, 30, 31, 32, 33"),
        ],
    )
    def test_a_code_of_another_year_is_an_error_that_names_the_year(
        self, year: str, field: str, code: int, allowed: str
    ) -> None:
        aim = AIM_XML.replace("<CompStatus>", f"<{field}>{code}</{field}><CompStatus>")
        entry = read_single_learner(learner_xml(aims=aim), f"ILR/{year}")
        message = f"This code is not in the list of the ILR year {year}: it must be one of {allowed}."
        rule = {"FundModel": "FundModel_01", "ProgType": "ProgType_03"}[field]
        assert entry.problems == [EntryProblem(3, f"LearningDelivery 1, {field}", message, rule)]
        assert entry.aims is not None
        assert entry.aims[0].wrong == {{"FundModel": "fund_model", "ProgType": "programme_type"}[field]}

    @pytest.mark.parametrize(
        ("year", "field", "code"),
        [
            ("2025-26", "FundModel", 10),
            ("2026-27", "FundModel", 39),
            ("2026-27", "ProgType", 34),
            ("2024-25", "ProgType", 34),  # its list is not known
            ("2018-19", "FundModel", 10),
            ("2026-27", "FundModel", 70),  # in no list that is known
            ("2026-27", "WithdrawReason", 55),
        ],
    )
    def test_other_codes_are_taken(self, year: str, field: str, code: int) -> None:
        aim = AIM_XML.replace("<CompStatus>", f"<{field}>{code}</{field}><CompStatus>")
        entry = read_single_learner(learner_xml(aims=aim), f"ESFA/ILR/{year}")
        assert entry.problems == []
        assert entry.aims is not None
        assert code in (entry.aims[0].fund_model, entry.aims[0].programme_type, entry.aims[0].withdraw_reason)


class TestInvalidLearners:
    def test_every_problem_is_reported_with_line_place_and_rule(self) -> None:
        assert [
            (entry.reference, *((problem.line, problem.place, problem.rule) for problem in entry.problems))
            for entry in learners_with_problems()
        ] == [
            ("W2", (47, "ULN", "ULN_04")),
            ("W3", (76, "NINumber", "NINumber_01")),
            ("W4", (100, "Postcode", "Postcode_15")),
            ("W5", (126, "LearnerEmploymentStatus, EmpId", "EmpId_02")),
            (
                "W6",
                (142, "FamilyName", "FD_FamilyName_AP"),
                (158, "LearningDelivery 1, CompStatus", "CompStatus_01"),
                (156, "LearningDelivery 1, FundModel", "FD_FundModel_AL"),
                (154, "LearningDelivery 1, LearnStartDate", None),
            ),
            (
                "W7-long-reference",
                (162, "LearnRefNumber", "FD_LearnRefNumber_AL"),
                (161, "ULN", "FD_ULN_MA"),
                (161, "FamilyName", "FamilyName_01"),
                (170, "LearningDelivery 1, LearnAimRef", "FD_LearnAimRef_MA"),
                (170, "LearningDelivery 1, AimType", "FD_AimType_MA"),
            ),
            ("W8", (179, "LearningDelivery", "FD_LearningDelivery_EO")),
        ]

    def test_messages_never_contain_the_value(self) -> None:
        assert [
            p for entry in learners_with_problems() for p in entry.problems if "QQ" in p.message or "1CI" in p.message
        ] == []

    @pytest.mark.parametrize("text", ["2026-02-30", "20260901", "2026-9-1", "1899-12-31", "2101-01-01", "0000-00-00"])
    def test_invalid_dates_are_problems(self, text: str) -> None:
        entry = read_single_learner(learner_xml(aims=AIM_XML.replace("2026-09-10", text)))
        place = "LearningDelivery 1, LearnStartDate"
        assert entry.problems == [EntryProblem(3, place, "It must be a date like 2026-09-01, between 1900 and 2100.")]

    def test_a_date_may_have_a_time_zone(self) -> None:
        entry = read_single_learner(learner_xml(aims=AIM_XML.replace("2026-09-10", "2026-09-10Z")))
        assert entry.aims is not None
        assert (entry.problems, entry.aims[0].start_date) == ([], date(2026, 9, 10))

    @pytest.mark.parametrize("reference", ["A-1", "Ä1", "A\t1", "A" * 13])
    def test_invalid_references_are_problems(self, reference: str) -> None:
        entry = read_single_learner(learner_xml().replace("A1", reference))
        assert [problem.place for problem in entry.problems] == ["LearnRefNumber"]

    def test_three_megabytes_of_text_are_truncated_and_not_taken(self) -> None:
        entry = read_single_learner(learner_xml().replace("Sample", "S" * 3_000_000))
        assert [(problem.rule, len(problem.value)) for problem in entry.problems] == [("FD_FamilyName_AL", 200)]
        assert "family_name" not in entry.values


class TestUnreadableFiles:
    @pytest.mark.parametrize(
        ("name", "error"),
        [
            (
                "not-well-formed.xml",
                "return.xml, line 25: is not well-formed XML: a closing tag does not match the opening one; export the return again",
            ),
            ("cut-off.xml", "return.xml, line 120: is not well-formed XML: it is cut off; export the return again"),
            ("dtd.xml", "return.xml, line 2: has a document type declaration (DTD), which is not allowed"),
            ("entities.xml", "return.xml, line 2: has a document type declaration (DTD), which is not allowed"),
            ("external-entity.xml", "return.xml, line 2: has a document type declaration (DTD), which is not allowed"),
            (
                "unknown-namespace.xml",
                "return.xml, line 2: is not an ILR return: "
                "the root must be Message in a namespace of ESFA/ILR/2018-19 to ILR/2026-27",
            ),
            (
                "no-namespace.xml",
                "return.xml, line 2: is not an ILR return: "
                "the root must be Message in a namespace of ESFA/ILR/2018-19 to ILR/2026-27",
            ),
            (
                "unknown-encoding.xml",
                "return.xml, line 1: is in an unsupported encoding; export the return again, in UTF-8",
            ),
        ],
    )
    def test_the_error_message_is_a_single_line(self, name: str, error: str) -> None:
        assert error_message((RETURNS / "broken" / name).read_bytes()) == error

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", "line 1: is not well-formed XML: it is cut off"),
            (return_xml("&undefined;"), "line 1: is not well-formed XML: it has an unknown entity"),
            (b"\n<?xml version='1.0'?><a/>", "line 2: is not well-formed XML: there is something before <?xml"),
            (
                return_xml("&#x1F;"),
                "line 1: is not well-formed XML: it has the code of a character that is not allowed",
            ),
            (
                b"\xff\xfe" + "<?xml version='1.0' encoding='utf-8'?><a/>".encode("utf-16-le"),
                "line 1: is not well-formed XML: its encoding is another one than it says",
            ),
            (return_xml("") + b"\nmore", "line 2: is not well-formed XML: there is something after its end"),
            (return_xml("<a>" * 50), "line 1: is nested more than 50 elements deep"),
            (return_xml(f"<!--{'x' * 3_000_000}-->"), "line 1: has a tag or comment of more than 1 MB"),
            (return_xml(f'<a b="{"x" * 3_000_000}"/>'), "line 1: has a tag or comment of more than 1 MB"),
            (
                return_xml(learner_xml("<LearningDelivery/>" * 10_000)),
                "line 2: has a Learner with more than 10000 entities",
            ),
            (return_xml("", "ESFA/ILR/2019-21"), "is not an ILR return"),
            (return_xml("", "ILR/2027-28"), "is not an ILR return"),
            (b'<Learner xmlns="ILR/2026-27"/>', "is not an ILR return"),
            (b'<?xml version="1.0" encoding="utf-7"?><a/>', "is in an unsupported encoding"),
            (b'<?xml version="1.0" encoding="big5"?><a/>', "is in an unsupported encoding"),
            ("<Message xmlns='ILR/2026-27'>é</Message>".encode("latin-1"), "is not well-formed XML"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_hostile_content_is_refused(self, content: bytes, error: str) -> None:
        assert error in error_message(content)

    def test_a_file_truncated_at_any_byte_is_refused(self) -> None:
        content = return_xml(learner_xml()) + b"\n"
        for end in range(len(content) - 1):
            assert "is not well-formed XML" in error_message(content[:end])
