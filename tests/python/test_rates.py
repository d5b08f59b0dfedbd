"""Rate limits from Python."""

from typing import Any

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
from playhead import modules

ALGORITHMS: list[Any] = ["fixed_window", "sliding_log", "sliding_counter", "token_bucket", "gcra"]


@pytest.fixture
def clock() -> playhead.ManualClock:
    return playhead.ManualClock(1_700_000_040_000)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_request_beyond_the_rate_is_told_when_to_come_again(
    store: playhead.Store, clock: playhead.ManualClock, algorithm: Any
) -> None:
    limiter = modules.RateLimiter(store, "2/minute", algorithm=algorithm, clock=clock)
    assert [limiter.check("alice").remaining for _ in range(2)] == [1, 0]
    refused = limiter.check("alice")
    assert not refused.allowed
    assert refused.retry_after is not None
    clock.advance(refused.retry_after - 1)
    assert not limiter.check("alice")
    clock.advance(1)
    assert limiter.check("alice")
    assert limiter.check("bob", 2)


def test_a_refusal_is_false_where_a_truth_is_asked_for(store: playhead.Store) -> None:
    limiter = modules.RateLimiter(store, "1/hour")
    assert bool(limiter.check("alice")) is True
    assert bool(limiter.check("alice")) is False


def test_a_look_takes_nothing_and_a_reset_gives_back(store: playhead.Store) -> None:
    limiter = modules.RateLimiter(store, "5/hour", burst=3)
    assert (limiter.limit, limiter.period) == (5, 3_600_000)
    assert limiter.peek("alice").remaining == 3
    assert limiter.check("alice", 3)
    assert limiter.check("alice", 4).retry_after is None
    assert limiter.reset("alice")
    assert not limiter.reset("alice")
    assert limiter.check("alice", 3)


def test_rates_and_algorithms_that_do_not_exist_are_refused(store: playhead.Store) -> None:
    with pytest.raises(playhead.InvalidArgument, match="100/minute"):
        modules.RateLimiter(store, "often")
    with pytest.raises(playhead.InvalidArgument, match="sliding_log"):
        modules.RateLimiter(store, "1/s", algorithm="magic")  # type: ignore[arg-type]
    with pytest.raises(playhead.InvalidArgument, match="weight"):
        modules.RateLimiter(store, "1/s").check("alice", 0)


async def test_a_rate_limiter_for_asyncio(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        limiter = await playhead.aio.modules.RateLimiter.open(store, "1/hour")
        assert (await limiter.check("alice")).allowed
        assert not await limiter.check("alice")
        assert limiter.limit == 1
