"""PageCache of playhead.aio.modules."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

import playhead
import playhead.aio
from playhead import modules
from playhead.aio import modules as aio
from playhead.middleware import AsgiPageCache
from playhead.modules import PageRequest, PageRule

RULES = (PageRule("/video/*", 1_000, tags=("video-{2}",)),)
INTRO = PageRequest("/video/intro", host="http://x")


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[playhead.aio.Store]:
    """An empty store, once for each kind."""
    async with await playhead.aio.open(store_url) as opened:
        yield opened


async def make(pages: aio.PageCache, request: PageRequest, body: bytes) -> bytes:
    """Serve a request, for which the application makes a body."""
    visit = await pages.begin(request)
    if visit.response is not None:
        return visit.response.body
    visit.start(200, [("Content-Type", "text/plain")])
    visit.add(body)
    await visit.finish_async()
    return body


async def test_pages_are_kept_until_their_end_or_invalidation(
    store: playhead.aio.Store, clock: playhead.ManualClock
) -> None:
    pages = await aio.PageCache.open(store, RULES, clock=clock)
    assert await make(pages, INTRO, b"1") == b"1"
    assert await make(pages, INTRO, b"2") == b"1"
    assert await pages.contains(INTRO)
    clock.advance(1_001)
    assert await make(pages, INTRO, b"3") == b"3"
    assert await pages.invalidate(INTRO)
    assert not await pages.contains(INTRO)
    assert await make(pages, INTRO, b"4") == b"4"
    await pages.invalidate_tags("video-intro")
    assert await make(pages, INTRO, b"5") == b"5"
    statistics = await pages.statistics()
    assert (statistics.hits, statistics.misses, statistics.kept, statistics.errors) == (1, 4, 4, 0)


async def test_rules_and_keys_are_those_of_code_that_waits(store: playhead.aio.Store) -> None:
    pages, waiting = await aio.PageCache.open(store, RULES), modules.PageCache(store.sync, RULES)
    assert pages.rules == waiting.rules == RULES
    assert await pages.rule_of(INTRO) == RULES[0]
    assert await pages.rule_of(PageRequest("/other")) is None
    assert pages.key(INTRO, RULES[0]) == waiting.key(INTRO, RULES[0])
    await make(pages, INTRO, b"1")
    assert await asyncio.to_thread(waiting.contains, INTRO)
    assert (await aio.PageCache.open(store)).rules == modules.VIDEO_RULES


async def test_one_task_makes_a_page_and_the_others_wait_without_the_loop(store: playhead.aio.Store) -> None:
    pages = await aio.PageCache.open(store, RULES)
    first = await pages.begin(INTRO)
    others = [asyncio.create_task(make(pages, INTRO, b"other")) for _ in range(5)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert not any(task.done() for task in others)
    first.start(200, [])
    first.add(b"first")
    await first.finish_async()
    assert await asyncio.gather(*others) == [b"first"] * 5


async def test_requests_of_somebody_are_told_by_a_function(store: playhead.aio.Store) -> None:
    pages = await aio.PageCache.open(store, RULES, personal=lambda request: "me" in request.query)
    mine = PageRequest("/video/intro", "me=1", host="http://x")
    for body in (b"1", b"2"):
        assert await make(pages, mine, body) == body
    assert sum(await pages.statistics()) == 0  # the cache was not looked at


async def test_the_middleware_takes_either_page_cache(store: playhead.aio.Store) -> None:
    made = 0

    async def app(_scope: MutableMapping[str, Any], _receive: Any, send: Any) -> None:
        nonlocal made
        made += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    scope = {"type": "http", "method": "GET", "path": "/video/intro", "query_string": b"", "headers": []}
    for pages in (await aio.PageCache.open(store, RULES), modules.PageCache(store.sync, RULES)):
        for _ in range(3):
            sent: list[Any] = []

            async def receive() -> MutableMapping[str, Any]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(event: MutableMapping[str, Any], sent: list[Any] = sent) -> None:
                sent.append(event)

            await AsgiPageCache(app, pages)(dict(scope), receive, send)
            assert [event.get("body") for event in sent] == [None, b"page"]
    assert made == 1


async def test_changed_metadata_of_a_video_drop_its_pages(store: playhead.aio.Store) -> None:
    class Videos:
        async def get_video_by_id(self, video_id: Any) -> dict[str, Any]:
            return {"id": video_id, "title": "t"}

        async def update_video(self, video_id: Any, update_data: Any) -> None:
            assert (video_id, update_data) == ("v", {"title": "new"})

        async def get_user_by_id(self, user_id: Any) -> None:
            raise OSError(f"{user_id} is not known here")

    pages = await aio.PageCache.open(store)
    cache = await aio.VideoMetadataCache.open(store, Videos(), pages=pages)
    page = PageRequest("/videos/v")
    assert await make(pages, page, b"1") == b"1"
    await cache.update_video_metadata("v", {"title": "new"})
    assert not await pages.contains(page)
