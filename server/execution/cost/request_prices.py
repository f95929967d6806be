"""What a request costs before its operation is executed: for its bytes, for a document that is not known, for variables.

A unit of cost is about 4 µs of CPU time on the machine of ``docs/speed.md``, and each price is the most that was measured
there, so that a client that sends what is refused cannot take more of the CPU than one whose operations are executed.
"""

from typing import Final

REQUEST_PRICE: Final = 100
"""The price of a request or message: its head, its session and its answer."""
DOCUMENT_PRICE: Final = 500
"""The price of parsing and validating the shortest document."""
CHARACTER_PRICE: Final = 10
"""The price of each character of a document: its longest validation takes 40 µs a character, whether it is valid or not."""
REPEATED_PAIR_PRICE: Final = 5
"""The price of two fields that merge with the same one, which validation compares with each other."""
VALUE_PRICE: Final = 1
"""The price of each value in variables."""
INVALID_VALUE_PRICE: Final = 20
"""The price of each value in variables that are refused, because they are examined again to find all of the errors."""
_BYTES_PER_UNIT: Final = 100
_CONTAINER_PRICE: Final = 1


def received_price(size: int, containers: int) -> int:
    """Return the price of receiving and decoding this many bytes, with this many lists and objects in them."""
    return size // _BYTES_PER_UNIT + containers * _CONTAINER_PRICE


def document_price(length: int) -> int:
    """Return the price of a document of this many characters that has to be parsed and validated."""
    return DOCUMENT_PRICE + length * CHARACTER_PRICE


def repeated_price(fields: int) -> int:
    """Return the price of validating this many fields that merge with others, which are compared in pairs."""
    return fields * (fields + 1) // 2 * REPEATED_PAIR_PRICE
