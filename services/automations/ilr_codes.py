"""The meanings of ILR codes, for display beside the code.

Sources: the fields CompStatus, Outcome and WithdrawReason of the ILR specification, and the official rule engine of
2020-21 for the reasons 46 and 97.
"""

from collections.abc import Mapping
from types import MappingProxyType

COMPLETION_STATUSES: Mapping[int, str] = MappingProxyType(
    {1: "continuing", 2: "completed", 3: "withdrawn", 6: "break in learning"}
)
OUTCOMES: Mapping[int, str] = MappingProxyType(
    {1: "achieved", 2: "partial achievement", 3: "no achievement", 8: "completed, outcome not yet known"}
)
WITHDRAW_REASONS: Mapping[int, str] = MappingProxyType(
    {
        2: "moved to another provider",
        3: "injury or illness",
        7: "moved between providers by intervention",
        28: "OLASS, outside the provider's control",
        29: "made redundant",
        40: "new aim with the same provider",
        41: "moved by government strategy",
        42: "academic failure (HE)",
        43: "financial reasons",
        44: "other personal reasons",
        45: "written off (HE)",
        46: "exclusion",
        47: "merger of providers",
        48: "industry placement",
        97: "other",
        98: "not known",
    }
)


def with_meaning(code: int, meanings: Mapping[int, str]) -> str:
    """Return a code with its meaning, such as ``6 – break in learning``; if that is unknown, only the code."""
    return f"{code} – {meanings[code]}" if code in meanings else str(code)
