"""Tests of when an ILR return must have names (rules FamilyName_01, _02, _04 and GivenNames_01, _02, _04)."""

import pytest

from tests.support.scenarios.ilr_returns import read_single_learner

NAMESPACE = "ESFA/ILR/2025-26"  # the last year of funding model 10, community learning
SOF_108 = "<LearningDeliveryFAM><LearnDelFAMType>SOF</LearnDelFAMType><LearnDelFAMCode>108</LearnDelFAMCode></LearningDeliveryFAM>"


def aim(fund_model: int, monitoring: str = "") -> str:
    return (
        "<LearningDelivery><LearnAimRef>Z0001234</LearnAimRef><AimType>4</AimType><LearnStartDate>2025-09-01"
        f"</LearnStartDate><FundModel>{fund_model}</FundModel><CompStatus>1</CompStatus>{monitoring}</LearningDelivery>"
    )


def rules(uln: str, hours: str, *aims: str) -> list[str | None]:
    """Return the rules that a learner without names breaks."""
    elements = f"<LearnRefNumber>A1</LearnRefNumber><ULN>{uln}</ULN><FamilyName> </FamilyName>{hours}"
    entry = read_single_learner(f"<Learner>{elements}{''.join(aims)}</Learner>", NAMESPACE)
    assert not {"family_name", "given_names"} & entry.values.keys()
    return [problem.rule for problem in entry.problems]


TEMPORARY, OWN = "9999999999", "9276308686"
COMMUNITY = (aim(10), aim(99, SOF_108))
SHORT, LONG = "<PlanLearnHours>10</PlanLearnHours>", "<PlanLearnHours>11</PlanLearnHours>"


@pytest.mark.parametrize(
    ("uln", "hours", "aims", "number"),
    [
        (TEMPORARY, SHORT, COMMUNITY, None),
        (OWN, SHORT, COMMUNITY, "04"),
        (TEMPORARY, LONG, COMMUNITY, "02"),
        (OWN, LONG, COMMUNITY, "02"),
        (OWN, "", COMMUNITY, None),
        (TEMPORARY, SHORT, (*COMMUNITY, aim(35)), "01"),
        (TEMPORARY, SHORT, (aim(99),), "01"),
        (TEMPORARY, SHORT, (aim(38, SOF_108),), "01"),
    ],
)
def test_names_are_needed_as_the_rules_say(uln: str, hours: str, aims: tuple[str, ...], number: str | None) -> None:
    assert rules(uln, hours, *aims) == ([f"FamilyName_{number}", f"GivenNames_{number}"] if number else [])


def test_wrong_planned_hours_are_only_warned_of() -> None:
    entry = read_single_learner(
        f"<Learner><LearnRefNumber>A1</LearnRefNumber><ULN>{TEMPORARY}</ULN><PlanLearnHours>10000</PlanLearnHours>"
        f"<FamilyName>Sample</FamilyName><GivenNames>Sam</GivenNames>{aim(10)}</Learner>",
        NAMESPACE,
    )
    assert [(problem.rule, problem.is_warning) for problem in entry.problems] == [("FD_PlanLearnHours_AL", True)]
