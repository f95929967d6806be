"""A field extension that clears the data loaders before each mutation of a document."""

from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info


class FreshLoaders(FieldExtension):
    """Strawberry field extension that starts a mutation with empty data loaders.

    Mutations in a document run one after another, and each must see the changes of those before it.
    """

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Discard the cached rows, then call the resolver."""
        info.context.forget_loaded_rows()
        return await next_(source, info, **kwargs)
