"""Signals, threads, forks, and the end of the interpreter."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import playhead
import playhead.modules

# How often each program ends; PLAYHEAD_EXITS=1000 for long.
EXITS = int(os.environ.get("PLAYHEAD_EXITS", "6"))


def run(program: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(program), *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextlib.contextmanager
def interrupted() -> Iterator[Callable[[], None]]:
    """Leave the block by Ctrl-C, pressed again and again; the first one after ``arm()`` counts."""
    armed, over = False, threading.Event()

    def arm() -> None:
        nonlocal armed
        armed = True

    def on_signal(*_: object) -> None:
        nonlocal armed
        if armed:
            armed = False
            raise KeyboardInterrupt

    def press() -> None:
        while not over.wait(0.05):
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, on_signal)
    thread = threading.Thread(target=press)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield arm
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


# ---- Ctrl-C


def test_ctrl_c_interrupts_a_blocking_pop_which_then_takes_nothing(store_url: str) -> None:
    with playhead.open(store_url) as store:
        with interrupted() as arm:
            arm()
            store.lists.blpop("queue", timeout=60)
        assert store.lists.rpush("queue", "a") == 1
        assert store.lists.lpop("queue") == b"a"


def test_ctrl_c_interrupts_waiting_for_a_message(store_url: str) -> None:
    with (
        playhead.open(store_url) as store,
        store.pubsub.subscribe("news") as subscriber,
        interrupted() as arm,
    ):
        arm()
        subscriber.get(timeout=60)


def test_another_signals_exception_interrupts_as_well(store_url: str) -> None:
    class AlarmError(Exception):
        pass

    def ring(*_: object) -> None:
        raise AlarmError

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with playhead.open(store_url) as store:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(AlarmError):
                store.lists.blpop("queue", timeout=60)
    finally:
        signal.signal(signal.SIGALRM, before)


# ---- fork


def test_a_store_refuses_use_in_a_forked_child(store_url: str) -> None:
    done = run(
        """
        import os, sys
        import playhead

        store = playhead.open(sys.argv[1])
        store.strings.set("k", "v")
        batch = store.batch()
        batch.strings.set("k", "w")
        transaction = store.transaction("k")
        subscriber, session = store.pubsub.subscribe("news"), store.session()
        if (child := os.fork()) == 0:
            for use in (
                lambda: store.strings.get("k"),
                lambda: store.strings.set("k", "w"),
                lambda: store.lists.blpop("q", timeout=0.01),
                lambda: store.execute("GET", "k"),
                lambda: store.pubsub.subscribe("news"),
                lambda: subscriber.subscribe("news"),
                lambda: subscriber.get(timeout=0.01),
                lambda: next(iter(subscriber)),
                lambda: session.message(timeout=0.01),
                lambda: store.session().message(timeout=0.01),
                batch.run,
                transaction.run,
            ):
                try:
                    use()
                    print("no error")
                except playhead.Closed as error:
                    assert "fork" in str(error), error
            sys.stdout.flush()
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        if (child := os.fork()) == 0:
            sys.exit(8)  # an ordinary end, with all that the parent had open
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 8
        assert store.strings.get("k") == b"v"
        store.close()
        print("end")
        """,
        store_url,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_a_forked_child_ends_though_a_scheduler_runs_in_the_background() -> None:
    done = run(
        """
        import os, sys
        import playhead, playhead.modules

        scheduler = playhead.modules.CacheScheduler(playhead.open("memory://"), lambda video_id: None)
        scheduler.run_in_background()
        for explicit in (False, True):
            if (child := os.fork()) == 0:
                assert not scheduler.running
                if explicit:
                    scheduler.stop_background()
                sys.exit(8)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 8
        assert scheduler.running
        scheduler.stop_background()
        print("end")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


# ---- the end of the interpreter

PROGRAMS = {
    "a store that is still open": """
        store.strings.set("k", "v")
        """,
    "a thread that waits for an element": """
        threading.Thread(target=store.lists.blpop, args=("q",), kwargs={"timeout": 0}, daemon=True).start()
        """,
    "a daemon thread in the middle of commands": """
        def work():
            while True:
                store.strings.incr("n")
                store.lists.rpush("l", "x" * 100)
        for _ in range(4):
            threading.Thread(target=work, daemon=True).start()
        while store.strings.get("n") is None:
            pass
        """,
    "a subscriber that is still subscribed": """
        subscriber = store.pubsub.subscribe("news")
        threading.Thread(target=lambda: list(subscriber), daemon=True).start()
        store.pubsub.publish("news", "x")
        """,
    "a batch, a transaction and a watch that never ended": """
        batch, transaction = store.batch(), store.transaction("k")
        batch.strings.set("k", "v")
        transaction.strings.get("k")
        """,
    "a background scheduler": """
        scheduler = playhead.modules.CacheScheduler(store, print_nothing)
        scheduler.schedule("v", 1000)
        scheduler.run_in_background()
        """,
    "workers, schedulers and listeners that nobody stopped": """
        tasks = playhead.modules.TaskQueue(store)
        tasks.register_task("t")(print_nothing)
        tasks.workers(2)
        delayed = playhead.modules.DelayedTasks(store)
        delayed.register_handler("t", print_nothing)
        delayed.run_in_background()
        pubsub = playhead.modules.PubSub(store)
        pubsub.subscribe("c", print_nothing)
        chat = playhead.modules.Chat(store)
        chat.subscribe("room", print_nothing)
        for i in range(20):
            tasks.enqueue("t")
            delayed.schedule_task("t")
            pubsub.publish("c", i)
            chat.publish("room", i)
        """,
    "a listener whose loop has ended": """
        async def main():
            other = await playhead.aio.open(sys.argv[1])
            pubsub = await playhead.aio.modules.PubSub.open(other)
            await pubsub.subscribe("c", print_nothing)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        store.pubsub.publish("c", "1")
        """,
    "references to everything in a cycle": """
        store.me = [store, store.pubsub.subscribe("news"), store.strings]
        store.me.append(store.me)
        """,
    "an exception that nobody catches": """
        raise SystemExit(0)
        """,
    "tasks that wait": """
        async def main():
            other = await playhead.aio.open(sys.argv[1])
            tasks = [asyncio.create_task(other.lists.blpop("q", timeout=0)) for _ in range(5)]
            subscriber = await other.pubsub.subscribe("news")
            tasks.append(asyncio.create_task(subscriber.get()))
            await asyncio.sleep(0)
        asyncio.run(main())
        """,
    "a loop that is dropped with its tasks": """
        loop = asyncio.new_event_loop()
        async def main():
            other = await playhead.aio.open(sys.argv[1])
            main.task = asyncio.ensure_future(other.lists.blpop("q", timeout=0))
            await asyncio.sleep(0)
        loop.run_until_complete(main())
        main.task._log_destroy_pending = False
        """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.timeout(60 + 10 * EXITS)
def test_the_interpreter_ends_in_peace_with(program: str, store_url: str) -> None:
    begin = """
        import asyncio, sys, threading, time
        import playhead, playhead.aio, playhead.aio.modules, playhead.modules
        print_nothing = lambda *_: None
        store = playhead.open(sys.argv[1])
        """
    for _ in range(EXITS):
        done = run(textwrap.dedent(begin) + textwrap.dedent(program), store_url)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ---- somebody else


def test_a_store_that_another_process_has_open_names_that_process(tmp_path: Path) -> None:
    url = f"rocksdb://{tmp_path}/store"
    program = (
        "import playhead, sys; s = playhead.open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(
            playhead.Unavailable, match=f"is in use by process {owner.pid}; close it there first"
        ):
            playhead.open(url)
        owner.kill()
        owner.wait()
        with playhead.open(url) as store:  # a killed owner leaves no lock behind
            assert store.keys.dbsize() == 0


def test_a_killed_process_leaves_what_it_was_told_is_written(tmp_path: Path) -> None:
    url = f"rocksdb://{tmp_path}/store?durability=sync"
    program = """
import playhead, sys
store = playhead.open(sys.argv[1])
for i in range(10**9):
    store.lists.rpush("l", i)
    print(i, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(50):
            line = writer.stdout.readline()
        writer.kill()
        told = int((line + writer.stdout.read()).split()[-1])
    with playhead.open(url) as store:
        written = store.lists.lrange("l", 0, -1)
    assert [int(x) for x in written] == list(range(len(written)))
    assert len(written) > told


def test_a_store_that_is_closed_while_it_is_used_says_so(store_url: str) -> None:
    store = playhead.open(store_url)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while True:
                store.strings.incr("n")
                store.lists.blpop("q", timeout=0.001)
        except playhead.Closed as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while store.strings.get("n") is None:
        pass
    store.close()
    for thread in threads:
        thread.join()
    assert len(errors) == 4
    store.close()  # idempotent


# ---- subinterpreters


def test_a_subinterpreter_is_refused_and_the_main_one_goes_on() -> None:
    interpreters = "_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters"
    pytest.importorskip(interpreters)
    done = run(
        """
        import importlib, sys
        import playhead
        interpreters = importlib.import_module(sys.argv[1])
        other = interpreters.create()
        program = f"import sys; sys.path[:] = {sys.path!r}; import playhead"
        try:
            print(interpreters.run_string(other, program))
        except Exception as error:
            print(error)
        interpreters.destroy(other)
        print(playhead.open("memory://").strings.set("k", "v"))
        """,
        interpreters,
    )
    assert done.returncode == 0, done.stderr
    assert "subinterpreter" in done.stdout
    assert done.stdout.endswith("True\n")
