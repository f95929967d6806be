"""Tests that messages of graphql-core lose the values that they quote, and keep what helps."""

import pytest
from graphql import GraphQLSyntaxError, parse

from server.protocol.value_free import UNSPECIFIC, syntax_error_without_values, without_values

CANARY = "hunter2"


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            "Variable '$i': Expected value of type 'SignInInput' not to include unknown field 'passwrd'. Did you mean "
            "'password'? Found: {'email': 'a', 'password': 'hunter2'}.",
            "Variable '$i': Expected value of type 'SignInInput' not to include unknown field 'passwrd'. Did you mean "
            "'password'?",
        ),
        (
            "Expected value of type 'SignInInput' not to include unknown field 'x', found: {'password': 'hunter2'}.",
            "Expected value of type 'SignInInput' not to include unknown field 'x'.",
        ),
        (
            "Expected value of type 'A' to include required field 'email', found: { password: \"hunter2\" }.",
            "Expected value of type 'A' to include required field 'email'.",
        ),
        ("Expected value of type 'A' to be an object, found: 'hunter2'.", "Expected value of type 'A' to be an object."),
        ("String cannot represent a non string value: ['hunter2']", "String cannot represent a non string value."),
        (
            "Value 'hunter2' does not exist in 'Role' enum. Did you mean the enum value 'A', 'B', or 'C'?",
            "The value does not exist in 'Role' enum. Did you mean the enum value 'A', 'B', or 'C'?",
        ),
        ("Enum 'Role' cannot represent non-string value: ['hunter2'].", "Enum 'Role' cannot represent non-string value."),
        (
            "Argument 'input' has invalid value at .a[0].b: Expected variable '$p' provided to non-null type 'A!' not to be None.",
            "Argument 'input' has invalid value at .a[0].b: Expected variable '$p' provided to non-null type 'A!' not to be None.",
        ),
        ("A Date is a string YYYY-MM-DD.", "A Date is a string YYYY-MM-DD."),
        (
            "Expected value of type 'A', but encountered error 'no hunter2'; found: 'hunter2'.",
            UNSPECIFIC,
        ),
        ('Value cannot represent a Time: "hunter2". Expected a string.', UNSPECIFIC),
        ("Expected value of type 'A' not to include unknown field 'hunter2 ', found: 1.", UNSPECIFIC),
        ("some new message about 'hunter2'", UNSPECIFIC),
    ],
)  # fmt: skip
def test_values_are_cut_off(message: str, kept: str) -> None:
    assert without_values(message) == kept
    assert CANARY not in kept


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("qeury { a }", "Syntax Error: Unexpected Name 'qeury'."),
        ("{ a(b: }", "Syntax Error: Unexpected '}'."),
        ('{ a(b "hunter2") }', "Syntax Error: Expected ':', found String."),
        ('{ a(b """hunter2""") }', "Syntax Error: Expected ':', found BlockString."),
        ("{ a(b: 1 2) }", "Syntax Error: Expected Name, found Int."),
        ("{ a(b hunter2) }", "Syntax Error: Expected ':', found Name."),
        (r'{ a(b: "\hunter2") }', "Syntax Error: Invalid character escape sequence."),
        (r'{ a(b: "\uhunter2") }', "Syntax Error: Invalid Unicode escape sequence."),
        ("{ a(b: 'hunter2') }", "Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (\")?"),
        ("{ a(b: .2) }", "Syntax Error: Invalid number, expected digit before '.'."),
        ("{ a(b: 1x) }", "Syntax Error: Invalid number, expected digit."),
        ("{ a(b: ;) }", "Syntax Error: Unexpected character."),
        ("{ a ; }", "Syntax Error: Unexpected character: ';'."),
    ],
)  # fmt: skip
def test_syntax_errors_quote_no_value(document: str, message: str) -> None:
    with pytest.raises(GraphQLSyntaxError) as error:
        parse(document)
    assert syntax_error_without_values(error.value) == message
