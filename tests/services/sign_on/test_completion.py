"""Tests of how recently a person has proved who they are."""

from uuid import UUID

import pytest

from services.sign_on.attempts import Attempt, ProviderAnswer
from services.sign_on.completion import authentication_time

NIL = UUID(int=0)


@pytest.mark.parametrize(
    ("auth_time", "reauthenticate", "expected"),
    [(900, False, 900.0), (1_100, False, 1_000.0), (None, False, 0.0), (None, True, 1_000.0), (900, True, 900.0),
     ("900", False, 0.0), (True, False, 0.0), (float("nan"), False, 1_000.0),
     (-1e300, False, 0.0), (float("inf"), False, 1_000.0)],
)  # fmt: skip
def test_the_time_of_authentication_is_the_providers(auth_time: object, reauthenticate: bool, expected: float) -> None:
    attempt = Attempt(NIL, NIL, reauthenticate, 1_000.0, ProviderAnswer(None, None, None))
    assert authentication_time(attempt, {} if auth_time is None else {"auth_time": auth_time}) == expected
