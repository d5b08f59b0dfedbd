"""The same stores for asyncio: what may wait for disk, network or another client is a coroutine.

>>> import asyncio
>>> import playhead.aio
>>> async def main():
...     async with await playhead.aio.open("memory://") as store:
...         await store.lists.rpush("queue", "job")
...         return await store.lists.blpop("queue", timeout=1)
>>> asyncio.run(main())
[b'queue', b'job']

The event loop is never blocked: a memory store's calls are performed at once, those of a RocksDB or Redis
store on a few threads; blocking operations and subscriptions wait in the store.

A task that is cancelled while it waits in a blocking operation gets its CancelledError. If it has been served
at that moment, the elements go back to where they were taken from; what was moved stays moved. Only if they
cannot go back (the key holds another type by now, the server is gone) the cancellation is dropped and the
elements are returned: nothing is lost. Cancelling any other call does not undo it: it may still happen.
"""

from playhead.aio._session import Session
from playhead.aio._store import Batch, PubSub, Store, Subscriber, Transaction, open

__all__ = [
    "Batch",
    "PubSub",
    "Session",
    "Store",
    "Subscriber",
    "Transaction",
    "open",
]
