"""The cache from which no client pushes out what all others use."""

from server.execution.documents.fair_cache import FairCache


def filled(*owners: str) -> FairCache[str, int]:
    """Return a cache for 100 with ten entries of ten, named by their position."""
    cache: FairCache[str, int] = FairCache(100)
    for number, owner in enumerate(owners):
        cache.put(str(number), number, 10, owner)
    return cache


def kept(cache: FairCache[str, int]) -> set[str]:
    return {str(number) for number in range(10) if str(number) in cache}


def test_the_least_recently_used_entry_is_evicted() -> None:
    cache = filled(*(f"client {number}" for number in range(10)))
    assert cache.get("0", "client 0") == 0
    cache.put("new", 1, 20, "another")
    assert kept(cache) == set("03456789")
    assert (cache.length, len(cache)) == (100, 9)
    assert cache.get("1", "client 1") is None


def test_a_client_only_replaces_entries_of_its_own() -> None:
    cache = filled(*(f"client {number}" for number in range(10)))
    for number in range(1_000):
        cache.put(f"flood {number}", number, 5, "attacker")
    assert kept(cache) == set("3456789")
    assert sum(f"flood {number}" in cache for number in range(1_000)) == 6
    assert "flood 999" in cache
    assert cache.length <= 100


def test_what_two_clients_use_belongs_to_none_of_them() -> None:
    cache = filled(*["first"] * 10)
    assert cache.get("0", "second") == 0
    for number in range(20):
        cache.put(f"new {number}", number, 10, "first")
    assert kept(cache) == {"0"}


def test_a_growing_entry_makes_room_for_itself() -> None:
    cache = filled(*["first"] * 5, *["second"] * 5)
    cache.add_length("9", 30)
    assert (len(kept(cache)), cache.length) == (7, 100)
    assert "9" in cache
    cache.add_length("no longer there", 1_000)
    assert cache.length == 100


def test_an_entry_may_be_replaced_or_belong_to_nobody() -> None:
    cache = filled(*["first"] * 10)
    cache.put("3", 33, 40, None)
    assert (cache.get("3", "first"), cache.length) == (33, 100)
    assert kept(cache) == {"3", "4", "5", "6", "7", "8", "9"}
