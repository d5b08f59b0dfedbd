"""Serving for asyncio."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

import playhead
import playhead.aio
from playhead import modules
from playhead.aio import modules as aio

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    """An empty store, once for each kind."""
    async with await playhead.aio.open(store_url) as opened:
        yield opened


async def test_a_feed_is_made_of_modules_for_asyncio(store: playhead.aio.Store) -> None:
    recommender, tokens = await aio.Recommender.open(store), await aio.Tokens.open(store)
    placement = await aio.NodePlacement.open(store)
    limiter = await aio.RateLimiter.open(store, "3/minute")
    for user in ("a", "b"):
        await recommender.record(user, "v1", "finish")
    await placement.add_node("paris", "eu")
    await placement.place("paris", ["v1"])
    loaded: list[object] = []

    async def load(region: object, videos: Sequence[object]) -> None:
        await asyncio.sleep(0)
        loaded.append((region, *videos))

    async with await aio.Preheater.open(store, recommender, load) as preheater:
        await preheater.schedule("eu")
        assert (await preheater.step()).refreshed == 1
        assert loaded == [("eu", "v1")]
        feed = await aio.Feed.open(
            store, recommender, tokens, limiter=limiter, placement=placement, preheater=preheater
        )
        token = (await tokens.issue("new")).token
        page = await feed.get(token, region="eu")
        assert page.preheated
        assert [(i.video_id, i.node and i.node.node_id) for i in page.items] == [("v1", "paris")]
        await feed.get(token)
        await feed.get(token)
        with pytest.raises(modules.RateLimitError):
            await feed.get(token)
        with pytest.raises(modules.AuthenticationError):
            await feed.get("guess")
        assert await feed.explain("new", "v1") is not None


async def test_a_preheater_runs_in_the_background_of_a_loop(store: playhead.aio.Store) -> None:
    recommender = await aio.Recommender.open(store)
    await recommender.record("a", "v1", "finish")
    made = asyncio.Event()

    async def load(*_: object) -> None:
        made.set()

    async with await aio.Preheater.open(store, recommender, load, threshold=2) as preheater:
        await preheater.run_in_background()
        await preheater.note("eu", 2)
        await asyncio.wait_for(made.wait(), 60)
        assert preheater.running
    assert not preheater.running
