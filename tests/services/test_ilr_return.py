"""Reading an ILR return: every year, every element that is kept, and everything that is refused."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import date
from itertools import chain, repeat
from pathlib import Path

import pytest

from models import ProgrammeStatus
from services.ilr_return import read_ilr_return
from services.ilr_xml import NAMESPACES, YEARS
from services.import_report import EntryProblem, UnreadableFileError
from services.learner_entry import AimEntry, EmployerMention, LearnerEntry

DATA = Path(__file__).parent.parent / "data" / "ilr"


def read(content: bytes) -> list[tuple[str, LearnerEntry]]:
    return list(read_ilr_return(io.BytesIO(content), "return.xml"))


def read_file(name: str) -> list[tuple[str, LearnerEntry]]:
    return read((DATA / name).read_bytes())


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as refused:
        read(content)
    return str(refused.value)


def message(body: str, namespace: str = "ILR/2026-27") -> bytes:
    return f'<Message xmlns="{namespace}">{body}</Message>'.encode()


AIM = """<LearningDelivery><LearnAimRef>60133533</LearnAimRef><AimType>4</AimType>
<LearnStartDate>2026-09-10</LearnStartDate><CompStatus>1</CompStatus></LearningDelivery>"""


def learner(more: str = "", aims: str = AIM) -> str:
    return f"""<Learner><LearnRefNumber>A1</LearnRefNumber><ULN>9276308686</ULN>
<FamilyName>Sample</FamilyName><GivenNames>Sam</GivenNames>{more}{aims}</Learner>"""


def only(body: str) -> LearnerEntry:
    [(_, entry)] = read(message(body))
    return entry


class TestWhatIsRead:
    def test_a_learner_with_everything(self) -> None:
        [(year, ada), _] = read_file("2026-27.xml")
        continuing = {
            "fund_model": 36,
            "programme_type": 25,
            "standard_code": 108,
            "planned_end_date": date(2027, 9, 30),
        }
        assert year == "2026-27"
        assert ada == LearnerEntry(
            line=22,
            reference="Y26A",
            values={
                "uln": ada.values["uln"],
                "family_name": "Ångström",
                "given_names": "Ada Mary",
                "postcode": "ZZ99 9ZZ",
                "address_line1": "1 Sample Street",
                "address_line2": "Sampleton",
                "address_line3": None,
                "address_line4": None,
                "employer": EmployerMention("100056784", "100056784"),
                "programme": "Standard 108 (ProgType 25)",
                "programme_status": ProgrammeStatus.ACTIVE,
            },
            aims=[
                AimEntry(
                    1,
                    "ZPROG001",
                    1,
                    date(2025, 9, 3),
                    6,
                    software_aim_id="2026-27-a-1",
                    actual_end_date=date(2026, 2, 28),
                    outcome=3,
                    **continuing,  # type: ignore[arg-type]
                ),
                AimEntry(
                    2,
                    "ZPROG001",
                    1,
                    date(2026, 9, 10),
                    1,
                    software_aim_id="2026-27-a-2",
                    original_start_date=date(2025, 9, 3),
                    restart=True,
                    actual_hours=390,
                    learning_support_from=date(2027, 1, 1),
                    learning_support_to=date(2027, 7, 31),
                    **continuing,  # type: ignore[arg-type]
                ),
                AimEntry(3, "60133533", 3, date(2026, 9, 10), 1, software_aim_id="2026-27-a-3", **continuing),  # type: ignore[arg-type]
            ],
        )

    def test_a_learner_without_a_programme(self) -> None:
        [_, (_, ben)] = read_file("2026-27.xml")
        assert ben.values == {
            "uln": "9999999999",
            "family_name": "O'Neill-Łuszcz",
            "given_names": "Ben",
            "postcode": "SW1A 1AA",
            "address_line1": None,
            "address_line2": None,
            "address_line3": None,
            "address_line4": None,
            "employer": None,
            "programme": "No programme",
            "programme_status": ProgrammeStatus.WITHDRAWN,
        }
        assert ben.aims == [
            AimEntry(
                1,
                "50098184",
                4,
                date(2026, 10, 1),
                3,
                fund_model=38,
                planned_end_date=date(2027, 3, 31),
                actual_end_date=date(2026, 12, 15),
                outcome=3,
                withdraw_reason=44,
            )
        ]

    @pytest.mark.parametrize("year", YEARS)
    def test_every_year(self, year: str) -> None:
        entries = read_file(f"{year}.xml")
        assert [(found, entry.reference) for found, entry in entries] == [
            (year, f"Y{year[2:4]}A"),
            (year, f"Y{year[2:4]}B"),
        ]
        assert [entry.problems for _, entry in entries] == [[], []]

    @pytest.mark.parametrize(
        ("year", "programme", "hours"),
        [
            ("2018-19", "Framework 490 (ProgType 3)", None),
            ("2020-21", "Standard 102 (ProgType 25)", 390),
            ("2025-26", "Standard 107 (ProgType 25)", 390),
            ("2026-27", "Standard 108 (ProgType 25)", 390),
        ],
    )
    def test_what_the_years_write_differently(self, year: str, programme: str, hours: int | None) -> None:
        ada = read_file(f"{year}.xml")[0][1]
        assert ada.aims is not None
        assert (ada.values["programme"], ada.aims[1].actual_hours) == (programme, hours)

    @pytest.mark.parametrize("namespace", sorted(NAMESPACES))
    def test_both_namespaces_of_a_year(self, namespace: str) -> None:
        assert [year for year, _ in read(message(learner(), namespace))] == [namespace[-7:]]

    @pytest.mark.parametrize("name", ["bom.xml", "utf-16.xml", "latin-1.xml"])
    def test_every_encoding_that_the_declaration_names(self, name: str) -> None:
        assert [entry.values["given_names"] for _, entry in read_file(name)] == ["Ada Mary", "Ben"]
        assert read_file(name)[0][1].values["family_name"] == "Ångström"

    def test_elements_that_are_not_known_are_left_alone(self) -> None:
        odd = '<Novelty><ULN>1</ULN><Learner/></Novelty><x:ULN xmlns:x="urn:other">2</x:ULN>'
        assert only(f"<Header><Learner/></Header>{learner(odd)}") == only(learner())
        assert only(learner()).problems == []

    def test_text_is_trimmed_and_composed(self) -> None:
        entry = only(learner(aims=AIM).replace("Sample", "\n  Ange\u0301lique  "))
        assert entry.values["family_name"] == "Angélique"

    def test_a_return_without_learners(self) -> None:
        assert read(message("<Header/>")) == []

    def test_lines_beyond_65535(self) -> None:
        [(_, entry)] = read(message("\n" * 70_000 + learner().replace("9276308686", "9276308685")))
        assert entry.line == 70_001
        assert entry.problems == [
            EntryProblem(70_001, "ULN", "Its check digit does not fit: a digit may be mistyped.", "ULN_04")
        ]


def status(*statuses: str) -> LearnerEntry:
    return only(learner("".join(f"<LearnerEmploymentStatus>{item}</LearnerEmploymentStatus>" for item in statuses)))


class TestEmployer:
    JOB = "<EmpStat>10</EmpStat><DateEmpStatApp>2026-08-01</DateEmpStatApp><EmpId>100012345</EmpId>"

    def test_the_newest_status_names_it_wherever_it_stands(self) -> None:
        older = "<EmpStat>10</EmpStat><DateEmpStatApp>2025-08-01</DateEmpStatApp><EmpId>100056784</EmpId>"
        mention = EmployerMention("100012345", "100012345")
        assert status(self.JOB, older).values["employer"] == mention
        assert status(older, self.JOB).values["employer"] == mention

    @pytest.mark.parametrize("code", [11, 12])
    def test_who_is_not_in_paid_work_has_none(self, code: int) -> None:
        newer = f"<EmpStat>{code}</EmpStat><DateEmpStatApp>2026-10-01</DateEmpStatApp>"
        assert status(self.JOB, newer).values["employer"] is None

    @pytest.mark.parametrize("code", [10, 98])
    def test_without_an_identifier_the_return_says_nothing(self, code: int) -> None:
        newer = f"<EmpStat>{code}</EmpStat><DateEmpStatApp>2026-10-01</DateEmpStatApp>"
        assert "employer" not in status(self.JOB, newer).values

    def test_no_status_says_nothing(self) -> None:
        assert "employer" not in only(learner()).values

    def test_the_number_of_an_employer_that_is_not_listed(self) -> None:
        entry = status(self.JOB.replace("100012345", "999999999"))
        assert entry.values["employer"] == EmployerMention("999999999", "999999999")


def refused() -> Iterator[LearnerEntry]:
    for _, entry in read_file("broken/wrong-values.xml"):
        if entry.problems:
            yield entry


class TestLearnersThatBreakARule:
    def test_every_problem_with_its_line_place_and_rule(self) -> None:
        assert [(entry.reference, *((p.line, p.place, p.rule) for p in entry.problems)) for entry in refused()] == [
            ("W2", (47, "ULN", "ULN_04")),
            ("W3", (76, "NINumber", "NINumber_01")),
            ("W4", (100, "Postcode", "Postcode_15")),
            ("W5", (126, "LearnerEmploymentStatus, EmpId", "EmpId_02")),
            (
                "W6",
                (142, "FamilyName", "FD_FamilyName_AP"),
                (154, "LearningDelivery 1, LearnStartDate", None),
                (158, "LearningDelivery 1, CompStatus", "CompStatus_01"),
                (156, "LearningDelivery 1, FundModel", "FD_FundModel_AR"),
            ),
            (
                "W7-long-reference",
                (162, "LearnRefNumber", "FD_LearnRefNumber_AL"),
                (161, "ULN", "FD_ULN_MA"),
                (161, "FamilyName", "FD_FamilyName_MA"),
                (170, "LearningDelivery 1, LearnAimRef", "FD_LearnAimRef_MA"),
                (170, "LearningDelivery 1, AimType", "FD_AimType_MA"),
            ),
            ("W8", (179, "LearningDelivery", None)),
        ]

    def test_a_message_never_repeats_the_value(self) -> None:
        assert [p for entry in refused() for p in entry.problems if "QQ" in p.message or "1CI" in p.message] == []

    @pytest.mark.parametrize("text", ["2026-02-30", "20260901", "2026-9-1", "1899-12-31", "2101-01-01", "0000-00-00"])
    def test_dates(self, text: str) -> None:
        entry = only(learner(aims=AIM.replace("2026-09-10", text)))
        place = "LearningDelivery 1, LearnStartDate"
        assert entry.problems == [EntryProblem(3, place, "It must be a date like 2026-09-01, between 1900 and 2100.")]

    def test_a_date_may_name_its_zone(self) -> None:
        entry = only(learner(aims=AIM.replace("2026-09-10", "2026-09-10Z")))
        assert entry.aims is not None
        assert (entry.problems, entry.aims[0].start_date) == ([], date(2026, 9, 10))

    @pytest.mark.parametrize("reference", ["A-1", "Ä1", "A\t1", "A" * 13])
    def test_references(self, reference: str) -> None:
        entry = only(learner().replace("A1", reference))
        assert [problem.place for problem in entry.problems] == ["LearnRefNumber"]

    def test_a_text_of_three_megabytes_is_only_too_long(self) -> None:
        entry = only(learner().replace("Sample", "S" * 3_000_000))
        assert [problem.rule for problem in entry.problems] == ["FD_FamilyName_AP"]


class TestFilesThatAreRefused:
    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("not-well-formed.xml", "return.xml, line 25: is not well-formed XML: mismatched tag"),
            ("cut-off.xml", "return.xml, line 120: is not well-formed XML: unclosed token"),
            ("dtd.xml", "return.xml, line 2: has a document type declaration (DTD), which is not read"),
            ("entities.xml", "return.xml, line 2: has a document type declaration (DTD), which is not read"),
            ("external-entity.xml", "return.xml, line 2: has a document type declaration (DTD), which is not read"),
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
                "return.xml, line 1: is in an encoding that is not read: unknown encoding: no-such-encoding",
            ),
        ],
    )
    def test_in_one_line(self, name: str, says: str) -> None:
        assert refusal((DATA / "broken" / name).read_bytes()) == says

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "line 1: is not well-formed XML: no element found"),
            (message("&undefined;"), "line 1: is not well-formed XML: undefined entity"),
            (message("") + b"\nmore", "line 2: is not well-formed XML: junk after document element"),
            (message("<a>" * 50), "line 1: is nested more than 50 elements deep"),
            (message(f"<!--{'x' * 3_000_000}-->"), "line 1: has a tag or comment of more than 1 MB"),
            (message(f'<a b="{"x" * 3_000_000}"/>'), "line 1: has a tag or comment of more than 1 MB"),
            (message(learner("<ULN/>" * 20_001)), "line 2: has a Learner with more than 20000 elements"),
            (message("", "ESFA/ILR/2019-21"), "is not an ILR return"),
            (message("", "ILR/2027-28"), "is not an ILR return"),
            (b'<Learner xmlns="ILR/2026-27"/>', "is not an ILR return"),
            (b'<?xml version="1.0" encoding="utf-7"?><a/>', "is in an encoding that is not read"),
            (b'<?xml version="1.0" encoding="big5"?><a/>', "is in an encoding that is not read"),
            ("<Message xmlns='ILR/2026-27'>é</Message>".encode("latin-1"), "is not well-formed XML"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_hostile_content(self, content: bytes, says: str) -> None:
        assert says in refusal(content)

    def test_cut_at_every_byte(self) -> None:
        content = message(learner()) + b"\n"
        for end in range(len(content) - 1):
            assert "is not well-formed XML" in refusal(content[:end])


class Repeated(io.BytesIO):
    """A return in which one learner stands many times, made while it is read."""

    def __init__(self, times: int) -> None:
        super().__init__()
        head, tail = message("|").split(b"|")
        self.pieces = chain([head], repeat(learner().encode(), times), [tail])

    def read(self, size: int | None = -1, /) -> bytes:
        return next(self.pieces, b"")


def peak(times: int) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_ilr_return(Repeated(times), "return.xml")) == times
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    peak(50)
    assert peak(5_000) < 2 * peak(50)
