"""Waiting for blocking operations to wait."""

import asyncio

import playhead
import playhead.aio


def until_parked(store: playhead.Store, key: str) -> None:
    """Wait until somebody waits for a key: what is pushed there is taken at once."""
    while True:
        store.lists.rpush(key, "probe")
        if store.lists.lrem(key, 1, "probe") == 0:
            return


async def until_parked_aio(store: playhead.aio.Store, key: str) -> None:
    """The same for a store of coroutines."""
    while True:
        await store.lists.rpush(key, "probe")
        if await store.lists.lrem(key, 1, "probe") == 0:
            return
        await asyncio.sleep(0)
