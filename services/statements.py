"""SQL put together from parts that each bring their values."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.database import fetch


class Statement:
    """The values of one SQL statement, numbered as its parts bind them."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def bind(self, value: object) -> str:
        """The placeholder that stands for a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    async def fetch(self, text: str) -> Sequence[Mapping[str, Any]]:
        """Run the finished text with the values bound so far."""
        return await fetch(text, *self.values)
