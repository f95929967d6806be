"""The one place where what the rules refuse becomes a payload's errors."""

from collections.abc import Callable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info
from services.kernel.errors import Rejected


class RejectionAnswers(FieldExtension):
    """Answers a rejected entry with a payload that says all that is wrong with it."""

    def __init__(self, payload: Callable[..., Any]) -> None:
        self._payload = payload

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Ask the resolver; turn Rejected into the payload's ``errors``, beside what stands instead."""
        try:
            return await next_(source, info, **kwargs)
        except Rejected as rejected:
            return self._payload(errors=list(rejected.problems), **rejected.standing)
