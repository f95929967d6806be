"""Fresh reads for each of several mutations in one document: a later one sees what an earlier one changed."""

from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info


class FreshLoaders(FieldExtension):
    """Begin a mutation with empty loaders; the mutations before it in the document have been answered by then."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Discard what was read, then call the resolver."""
        info.context.forget_loaded_rows()
        return await next_(source, info, **kwargs)
