"""Sessions, their ends, and single sign-on from Python."""

import multiprocessing
import threading
from pathlib import Path
from typing import Any

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
from playhead import modules


def test_a_session_keeps_json(store: playhead.Store, clock: playhead.ManualClock) -> None:
    sessions = modules.Sessions(store, clock=clock)
    data = {"theme": "dark", "tags": ["ü", None, 1.5], "ü": {}}
    created = sessions.create("alice", data)
    now = clock.now()
    assert sessions.get_session(created.session) == modules.SessionInfo(
        created.id, "alice", "", data, 1, now, now, now + 1_800_000, now
    )
    assert created.expires_at == now + 86_400_000


def test_updates_merge_and_may_expect_a_version(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    session = sessions.create_session("alice", {"a": 1, "b": 2})
    assert sessions.update_session(session, {"b": None, "c": 3}, remove=["a"]) == ("updated", 2)
    found = sessions.get_session(session)
    assert found is not None
    assert found.user_data == {"b": None, "c": 3}
    assert sessions.update_session(session, {"b": 5}, version=2)
    late = sessions.update_session(session, {"b": 6}, version=2)
    assert not late
    assert late == ("conflict", 3)
    assert sessions.update_session(session, {"x": "x" * 70_000}).outcome == "too_big"
    assert sessions.update_session("made up", {"a": 1}).outcome == "no_session"
    with pytest.raises(playhead.InvalidArgument, match="JSON"):
        sessions.update_session(session, {"a": object()})


def test_sessions_end(store: playhead.Store, clock: playhead.ManualClock) -> None:
    sessions = modules.Sessions(store, clock=clock, idle_timeout=60_000)
    first, second, third = (sessions.create("alice") for _ in range(3))
    assert sessions.destroy_session(first.session)
    assert not sessions.destroy_session(first.session)
    assert sessions.destroy_id("alice", second.id)
    assert [s.id for s in sessions.get_user_sessions("alice")] == [third.id]
    clock.advance(59_999)
    assert sessions.peek_session(third.session) is not None
    assert sessions.touch(third.session)
    clock.advance(60_000)
    assert sessions.get_session(third.session) is None
    kept = sessions.create_session("alice")
    sessions.create_session("alice")
    assert sessions.destroy_others(kept) == 1
    assert sessions.destroy_user_sessions("alice") == 1
    sessions.create_session("bob")
    assert sessions.destroy_everybody() == 1
    assert sessions.count() == 0


def test_a_new_id_keeps_the_data(store: playhead.Store) -> None:
    sessions = modules.RedisSessionManager(store)
    old = sessions.create_session("alice", {"a": 1})
    new = sessions.regenerate(old)
    assert new is not None
    assert sessions.get_session(old) is None
    assert sessions.regenerate(old) is None
    found = sessions.get_session(new.session)
    assert found is not None
    assert found.user_data == {"a": 1}


@pytest.mark.parametrize("junk", ["", "x", "A" * 68, "é" * 68, "\ud800", b"A" * 68, None, 7])
def test_what_clients_send_is_no_reason_to_raise(store: playhead.Store, junk: Any) -> None:
    sessions = modules.Sessions(store)
    assert sessions.get_session(junk) is None
    assert sessions.peek_session(junk) is None
    assert sessions.update_session(junk, {"a": 1}).outcome == "no_session"
    assert not sessions.touch(junk)
    assert sessions.regenerate(junk) is None
    assert not sessions.destroy_session(junk)
    assert sessions.destroy_others(junk) == 0
    sso = modules.SingleSignOn(store)
    assert sso.create_app_session(junk, "shop") is None
    assert sso.get_session_with_sso(junk) is None
    assert not sso.sign_out(junk)
    assert not sso.sign_out_everywhere(junk)
    assert sso.app_sessions(junk) == []


def test_applications_share_a_sign_on(store: playhead.Store) -> None:
    sso = modules.DistributedSessionManager(store)
    session = sso.create_global_session("alice", {"name": "Alice"})
    shop = sso.create_app_session(session, "shop", {"cart": [1]})
    mail = sso.create_app_session(session, "mail")
    assert shop is not None
    assert mail is not None
    both = sso.get_session_with_sso(shop)
    assert both is not None
    assert (both.app.app, both.app.user_data) == ("shop", {"cart": [1]})
    assert both.global_session.user_data == {"name": "Alice"}
    assert [s.app for s in sso.app_sessions(session)] == ["shop", "mail"]
    assert sso.sign_out(shop)
    assert sso.get_session_with_sso(shop) is None
    assert sso.get_session_with_sso(mail) is not None
    assert sso.sign_out_everywhere(mail)
    assert modules.Sessions(store, name="sso").get_session(session) is None


def test_listeners_are_told_what_ended(store: playhead.Store, clock: playhead.ManualClock) -> None:
    class Log:
        def __init__(self) -> None:
            self.ends: list[modules.SessionEnd] = []

        def on_session_expired(self, end: modules.SessionEnd) -> None:
            self.ends.append(end)

    sessions = modules.Sessions(store, clock=clock, shards=2)
    expiry = modules.SessionExpiry(sessions)
    log, users = Log(), []
    expiry.add_session_listener(log)
    expiry.add_session_listener(lambda end: users.append(end.user_id))
    created = sessions.create(b"\xff")
    start = clock.now()
    clock.advance(1_800_000)
    assert expiry.step() == modules.SessionExpiryReport(1, 1, [], None, clock.now())
    assert log.ends == [modules.SessionEnd(created.id, b"\xff", "", "idle", start + 1_800_000, start, start)]
    assert users == [b"\xff"]
    assert expiry.log().items == log.ends


def test_what_a_listener_raises_is_reported_and_the_end_told_again(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    sessions = modules.Sessions(store, clock=clock, shards=2)
    expiry = modules.SessionExpiry(sessions, lease=1_000)
    raised: list[BaseException] = [KeyboardInterrupt(), ValueError("no database")]

    def listener(_: modules.SessionEnd) -> None:
        if raised:
            raise raised.pop()

    expiry.add_session_listener(listener)
    sessions.create("alice")
    clock.advance(1_800_000)
    assert "no database" in expiry.step().failures[0]
    clock.advance(1_000)
    with pytest.raises(KeyboardInterrupt):
        expiry.step()
    clock.advance(1_000)
    assert expiry.step().told == 1


def test_ends_are_told_in_the_background(store: playhead.Store, clock: playhead.ManualClock) -> None:
    sessions = modules.Sessions(store, clock=clock, shards=1)
    told = threading.Event()
    with modules.SessionCleanupManager(sessions, longest_wait=1) as cleanup:
        cleanup.add_session_listener(lambda _: told.set())
        cleanup.start_cleanup()
        assert cleanup.running
        sessions.create("alice")
        clock.advance(1_800_000)
        assert told.wait(60)
        cleanup.stop_cleanup()
        assert not cleanup.running


def tell_ends(url: str, now: int, path: str) -> None:
    with playhead.open(url) as store, Path(path).open("a") as out:
        expiry = modules.SessionExpiry(modules.Sessions(store, shards=2), batch=3)
        expiry.add_session_listener(lambda end: out.write(end.id + "\n"))
        while expiry.step(now).told:
            pass


def test_processes_share_the_ends(redis_url: str, tmp_path: Path) -> None:
    with playhead.open(redis_url) as store:
        sessions = modules.Sessions(store, shards=2)
        ids = sorted(sessions.create(f"user{i}").id for i in range(200))
        now = store.now() + 1_800_001
        files = [str(tmp_path / str(i)) for i in range(3)]
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=tell_ends, args=(redis_url, now, file)) for file in files]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            assert worker.exitcode == 0
        assert sorted(line for file in files for line in Path(file).read_text().split()) == ids


async def test_sessions_for_asyncio(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        sessions = await playhead.aio.modules.Sessions.open(store)
        session = await sessions.create_session("alice", {"a": 1})
        found = await sessions.get_session(session)
        assert found is not None
        assert found.user_data == {"a": 1}
        sso = await playhead.aio.modules.SingleSignOn.open(store)
        shop = await sso.create_app_session(await sso.create_global_session("bob"), "shop")
        assert shop is not None
        assert await sso.get_session_with_sso(shop) is not None
