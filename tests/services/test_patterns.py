import pytest

from services.patterns import is_pattern, matches


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


def test_a_pattern_that_would_stall_a_backtracking_engine_is_only_no_match() -> None:
    assert matches("(a+)+b", "a" * 100_000) is False


@pytest.mark.parametrize(
    ("pattern", "understood"),
    [("[A-Z]+", True), ("(", False), (r"(a)\1", False), ("(?=a)b", False), ("a{1001}", False), ("[z-a]", False)],
)
def test_only_what_re2_understands_is_a_pattern(
    pattern: str, understood: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    assert is_pattern(pattern) is understood
    assert capfd.readouterr() == ("", "")
