"""Tests of limits in which the oldest gives way to the newest."""

from server.connections.shared_limit import SharedLimit


class Connection:
    def __init__(self, dropped: list["Connection"]) -> None:
        self._dropped = dropped

    def drop(self) -> None:
        self._dropped.append(self)


def make(number: int) -> tuple[list[Connection], list[Connection]]:
    dropped: list[Connection] = []
    return [Connection(dropped) for _ in range(number)], dropped


def test_the_oldest_of_a_network_gives_way() -> None:
    limit = SharedLimit(per_network=2, in_all=100)
    (other, first, second, third), dropped = make(4)
    limit.hold(other, "b")
    for connection in (first, second, third):
        limit.hold(connection, "a")
    assert (dropped, len(limit), limit.total) == ([first], 3, 3)


def test_the_oldest_of_all_gives_way() -> None:
    limit = SharedLimit(per_network=100, in_all=2)
    (first, second, third), dropped = make(3)
    for number, connection in enumerate((first, second, third)):
        limit.hold(connection, f"network {number}")
    assert (dropped, len(limit)) == ([first], 2)


def test_amounts_are_replaced_and_keep_their_age() -> None:
    limit = SharedLimit(per_network=10, in_all=100)
    (first, second), dropped = make(2)
    limit.hold(first, "a", 2)
    limit.hold(second, "a", 2)
    limit.hold(first, "a", 8)
    assert (dropped, limit.total) == ([], 10)
    limit.hold(second, "a", 3)
    assert (dropped, limit.total) == ([first], 3)


def test_what_is_too_much_alone_gives_way() -> None:
    limit = SharedLimit(per_network=10, in_all=100)
    (first,), dropped = make(1)
    limit.hold(first, "a", 11)
    assert (dropped, len(limit), limit.total) == ([first], 0, 0)


def test_whoever_is_released_or_changes_networks_counts_no_longer() -> None:
    limit = SharedLimit(per_network=1, in_all=100)
    (first, second, third), dropped = make(3)
    limit.hold(first, "a")
    limit.release(first)
    limit.release(first)
    limit.hold(second, "a")
    limit.hold(second, "b")
    limit.hold(third, "a")
    assert (dropped, len(limit), limit.total) == ([], 2, 2)
