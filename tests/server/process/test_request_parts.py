"""Tests of cutting bytes where heads and bodies end."""

from server.process.request_parts import MAX_PART, RequestParts


def test_heads_and_bodies_are_taken_one_by_one() -> None:
    parts = RequestParts()
    parts.append(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\n\r\nbo")
    assert parts.take_head() == b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    assert parts.take_head() == b"POST / HTTP/1.1\r\n\r\n"
    assert parts.take_body(4) == b"bo"
    assert not parts
    parts.append(b"dyGET")
    assert parts.take_body(2) == b"dy"
    assert (len(parts), parts.take_head(), len(parts)) == (3, b"GET", 0)


def test_what_has_no_known_end_is_taken_in_pieces() -> None:
    parts = RequestParts()
    parts.append(b"x" * (MAX_PART + 1))
    assert [len(parts.take_head()), len(parts.take_head())] == [MAX_PART, 1]
    parts.append(b"x" * (2 * MAX_PART))
    assert [len(parts.take_body(None)), len(parts.take_body(0))] == [MAX_PART, 1]
    parts.clear()
    assert len(parts) == 0
