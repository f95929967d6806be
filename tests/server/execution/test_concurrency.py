"""The limit on concurrent work per key."""

from server.execution.concurrency import ConcurrencyLimiter


def test_slots_are_counted_per_key() -> None:
    limiter = ConcurrencyLimiter(2)
    with limiter.running("ada"):
        assert limiter.has_room("ada")
        with limiter.running("ada"):
            assert not limiter.has_room("ada")
            assert limiter.has_room("bob")
        assert limiter.has_room("ada")
    assert len(limiter) == 0


def test_slots_cannot_be_acquired_beyond_the_limit() -> None:
    limiter = ConcurrencyLimiter(1)
    assert limiter.try_acquire("ada")
    assert not limiter.try_acquire("ada")
    assert limiter.try_acquire("bob")
    limiter.release("ada")
    assert limiter.try_acquire("ada")
    limiter.release("ada")
    limiter.release("bob")
    assert len(limiter) == 0
