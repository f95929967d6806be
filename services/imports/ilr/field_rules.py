"""The rules of the ILR's field definitions: how long a value may be, and which published rule it breaks if it is wrong.

The ILR does not publish each kind of rule for each field, so every name is written out. Rules that were deleted for
2025-26 are omitted. A test compares the names with the published list.
"""

from types import MappingProxyType
from typing import NamedTuple


class FieldRules(NamedTuple):
    """The maximum length of a field in characters, and its rules; None where no rule is published.

    FD_<field>_MA says that it is mandatory. FD_<field>_AL is about its length, _AP about its pattern, and _AR about its
    range.
    """

    max_length: int
    missing: str | None = None
    length: str | None = None
    pattern: str | None = None
    range: str | None = None


_NO_RULES = FieldRules(1000)
_RULES = MappingProxyType(
    {
        "LearnRefNumber": FieldRules(12, "FD_LearnRefNumber_MA", "FD_LearnRefNumber_AL", "FD_LearnRefNumber_AP"),
        "ULN": FieldRules(10, "FD_ULN_MA", "FD_ULN_AL", range="FD_ULN_AR"),
        # Whether names are mandatory depends on other fields: see ``names``.
        "FamilyName": FieldRules(100, None, "FD_FamilyName_AL", "FD_FamilyName_AP"),
        "GivenNames": FieldRules(100, None, "FD_GivenNames_AL", "FD_GivenNames_AP"),
        "Postcode": FieldRules(8, "FD_Postcode_MA", "FD_Postcode_AL", "FD_Postcode_AP"),
        "AddLine1": FieldRules(50, None, "FD_AddLine1_AL", "FD_AddLine1_AP"),
        "AddLine2": FieldRules(50, None, "FD_AddLine2_AL", "FD_AddLine2_AP"),
        "AddLine3": FieldRules(50, None, "FD_AddLine3_AL", "FD_AddLine3_AP"),
        "AddLine4": FieldRules(50, None, "FD_AddLine4_AL", "FD_AddLine4_AP"),
        "PlanLearnHours": FieldRules(4, None, "FD_PlanLearnHours_AL", range="FD_PlanLearnHours_AR"),
        "EmpId": FieldRules(9, None, "FD_EmpId_AL"),
        "EmpStat": FieldRules(2, "FD_EmpStat_MA", "FD_EmpStat_AL"),
        "DateEmpStatApp": FieldRules(10, "FD_DateEmpStatApp_MA"),
        "LearnAimRef": FieldRules(8, "FD_LearnAimRef_MA", "FD_LearnAimRef_AL", "FD_LearnAimRef_AP"),
        "AimType": FieldRules(1, "FD_AimType_MA", "FD_AimType_AL"),
        "AimSeqNumber": FieldRules(2, "FD_AimSeqNumber_MA", "FD_AimSeqNumber_AL", range="FD_AimSeqNumber_AR"),
        "LearnStartDate": FieldRules(10, "FD_LearnStartDate_MA"),
        "LearnPlanEndDate": FieldRules(10, "FD_LearnPlanEndDate_MA"),
        "FundModel": FieldRules(2, "FD_FundModel_MA", "FD_FundModel_AL"),
        "OTJActHours": FieldRules(4, None, "FD_OTJActHours_AL", range="FD_OTJActHours_AR"),
        "ProgType": FieldRules(2, None, "FD_ProgType_AL"),
        "StdCode": FieldRules(5, None, "FD_StdCode_AL"),
        "CompStatus": FieldRules(1, "FD_CompStatus_MA", "FD_CompStatus_AL"),
        "WithdrawReason": FieldRules(2, None, "FD_WithdrawReason_AL"),
        "Outcome": FieldRules(1, None, "FD_Outcome_AL"),
        "SWSupAimId": FieldRules(36, None, "FD_SWSupAimId_AL", "FD_SWSupAimId_AP"),
    }
)


def rules_of(field: str) -> FieldRules:
    """Return the rules of an ILR field; those of a field that is not listed have no names."""
    return _RULES.get(field, _NO_RULES)
