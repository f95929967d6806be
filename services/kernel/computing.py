"""Long computations, done in one thread beside the event loop, which goes on serving others meanwhile.

There is one thread, so that the event loop has at least half of the time of the interpreter, whoever computes how much.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="computing")


async def compute(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a function returns that neither awaits nor touches the database. It is not stopped by cancellation."""
    return await asyncio.get_running_loop().run_in_executor(_executor, partial(function, *args, **kwargs))
