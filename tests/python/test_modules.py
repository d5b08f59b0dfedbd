"""The modules from Python: tokens, activity, watch later, the cache scheduler."""

import subprocess
import sys
import threading
from typing import Any

import pytest

import playhead
from playhead import modules
from playhead._types import Id


def test_a_token_tells_whose_it_is_and_what_it_was_issued_with(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    tokens = modules.Tokens(store, clock=clock)
    issued = tokens.issue("alice", {"platform": "web", "tags": ["ü", None]})
    found = tokens.validate(issued.token)
    assert found == modules.TokenInfo(
        issued.id,
        "alice",
        {"platform": "web", "tags": ["ü", None]},
        clock.now(),
        clock.now(),
        clock.now() + 1_800_000,
    )
    assert tokens.list("alice") == [found]


def test_a_token_ends_when_it_is_revoked_or_idle(store: playhead.Store, clock: playhead.ManualClock) -> None:
    tokens = modules.Tokens(store, clock=clock, idle_timeout=60_000)
    first, second, third = (tokens.issue("alice").token for _ in range(3))
    assert tokens.revoke(first)
    assert tokens.validate(first) is None
    assert tokens.revoke_others(second) == 1
    assert tokens.validate(third) is None
    clock.advance(59_999)
    assert tokens.validate(second) is not None
    clock.advance(60_000)
    assert tokens.validate(second) is None


def test_a_rotated_token_is_good_for_the_grace(store: playhead.Store, clock: playhead.ManualClock) -> None:
    tokens = modules.Tokens(store, clock=clock, rotation_grace=1_000)
    old = tokens.issue("alice", [1]).token
    new = tokens.rotate(old)
    assert new is not None
    assert tokens.validate(old) is not None
    clock.advance(1_000)
    assert tokens.validate(old) is None
    found = tokens.validate(new.token)
    assert found is not None
    assert found.data == [1]
    assert tokens.rotate(old) is None


@pytest.mark.parametrize("junk", ["", "x", "A" * 68, "é" * 68, "\ud800", b"A" * 68, None, 7])
def test_what_clients_send_is_no_reason_to_raise(store: playhead.Store, junk: Any) -> None:
    tokens = modules.Tokens(store)
    assert tokens.validate(junk) is None
    assert tokens.rotate(junk) is None
    assert tokens.revoke(junk) is False
    assert tokens.revoke_others(junk) == 0


def test_the_original_functions_have_their_names(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    token = modules.generate_access_token("alice", tokens)
    found = modules.validate_access_token(token, tokens)
    assert found is not None
    assert found.user_id == "alice"
    assert modules.VideoCacheScheduler is modules.CacheScheduler


def test_ids_are_text_or_bytes_and_come_back_the_same(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    cases: list[tuple[Id, Id]] = [("ü:{x}", "ü:{x}"), (b"plain", "plain"), (b"\xff\x00", b"\xff\x00")]
    for given, told in cases:
        found = tokens.validate(tokens.issue(given).token)
        assert found is not None
        assert found.user_id == told


def test_ids_that_make_no_sense_are_refused(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    for bad in ["", "x" * 1025]:
        with pytest.raises(playhead.InvalidArgument, match="user_id has"):
            tokens.issue(bad)
    with pytest.raises(TypeError):
        tokens.issue(None)  # type: ignore[arg-type]


def test_a_viewing_is_in_all_counts(store: playhead.Store, clock: playhead.ManualClock) -> None:
    activity = modules.Activity(store, clock=clock)
    recorded = activity.record_video_viewing("alice", "intro", 54_000, 60_000, utc_offset_minutes=120)
    assert recorded == modules.RecordedViewing(1, 1, 900, True)
    assert activity.history("alice") == modules.HistoryPage(
        [modules.WatchedVideo("intro", clock.now(), 54_000, 900)], ""
    )
    assert activity.preferences("alice") == [modules.Preference("intro", 1)]
    assert activity.video_counts("intro") == modules.VideoCounts(1, 1, 54_000)
    counts = activity.user_counts("alice")
    assert counts[:4] == (1, 1, 54_000, clock.now())
    assert sum(counts.by_hour) == 1
    assert counts.by_hour[(clock.now() // 3_600_000 + 2) % 24] == 1
    assert activity.active_users() == 1
    assert activity.active_users(clock.now() - 86_400_000) == 0


def test_a_history_is_read_page_by_page(store: playhead.Store, clock: playhead.ManualClock) -> None:
    activity = modules.Activity(store, clock=clock)
    for i in range(25):
        activity.record_video_viewing("alice", f"v{i}")
    seen, cursor = [], ""
    while True:
        page = activity.history("alice", cursor, 10)
        seen += [item.video_id for item in page.items]
        cursor = page.next
        if not cursor:
            break
    assert sorted(seen) == sorted(f"v{i}" for i in range(25))


def test_watch_later_is_idempotent_and_limited(store: playhead.Store, clock: playhead.ManualClock) -> None:
    later = modules.WatchLater(store, clock=clock, limit=2)
    assert later.add("alice", "a") == "added"
    clock.advance(1)
    assert [later.add("alice", video) for video in "aba"] == ["present", "added", "present"]
    assert later.add("alice", "c") == "full"
    assert [item.video_id for item in later.list("alice").items] == ["b", "a"]
    assert later.remove("alice", "a")
    assert not later.remove("alice", "a")
    assert not later.contains("alice", "a")
    assert later.count("alice") == 1


def test_a_scheduler_calls_its_loader_when_an_entry_is_due(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    loaded: list[Id] = []
    scheduler = modules.CacheScheduler(store, loaded.append, clock=clock)
    scheduler.schedule_hot_video_cache("intro")
    assert scheduler.step().refreshed == 1
    assert scheduler.step() == modules.StepReport(0, 0, 0, 0, [], clock.now() + 300_000, clock.now())
    clock.advance(300_000)
    assert scheduler.step().refreshed == 1
    assert loaded == ["intro", "intro"]


def test_what_a_loader_raises_is_reported(store: playhead.Store, clock: playhead.ManualClock) -> None:
    scheduler = modules.CacheScheduler(store, lambda _: 1 / 0, clock=clock)
    scheduler.schedule("intro", 1_000)
    [(video, message)] = scheduler.step().failures
    assert video == "intro"
    assert "ZeroDivisionError" in message


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_leaves_a_step_and_the_entry_stays_claimed(
    store: playhead.Store, clock: playhead.ManualClock, kind: type[BaseException]
) -> None:
    raised = [kind()]

    def load(_: Id) -> None:
        if raised:
            raise raised.pop()

    scheduler = modules.CacheScheduler(store, load, clock=clock, lease=5_000)
    scheduler.schedule("intro", 1_000)
    with pytest.raises(kind):
        scheduler.step()
    assert scheduler.step().claimed == 0
    clock.advance(5_000)
    assert scheduler.step().refreshed == 1


def test_what_is_no_exception_ends_a_background_run(store: playhead.Store) -> None:
    errors: list[str] = []
    scheduler = modules.CacheScheduler(store, lambda _: sys.exit(3))
    scheduler.run_in_background(errors.append)
    scheduler.schedule("intro", 1)
    while scheduler.running or not errors:
        pass
    assert "SystemExit" in errors[0]
    scheduler.run_in_background()  # another one may begin
    scheduler.stop_background()


def test_a_message_of_a_failed_load_may_show_bytes(store: playhead.Store) -> None:
    errors: list[str] = []
    failed = threading.Event()

    def fail(_: Id) -> None:
        raise ValueError("no row")

    def tell(error: str) -> None:
        errors.append(error)
        failed.set()

    with modules.CacheScheduler(store, fail) as scheduler:
        scheduler.run_in_background(tell)
        scheduler.schedule(b"\xff", 1_000)
        assert failed.wait(60)
    assert errors[0].startswith(r"\xff: ValueError: no row")


def test_unpopular_videos_are_stopped(store: playhead.Store, clock: playhead.ManualClock) -> None:
    dropped: list[Id] = []
    views: dict[Id, int] = {"a": 99, "b": 100}
    scheduler = modules.CacheScheduler(
        store, print, views_of=views.__getitem__, stopped=dropped.append, clock=clock, batch=10
    )
    scheduler.schedule("a", 1_000)
    scheduler.schedule("b", 1_000)
    report = scheduler.step()
    assert (report.stopped, report.refreshed) == (1, 1)
    assert dropped == ["a"]


def test_claims_are_completed_by_their_receipts(store: playhead.Store, clock: playhead.ManualClock) -> None:
    scheduler = modules.CacheScheduler(store, clock=clock)
    scheduler.schedule("a", 1_000)
    [claim] = scheduler.claim()
    assert claim[:2] == ("a", 1_000)
    assert scheduler.claim() == []
    assert not scheduler.complete(claim._replace(receipt="somebody else's"))
    assert scheduler.complete(claim)
    assert not scheduler.complete(claim)


def test_a_background_scheduler_loads_and_stops(store: playhead.Store) -> None:
    loaded = threading.Event()
    with modules.CacheScheduler(store, lambda _: loaded.set()) as scheduler:
        scheduler.run_in_background()
        scheduler.schedule("intro", 3_600_000)
        assert loaded.wait(20)
        assert scheduler.running
    assert not scheduler.running


def test_the_interpreter_ends_while_a_scheduler_runs() -> None:
    program = """
import playhead, time
from playhead.modules import CacheScheduler
store = playhead.open("memory://")
scheduler = CacheScheduler(store, lambda video: time.sleep(0.001))
for i in range(100):
    scheduler.schedule(str(i), 1)
scheduler.run_in_background(print)
print("end")
"""
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_a_module_does_not_work_on_a_batch(store: playhead.Store) -> None:
    with pytest.raises(playhead.InvalidArgument, match="not on a batch"):
        modules.Tokens(store.batch())  # type: ignore[arg-type]
