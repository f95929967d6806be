"""What one client may ask of the server: the figures, each of which is a setting of its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Whole numbers from 1 on (but for tests that cannot wait a second). A field's variable is its name in capitals behind `TRACKERS_`.

    Of a document: what it holds with every fragment spread out. Of a member: on all of their connections to one
    process together; for somebody signed out, of their address.
    """

    max_body_bytes: int = 1_048_576
    """The bytes of a request's body."""
    max_document_length: int = 100_000
    """The characters of a document."""
    max_tokens: int = 10_000
    """The tokens of a document, and the comments."""
    max_selections: int = 2_000
    """The selections of a document."""
    max_repeated: int = 300
    """The fields of a document that merge with another one, which validation takes the square of."""
    max_depth: int = 20
    """The levels of fields in an operation."""
    max_aliases: int = 200
    """The aliases of an operation."""
    max_directives: int = 200
    """The directives of an operation."""
    max_root_fields: int = 30
    """The fields of an operation on its first level."""
    max_list_entries: int = 1_000
    """The entries of one list in the arguments, as literal or in the variables."""
    max_input_values: int = 10_000
    """The values in the variables, counting lists, objects and what they hold."""
    max_cost: int = 1_000_000
    """What an operation may cost."""
    cost_bucket: int = 20_000_000
    """What a member may spend at once; not less than `max_cost`."""
    cost_refill: int = 200_000
    """What flows back to a member in a second."""
    max_operations: int = 1_000
    """The operations of a member at a time."""
    operation_seconds: float = 30
    """How long a query or a mutation may take."""
    socket_operations: int = 100
    """The operations of one socket at a time."""
    sockets_per_member: int = 1_000
    """The sockets of a member at a time."""
    sockets_per_address: int = 2_000
    """The sockets of a client's address at a time."""
