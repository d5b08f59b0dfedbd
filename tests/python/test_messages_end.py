"""Who waits for a message learns that none will come."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import playhead
import playhead.aio


class Waiter(threading.Thread):
    """A thread that waits for messages; `end()` gives what its waiting ended with."""

    def __init__(self, wait: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._wait, self._waiting = wait, threading.Event()
        self._ended: list[object] = []
        self.start()
        assert self._waiting.wait(60)

    def run(self) -> None:
        self._waiting.set()
        try:
            self._ended.append(self._wait())
        except Exception as error:
            self._ended.append(error)

    def end(self) -> object:
        self.join(60)
        assert not self.is_alive()
        return self._ended[0]


# ---- the store is closed


def subscribed_session(store: playhead.Store) -> playhead.Session:
    session = store.session()
    session.execute("SUBSCRIBE", "c")
    assert session.message() == ("subscribe", None, b"c", b"", 1)
    return session


# What waits for a message of a store.
WAITS: dict[str, Callable[[playhead.Store], Callable[[], object]]] = {
    "get": lambda store: store.pubsub.subscribe("c").get,
    "get for a while": lambda store: partial(store.pubsub.subscribe("c").get, timeout=600),
    "an iteration": lambda store: partial(list, store.pubsub.subscribe("c")),
    "a session": lambda store: subscribed_session(store).message,
    "a session without subscriptions": lambda store: store.session().message,
}


@pytest.mark.parametrize("waiting", WAITS.values(), ids=WAITS)
def test_closing_a_store_ends_the_waiting_for_its_messages(
    store: playhead.Store, waiting: Callable[[playhead.Store], Callable[[], object]]
) -> None:
    wait = waiting(store)
    waiter = Waiter(wait)
    store.close()
    assert isinstance(waiter.end(), playhead.Closed)
    with pytest.raises(playhead.Closed):
        wait()


@pytest.mark.parametrize("url", ["memory://one", "rocksdb://{}/one"])
def test_messages_end_for_everybody_who_has_the_store_open(url: str, tmp_path: Any) -> None:
    url = url.format(tmp_path)
    with playhead.open(url) as store, playhead.open(f"{url}?db=1") as other:
        waiter = Waiter(other.pubsub.subscribe("c").get)
        store.close()
        assert isinstance(waiter.end(), playhead.Closed)


def test_what_came_before_a_store_was_closed_can_still_be_read() -> None:
    store = playhead.open("memory://")
    subscriber = store.pubsub.subscribe("c")
    store.pubsub.publish("c", "last")
    store.close()
    assert subscriber.get() == ("message", None, b"c", b"last", 0)
    with pytest.raises(playhead.Closed):
        subscriber.get(timeout=0)
    with pytest.raises(playhead.Closed):
        subscriber.subscribe("d")


def test_a_store_that_was_closed_and_opened_again_has_messages_again() -> None:
    playhead.open("memory://again").close()
    with playhead.open("memory://again") as store, store.pubsub.subscribe("c") as subscriber:
        assert subscriber.get(timeout=0) is None
        store.pubsub.publish("c", "m")
        assert subscriber.get() == ("message", None, b"c", b"m", 0)


# ---- the subscriber or the session is closed


def test_closing_a_subscriber_ends_its_iteration_in_another_thread(store: playhead.Store) -> None:
    subscriber = store.pubsub.subscribe("c")
    waiter = Waiter(lambda: list(subscriber))
    subscriber.close()
    assert waiter.end() == []


def test_closing_a_subscriber_ends_its_get_in_another_thread(store: playhead.Store) -> None:
    subscriber = store.pubsub.subscribe("c")
    waiter = Waiter(subscriber.get)
    subscriber.close()
    assert isinstance(waiter.end(), playhead.InvalidArgument)


@pytest.mark.parametrize("end", ["close", "QUIT"])
def test_the_end_of_a_session_ends_the_waiting_for_its_messages(store: playhead.Store, end: str) -> None:
    session = store.session()
    waiter = Waiter(session.message)
    if end == "QUIT":
        session.execute("QUIT")
    session.close()
    error = waiter.end()
    assert isinstance(error, playhead.InvalidArgument)
    assert "was closed" in str(error)


# ---- the same for asyncio


async def iterate(subscriber: playhead.aio.Subscriber) -> list[object]:
    return [message async for message in subscriber]


async def waiting_tasks(store: playhead.aio.Store) -> list[asyncio.Task[Any]]:
    """Tasks that wait for a message in every way, all in the middle of it."""
    read = await store.pubsub.subscribe("c")
    iterated = await store.pubsub.subscribe("c")
    session = await store.session()
    waits = [read.get(), read.get(timeout=600), iterate(iterated), session.message(), session.message(600)]
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_closing_a_store_of_coroutines_ends_the_waiting_for_its_messages(store_url: str) -> None:
    store = await playhead.aio.open(store_url)
    tasks = await waiting_tasks(store)
    await store.close()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
    assert [type(end) for end in ended] == [playhead.Closed] * len(tasks)


async def test_closing_a_session_of_coroutines_ends_the_waiting_for_its_messages(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        session = await store.session()
        waiter = asyncio.create_task(session.message())
        await asyncio.sleep(0)
        await session.close()
        with pytest.raises(playhead.InvalidArgument, match="was closed"):
            await asyncio.wait_for(waiter, 60)


async def test_seconds_that_are_no_number_are_refused_by_coroutines(store_url: str) -> None:
    async with (
        await playhead.aio.open(store_url) as store,
        await store.pubsub.subscribe("c") as subscriber,
        await store.session() as session,
    ):
        with pytest.raises(playhead.InvalidArgument, match="not a number"):
            await subscriber.get(timeout=float("nan"))
        with pytest.raises(playhead.InvalidArgument, match="not a number"):
            await session.message(float("nan"))
