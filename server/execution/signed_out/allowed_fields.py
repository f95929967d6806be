"""The root fields that are open without a session, which are those that signing in needs.

A root field that is not listed needs a session, whether or not it exists.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from graphql import OperationType

AllowedFields: TypeAlias = Mapping[OperationType, frozenset[str]]
"""The names of root fields by the type of the operation."""

ALLOWED_FIELDS: Final[AllowedFields] = MappingProxyType(
    {
        OperationType.QUERY: frozenset({"__typename", "viewer"}),
        OperationType.MUTATION: frozenset(
            {
                "__typename",
                "beginPasskeySignIn",
                "beginSignOn",
                "completeSignOn",
                "refreshSession",
                "requestPasswordReset",
                "setPassword",
                "signIn",
                "signInWithPasskey",
                "signOut",
            }
        ),
    }
)

NULL_FIELDS: Final = frozenset({"viewer"})
"""Those of the allowed fields of queries that are null without a session. What is selected of them is not looked at."""

SESSION_FIELDS: Final = frozenset({"session"})
"""The fields of payloads that are null unless the client has signed in. Until then, what is selected of them is hidden."""
