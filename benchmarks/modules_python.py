"""The modules from Python beside the packages that do the same, in process and over one Redis server."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable
from typing import Any

from support.contestants import Run, nothing, scattered, steps
from support.measure import REPEATS, Loops, alternately, load, redis_server, row
from support.report import Report

import playhead
from playhead import modules

USERS = [name.decode() for name in scattered(1_000, b"user:")]
Make = Callable[[], Loops]
AT_THE_END: list[Callable[[], object]] = []

# What an operation must be ahead of others by: in process, over Redis.
AHEAD = {"memory": 3.0, "redis": 2.0}
AHEAD_OF_RQ_IN_PROCESS = 100.0


def playhead_on(url: str) -> Loops:
    """The modules on one store."""
    store = playhead.open(url)
    limiter = modules.RateLimiter(store, "1000000000/minute", algorithm="fixed_window")
    cache = modules.Cache(store)
    queue = modules.MessageQueue(store, "jobs")
    locks = [modules.Lock(store, user) for user in USERS[:100]]
    sessions = modules.Sessions(store)
    begun = [sessions.create_session(user, {"theme": "dark"}) for user in USERS]
    for user in USERS:
        cache.set(user, {"name": user})

    def lock(i: int) -> None:
        assert locks[i].acquire()
        locks[i].release()

    def session(i: int) -> None:
        assert sessions.get_session(begun[i]) is not None
        sessions.update_session(begun[i], {"page": i})

    def job(i: int) -> None:
        queue.send_message({"user": USERS[i]})
        message = queue.receive_message()
        assert message is not None
        queue.complete_message(message)

    return {
        "rate limit": steps(lambda i: limiter.check(USERS[i]), len(USERS)),
        "cache hit": steps(lambda i: cache.get(USERS[i], str), len(USERS)),
        "job": steps(job, len(USERS)),
        "lock": steps(lock, len(locks)),
        "session": steps(session, len(USERS)),
    }


def limits(url: str) -> Loops:
    """The package limits: a fixed window."""
    package: Any = importlib.import_module("limits")
    storage = package.storage.storage_from_string(url)
    limiter = package.strategies.FixedWindowRateLimiter(storage)
    item = package.parse("1000000000/minute")
    return {"rate limit": steps(lambda i: limiter.hit(item, USERS[i]), len(USERS))}


def throttled(make_store: Callable[[Any], Any]) -> Loops:
    """The package throttled-py: a fixed window."""
    package: Any = importlib.import_module("throttled")
    throttle = package.Throttled(
        using="fixed_window", quota=package.per_min(1_000_000_000), store=make_store(package.store)
    )
    return {"rate limit": steps(lambda i: throttle.limit(USERS[i]), len(USERS))}


def cashews(url: str) -> Loops:
    """The package cashews, which is for asyncio: many calls in one run of the loop."""
    cache: Any = importlib.import_module("cashews").Cache()
    cache.setup(url)
    loop = asyncio.new_event_loop()

    async def lock(count: int) -> None:
        for i in range(count):
            async with cache.lock("lock:" + USERS[i % 100], expire=30):
                pass

    async def fill() -> None:
        for user in USERS:
            await cache.set(user, {"name": user}, expire=3600)

    async def get(count: int) -> None:
        for i in range(count):
            await cache.get(USERS[i % len(USERS)])

    loop.run_until_complete(fill())
    AT_THE_END.append(lambda: loop.run_until_complete(cache.close()))
    return {
        "cache hit": lambda count: loop.run_until_complete(get(count)),
        "lock": lambda count: loop.run_until_complete(lock(count)),
    }


def huey() -> Loops:
    """The package huey in memory: enqueued, dequeued and run."""
    app: Any = importlib.import_module("huey").MemoryHuey()
    task = app.task()(nothing)

    def job(i: int) -> None:
        task(USERS[i])
        app.execute(app.dequeue())

    return {"job": steps(job, len(USERS))}


def rq(port: int) -> Loops:
    """The package rq with a worker that does not fork."""
    package: Any = importlib.import_module("rq")
    connection = importlib.import_module("redis").Redis(port=port, db=1)
    queue = package.Queue(connection=connection)

    def run(count: int) -> None:
        for i in range(count):
            queue.enqueue("support.contestants.nothing", USERS[i % len(USERS)], result_ttl=0)
        worker = package.SimpleWorker([queue], connection=connection)
        worker.work(burst=True, logging_level="ERROR")

    return {"job": run}


def redis_lock(port: int) -> Loops:
    """redis-py's Lock."""
    client = importlib.import_module("redis").Redis(port=port, db=2)
    locks = [client.lock("lock:" + user, timeout=30) for user in USERS[:100]]

    def lock(i: int) -> None:
        locks[i].acquire()
        locks[i].release()

    return {"lock": steps(lock, len(locks))}


def starsessions() -> Loops:
    """The package starsessions in memory, for asyncio: loaded and saved."""
    package: Any = importlib.import_module("starsessions")
    connection: Any = importlib.import_module("starlette.requests").HTTPConnection
    store = package.InMemoryStore()
    handlers = [
        package.session.SessionHandler(
            connection({"type": "http", "headers": []}),
            user,
            store,
            package.JsonSerializer(),
            lifetime=3600,
        )
        for user in USERS
    ]
    loop = asyncio.new_event_loop()

    async def run(count: int) -> None:
        for i in range(count):
            handler = handlers[i % len(handlers)]
            handler.is_loaded = False
            await handler.load()
            handler.connection.session["page"] = i
            await handler.save(remaining_time=3600)

    loop.run_until_complete(run(len(USERS)))
    return {"session": lambda count: loop.run_until_complete(run(count))}


def flask_session(port: int) -> Loops:
    """The package Flask-Session over Redis: a session is opened and saved, as in a request."""
    client = importlib.import_module("redis").Redis(port=port, db=3)
    flask: Any = importlib.import_module("flask")
    app = flask.Flask("sessions")
    app.config.update(SESSION_TYPE="redis", SESSION_REDIS=client)
    importlib.import_module("flask_session").Session(app)
    interface = app.session_interface
    cookie = app.config["SESSION_COOKIE_NAME"]
    contexts = [app.test_request_context(headers={"Cookie": f"{cookie}={user}"}) for user in USERS]
    response = flask.Response()

    def session(i: int) -> None:
        with contexts[i] as context:
            opened = interface.open_session(app, context.request)
            opened["page"] = i
            interface.save_session(app, opened, response)

    return {"session": steps(session, len(USERS))}


def compare(report: Report, place: str, contestants: dict[str, Loops]) -> None:
    """Ours beside each of the others."""
    ours = contestants.pop("playhead")
    for operation, run in ours.items():
        loops: dict[str, Run] = {n: c[operation] for n, c in contestants.items() if operation in c}
        times = alternately({"playhead": run, **loops})
        for name, other in times.items():
            if name == "playhead":
                continue
            least = AHEAD_OF_RQ_IN_PROCESS if name.startswith("rq") and place == "memory" else AHEAD[place]
            r = row(f"{operation}, {place}", name, times["playhead"], other, reverse=True)
            report.add(r, at_least=least)


def main() -> None:
    """Measure and report."""
    report = Report(
        "modules_python",
        "Modules from Python",
        "Ours beside packages that do the same. A job is sent, received and completed, a lock acquired and "
        "released, a session read and changed. Over Redis each uses its own client, and the server has a "
        "core of its own.",
    )
    report.repeats = REPEATS
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    with redis_server() as port:
        url = f"redis://127.0.0.1:{port}/"
        in_process: dict[str, Make] = {
            "playhead": lambda: playhead_on("memory://"),
            "limits": lambda: limits("memory://"),
            "throttled-py": lambda: throttled(lambda stores: stores.MemoryStore()),
            "cashews": lambda: cashews("mem://"),
            "huey": huey,
            "starsessions": starsessions,
            "rq, over Redis": lambda: rq(port),
        }
        compare(report, "memory", load(in_process, report))
        over_redis: dict[str, Make] = {
            "playhead": lambda: playhead_on(url),
            "limits": lambda: limits(url),
            "throttled-py": lambda: throttled(lambda stores: stores.RedisStore(server=url)),
            "cashews": lambda: cashews(url),
            "rq": lambda: rq(port),
            "redis-py's Lock": lambda: redis_lock(port),
            "Flask-Session": lambda: flask_session(port),
        }
        compare(report, "redis", load(over_redis, report))
        for close in AT_THE_END:
            close()
    report.write()


if __name__ == "__main__":
    main()
