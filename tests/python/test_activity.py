"""Events, time zones, active users and the clean-up after inactive ones, from Python."""

import datetime
import random
import threading
import zoneinfo

import pytest

import playhead
from playhead import modules
from playhead.modules import Activity, UserCleanup, UserEvent, WatchLater

DAY_MS = 86_400_000
MARCH = 1_709_251_200_000  # 1 March 2024, 00:00 UTC


def test_zones_are_those_of_the_standard_library() -> None:
    rng = random.Random(1)
    names = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
    assert len(names) > 400
    for name in names:
        zone = zoneinfo.ZoneInfo(name)
        for _ in range(25):
            at = rng.randrange(-2_208_988_800, 4_102_444_800)  # from 1900 to 2100
            offset = datetime.datetime.fromtimestamp(at, zone).utcoffset()
            assert offset is not None
            assert modules.utc_offset_ms(name, at * 1000) == offset.total_seconds() * 1000, (name, at)


def test_a_zone_that_is_none_is_refused() -> None:
    for name in ("", "Nowhere/Land", "../etc/passwd", "/usr/share/zoneinfo/UTC"):
        with pytest.raises(playhead.InvalidArgument, match="is no time zone"):
            modules.utc_offset_ms(name, 0)


def test_events_are_in_all_counts(store: playhead.Store, clock: playhead.ManualClock) -> None:
    activity = Activity(store, clock=clock)
    activity.record_video_viewing("alice", "intro", at=MARCH, zone="Asia/Tokyo")
    assert activity.user_counts("alice").by_hour[9] == 1
    assert activity.finish("alice", "intro", 54_000, 60_000) == modules.RecordedEvent(
        "recorded", 1, 1, 900, True
    )
    assert [activity.like("alice", "intro").result for _ in range(2)] == ["recorded", "unchanged"]
    assert activity.likes("alice", "intro")
    assert activity.liked_videos("alice").items == [modules.ListedVideo("intro", clock.now())]
    assert activity.unlike("alice", "intro").count == 0
    assert activity.like("bob", "intro").count == 1
    activity.comment("bob", "intro")
    activity.share("bob", "intro")
    activity.visit("carol")
    assert activity.video_counts("intro") == modules.VideoCounts(1, 1, 54_000, 1, 1, 1)
    assert activity.user_counts("bob")[-3:] == (1, 1, 1)
    assert activity.active_users() == 3


def test_many_events_are_recorded_and_bad_ones_named(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    activity = Activity(store, clock=clock)
    events = [UserEvent(f"u{i % 5}", "intro", watched_ms=i, at=clock.now() - i) for i in range(230)]
    events[3] = UserEvent("", "intro")
    events[7] = UserEvent("u1", "intro", "nonsense")  # type: ignore[arg-type]
    events[150] = UserEvent("u1", "intro", zone="Nowhere/Land")
    events[229] = UserEvent("u1", "intro", "like", watched_ms=5)
    report = activity.record_many(iter(events))
    assert report.recorded == 226
    assert [refused.index for refused in report.refused] == [3, 7, 150, 229]
    assert "nonsense" in report.refused[1].reason
    assert activity.video_counts("intro").views == 226
    assert activity.record_many([]) == modules.BulkReport(0, [])
    with pytest.raises(TypeError):
        activity.record_many([UserEvent(None, "intro")])  # type: ignore[arg-type]
    assert activity.video_counts("intro").views == 226


def test_many_events_of_a_source_count_once(store: playhead.Store, clock: playhead.ManualClock) -> None:
    activity = Activity(store, clock=clock)
    kinds: list[modules.ActivityEvent] = ["comment", "share", "view"]
    events = [UserEvent(f"u{i % 5}", "intro", kinds[i % 3], at=clock.now() - i) for i in range(240)]
    events[7] = UserEvent("u1", "intro", "nonsense")  # type: ignore[arg-type]
    report = activity.record_many(events[:130], source="log.csv")
    assert (report.recorded, report.repeated) == (129, 0)
    report = activity.record_many(events[100:], source="log.csv", first=100)  # resumed from an earlier event
    assert (report.recorded, report.repeated) == (110, 30)
    report = activity.record_many(events, source="log.csv")
    assert (report.recorded, report.repeated) == (0, 239)
    assert [refused.index for refused in report.refused] == [7]
    assert "nonsense" in report.refused[0].reason
    assert activity.video_counts("intro") == modules.VideoCounts(80, 0, 0, 0, 80, 79)
    for wrong in ({"source": ""}, {"source": "x" * 1025}, {"source": "x", "first": -1}):
        with pytest.raises(playhead.InvalidArgument):
            activity.record_many(events, **wrong)


def test_active_users_of_days_months_and_ranges(store: playhead.Store, clock: playhead.ManualClock) -> None:
    clock.set(MARCH + 35 * DAY_MS)
    activity = Activity(store, clock=clock)
    for day in range(-3, 33):
        activity.visit("daily", at=MARCH + day * DAY_MS)
        activity.visit(f"u{day // 7}", at=MARCH + day * DAY_MS)
    for approximate in (False, True):
        assert activity.active_users(MARCH, approximate=approximate) == 2
        assert activity.active_users(MARCH, MARCH + 8 * DAY_MS, approximate=approximate) == 3
        assert activity.monthly_active_users(MARCH, approximate=approximate) == 6
        assert activity.monthly_active_users(approximate=approximate) == 2
        assert activity.active_users(approximate=approximate) == 0


def test_inactive_users_lose_what_they_wanted_to_watch_later(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    watch_later, favorites = WatchLater(store, clock=clock), modules.Favorites(store, clock=clock)
    activity = Activity(store, clock=clock)
    for user in ("alice", "bob"):
        watch_later.add(user, "intro")
        favorites.add(user, "intro")
    clock.advance(30 * DAY_MS)
    activity.like("bob", "intro")
    cleanup = UserCleanup(store, clock=clock)
    assert cleanup.step(now=clock.now() - 1) == (0, 0, 0, False)
    assert cleanup.step() == modules.UserCleanupReport(1, 1, 0, False)
    assert [watch_later.count(user) for user in ("alice", "bob")] == [0, 1]
    assert favorites.favorite_count("intro") == 2


def test_the_clean_up_runs_in_the_background(store: playhead.Store, clock: playhead.ManualClock) -> None:
    watch_later = WatchLater(store, clock=clock)
    for i in range(20):
        watch_later.add(f"u{i}", "intro")
    clock.advance(30 * DAY_MS)
    with UserCleanup(store, clock=clock, batch=1, longest_wait=1) as cleanup:
        cleanup.run_in_background()
        with pytest.raises(playhead.InvalidArgument):
            cleanup.run_in_background()
        while store.keys.dbsize():
            threading.Event().wait(0.001)
        assert cleanup.running
    assert not cleanup.running
