"""Distinguishing the cancellation of a task from one that reaches it through something that it awaits."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class AbortedError(Exception):
    """Raised where something was awaited that others have cancelled."""


@contextmanager
def aborted_if_not_cancelled() -> Iterator[None]:
    """Raise AbortedError instead of CancelledError if it is not the current task that is being cancelled.

    A future that somebody has cancelled raises CancelledError in all who await it. Where nobody expects that, it would
    end their tasks in silence, and their clients would wait for ever.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise AbortedError from error
