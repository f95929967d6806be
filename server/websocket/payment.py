"""Paying for the messages of a client when they arrive, before they are parsed."""

from server.execution.clients import ClientKey
from server.execution.executor_interface import Executor
from server.protocol.messages import MalformedRequest
from server.protocol.request_errors import GraphQLRequestError

MAX_WAIT = 1.0
"""Seconds after which a client that could not pay is asked again."""


def pay(executor: Executor, client: ClientKey, message: str) -> float:
    """Charge a client for a message and return 0, or return the seconds to wait before it should be tried again.

    Raises MalformedRequest if no waiting helps, because the message is too large.
    """
    try:
        executor.admit(client)
        executor.receive(client, message)
    except GraphQLRequestError as error:
        if error.retry_after is None:
            raise MalformedRequest(error.errors[0].message) from None
        return min(float(error.retry_after), MAX_WAIT)
    return 0.0
