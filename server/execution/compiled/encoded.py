"""Completed output that is encoded once: kept as bytes, and spliced into each answer that contains it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from server.execution.compiled.types import Complete

METADATA_KEY = "encode_once"
"""The key in a strawberry field's ``metadata``: a function of the row that returns a hashable key.

For equal keys and the same selections below the field, its completed output must be the same for ever and for everyone.
"""


_ENTRY_BYTES = 400
"""What an entry takes in memory, apart from the encoded output and the text of the selections."""


class EncodedOutput:
    """The most recently used encoded outputs, up to a number of bytes in total."""

    def __init__(self, encode: Callable[[Any], bytes], splice: Callable[[bytes], Any], max_bytes: int) -> None:
        self._encode = encode
        self._splice = splice
        self._max_bytes = max_bytes
        self._outputs: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.size = 0
        """The bytes of all outputs and of their keys."""
        self.encodings = 0
        """How many outputs have been encoded so far."""

    def get(self, key: Hashable) -> Any:
        """Return what is to be spliced into the answer, or None."""
        output = self._outputs.get(key)
        if output is None:
            return None
        self._outputs.move_to_end(key)
        return output[0]

    def encode(self, value: Any) -> bytes:
        """Return an output, or an element of it, as JSON."""
        return self._encode(value)

    def add(self, key: Hashable, data: bytes, *, key_bytes: int) -> Any:
        """Keep an encoded output, and return what is to be spliced into the answer.

        The key counts with ``key_bytes``, as a client may select little of a form with a long text.
        """
        self.encodings += 1
        spliced = self._splice(data)
        size = len(data) + key_bytes
        if size <= self._max_bytes and key not in self._outputs:
            self._outputs[key] = spliced, size
            self.size += size
            while self.size > self._max_bytes:
                _, (_, evicted) = self._outputs.popitem(last=False)
                self.size -= evicted
        return spliced


class EncodedField:
    """A field whose output is encoded once, with the selections below it."""

    def __init__(self, outputs: EncodedOutput, selection: str, key: Callable[[Any], Hashable]) -> None:
        self._outputs = outputs
        self._selection = selection
        self._key = key
        self.complete: Complete = _not_linked

    def key(self, row: Any) -> Hashable:
        """Return the key of a row's output."""
        return self._selection, self._key(row)

    def get(self, key: Hashable) -> Any:
        """Return what is to be spliced into the answer, or None."""
        return self._outputs.get(key)

    def encode(self, value: Any) -> bytes:
        """Return an output, or an element of it, as JSON."""
        return self._outputs.encode(value)

    def add(self, key: Hashable, data: bytes) -> Any:
        """Keep an encoded output, and return what is to be spliced into the answer."""
        return self._outputs.add(key, data, key_bytes=_ENTRY_BYTES + len(self._selection))


def _not_linked(_value: Any, _run: Any) -> Any:
    raise AssertionError
