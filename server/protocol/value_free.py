"""Messages of graphql-core without the values that it quotes, because a value may be a password or a token.

graphql-core ends many messages with the whole input that it found. Only messages of a known shape are kept, without
that end; any other that could quote a value is replaced. Names of types, fields and variables stay.
"""

import re
from typing import Final

from graphql import GraphQLSyntaxError

UNSPECIFIC: Final = "The value does not have the expected type."

_NAME = "[_A-Za-z][_0-9A-Za-z]{0,63}"
_TYPE = r"'[][!_0-9A-Za-z]+'"
_SUGGESTION = rf"(?: Did you mean (?:the enum value )?'{_NAME}'(?:,? (?:or )?'{_NAME}')*\?)?"
_PLACE = rf"(?:'[^']*'|(?:\.{_NAME}|\[[0-9]+\])+)"
_SUBJECT = re.compile(
    rf"(?:Variable '\${_NAME}'|Argument '[_0-9A-Za-z.:()]+')(?: has invalid(?: default)? value)?(?: at {_PLACE})?: "
)
_KEPT: Final = tuple(
    re.compile(shape, re.DOTALL)
    for shape in (
        r"([^'\":]*)",  # quotes nothing, such as the messages of our own scalars
        rf"(Expected a value of non-null type {_TYPE} to be provided\.)",
        rf"(Expected value of non-null type {_TYPE} not to be None\.)",
        rf"(Expected value of type {_TYPE} to be an object), found: .*",
        rf"(Expected value of type {_TYPE} to include required field '{_NAME}'), found: .*",
        rf"(Expected value of type {_TYPE} not to include unknown field '{_NAME}'), found: .*",
        rf"(Expected value of type {_TYPE} not to include unknown field '{_NAME}'\.{_SUGGESTION}) Found: .*",
        rf"(Expected value of type {_TYPE}), found: .*",
        r"(Expected value of type '[^']+', found null\. (?:Argument|Field)[^:]*)",
        rf"(Expected variable '\${_NAME}' provided to (?:field '{_NAME}' for OneOf Input Object |non-null )?type {_TYPE} "
        r"(?:to provide a runtime value|not to be None)\.)",
        rf"(Within OneOf Input Object type {_TYPE}, exactly one field must be specified, and the value for that field must be "
        r"non-null\.)",
        rf"(Argument '[_0-9A-Za-z.:()]+' of required type {_TYPE} was not provided\.)",
        r"((?:String|Int|Float|Boolean|ID) cannot represent [^':\"]*value): .*",
    )
)
_UNKNOWN_ENUM_VALUE = re.compile(rf"Value '.*' (does not exist in '{_NAME}' enum\.{_SUGGESTION})", re.DOTALL)
_WRONG_ENUM_VALUE = re.compile(
    rf"(Enum '{_NAME}' cannot represent non-(?:string|enum) value): .*?\.?({_SUGGESTION})", re.DOTALL
)
_TOKEN = re.compile(r"(String|BlockString|Int|Float|Name|Comment) '.*'", re.DOTALL)
_CHARACTERS = re.compile(
    r"(Syntax Error: (?:Invalid [^:]*?|Unexpected character))(?:: .*|, did you mean '.*)", re.DOTALL
)


def without_values(message: str) -> str:
    """Return graphql-core's message about an invalid value without the value."""
    prefix = match[0] if (match := _SUBJECT.match(message)) else ""
    rest = message[len(prefix) :]
    for shape in _KEPT:
        if match := shape.fullmatch(rest):
            return prefix + (match[1] if match[1].endswith((".", "?")) else f"{match[1]}.")
    if match := _UNKNOWN_ENUM_VALUE.fullmatch(rest):
        return f"{prefix}The value {match[1]}"
    if match := _WRONG_ENUM_VALUE.fullmatch(rest):
        return f"{prefix}{match[1]}.{match[2]}"
    return prefix + UNSPECIFIC


def syntax_error_without_values(error: GraphQLSyntaxError) -> str:
    """Return the message of a syntax error without the text that was found, unless that is a name outside arguments.

    The error's location leads to the text.
    """
    in_arguments = error.source is None or "(" in error.source.body[: next(iter(error.positions or ()), 0)]
    if match := _TOKEN.search(error.message):
        if match[1] == "Name" and not in_arguments:
            return error.message
        return f"{error.message[: match.start()]}{match[1]}."
    match = _CHARACTERS.fullmatch(error.message) if in_arguments else None
    return f"{match[1].removesuffix(' but got')}." if match else error.message
