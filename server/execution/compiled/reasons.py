"""Why an operation, or the rest of it, is left to graphql-core."""

from enum import StrEnum


class Reason(StrEnum):
    """A reason for leaving an operation to graphql-core."""

    INTROSPECTION = "introspection"
    """It asks for ``__schema`` or ``__type``."""
    CONDITIONS = "conditions"
    """A variable of ``@skip`` or ``@include`` is null."""
    VARIANTS = "variants"
    """Its ``@skip`` and ``@include`` directives have too many combinations of values."""
    SIZE = "size"
    """It is too large to be compiled."""
    UNSUPPORTED = "unsupported"
    """It uses something that the compiler does not know."""
    ARGUMENTS = "arguments"
    """An argument is invalid."""
    ROOT_ERROR = "root_error"
    """The resolver of a root field raised an exception."""
    ERROR = "error"
    """The resolver of another field raised an exception."""
    VALUE = "value"
    """A resolver returned a value that its type does not allow, such as null where the type is non-null."""


class NotCompiledError(Exception):
    """Raised if an operation cannot be compiled, or not be executed with these variables."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class InvalidValueError(Exception):
    """Raised by generated code for a value that cannot be completed. graphql-core finds the same, and words it."""
