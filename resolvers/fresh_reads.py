"""Several mutations in one document: what the first has changed, the next answers as it then is."""

from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info


class FreshLoaders(FieldExtension):
    """Begins a mutation with empty batches; those before it in the document are answered whole by then."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Forget what was read, then ask the resolver."""
        info.context.forget_loaded_rows()
        return await next_(source, info, **kwargs)
