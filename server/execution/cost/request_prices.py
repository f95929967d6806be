"""What a request costs before its operation is executed: for its bytes, for a document that is not known, for variables.

A bucket is refilled at a fixed rate, so a price decides how much of a CPU core its work can take for ever. With these, a
member who sends nothing but unknown documents takes less than half a core, whatever is in them, and usually a fifth; the
clients of a network that are not signed in take less than a tenth, by what they send and by what they request together.
"""

from typing import Final

REQUEST_PRICE: Final = 100
"""The price of a request or message: its head, its session and its answer."""
UPLOAD_PRICE: Final = 5_000
"""The price of an upload: three transactions, a file and the syncs of its bytes, however few these are."""
DOCUMENT_PRICE: Final = 500
"""The price of parsing and validating the shortest document."""
CHARACTER_PRICE: Final = 20
"""The price of each character of a document, whose check takes 5 to 20 µs, or 50 if all names in it are short and unknown."""
REPEATED_PAIR_PRICE: Final = 5
"""The price of two fields that merge with the same one, which validation compares with each other."""
VALUE_PRICE: Final = 1
"""The price of each value in variables."""
INVALID_VALUE_PRICE: Final = 20
"""The price of each value in variables that are refused, because they are examined again to find all of the errors."""
DATABASE_SECOND_PRICE: Final = 250_000
"""The price of each second for which an operation's statements keep the database busy beyond ``FREE_DATABASE_SECONDS``."""
FREE_DATABASE_SECONDS: Final = 0.5
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
