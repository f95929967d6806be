"""Annotated types for the arguments of connections."""

from typing import Annotated

import strawberry

First = Annotated[int | None, strawberry.argument(description="How many from the start, 1 to 100; 50 if absent.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]
Search = Annotated[
    str | None,
    strawberry.argument(
        description="Words, each a part of the name in any case and without accents; ten, of 200 characters."
    ),
]
