"""What became of the originals that keep what users watch and list: an example of each."""

import playhead
from originals import Examples
from playhead import modules

EXAMPLES = Examples()
example = EXAMPLES.of


@example("000 record_video_viewing")
def record_video_viewing(store: playhead.Store) -> None:
    activity = modules.Activity(store)
    recorded = activity.record_video_viewing("alice", "intro", 45_000, 60_000)
    assert recorded == modules.RecordedViewing(1, 1, 750, False)
    assert activity.preferences("alice") == [modules.Preference("intro", 1)]


@example("000 record_viewing_activity")
def record_viewing_activity(store: playhead.Store) -> None:
    activity = modules.Activity(store, history_limit=50)
    for n in range(60):
        activity.record_video_viewing("alice", f"v{n}", 1_000)
    assert len(activity.history("alice", count=100).items) == 50
    assert activity.active_users() == 1


@example("000 cleanup_user_lists")
def cleanup_user_lists(store: playhead.Store) -> None:
    clock = playhead.ManualClock()
    watch_later, favorites = modules.WatchLater(store, clock=clock), modules.Favorites(store, clock=clock)
    for user in ("alice", "bob"):
        watch_later.add(user, "intro")
        favorites.add(user, "intro")
    clock.advance(30 * 86_400_000)
    modules.Activity(store, clock=clock).visit("bob")
    assert modules.cleanup_user_lists(modules.UserCleanup(store, clock=clock)) == 1
    assert [watch_later.count(user) for user in ("alice", "bob")] == [0, 1]
    assert favorites.favorite_count("intro") == 2


@example("000 add_to_watch_later")
def add_to_watch_later(store: playhead.Store) -> None:
    watch_later = modules.WatchLater(store)
    assert [watch_later.add("alice", "intro") for _ in range(2)] == ["added", "present"]


@example("000 get_watch_later_list")
def get_watch_later_list(store: playhead.Store) -> None:
    watch_later = modules.WatchLater(store)
    for n in range(3):
        watch_later.add("alice", f"v{n}", at=n + 1)
    page = watch_later.list("alice", count=2)
    assert [video.video_id for video in page.items] == ["v2", "v1"]
    assert [video.video_id for video in watch_later.list("alice", page.next).items] == ["v0"]


@example("000 add_to_favorites")
def add_to_favorites(store: playhead.Store) -> None:
    favorites = modules.Favorites(store)
    for _ in range(2):
        assert favorites.add("alice", "intro").favorites == 1  # the original counts 2
    assert favorites.remove("alice", "intro")
    assert favorites.favorite_count("intro") == 0


@example("000 get_favorites")
def get_favorites(store: playhead.Store) -> None:
    favorites = modules.Favorites(store)
    favorites.add("alice", "intro")
    assert [video.video_id for video in favorites.list("alice", count=100).items] == ["intro"]


@example("000 create_playlist")
def create_playlist(store: playhead.Store) -> None:
    playlists = modules.Playlists(store)
    made = [playlists.create("alice", "mix", ["a", "b"]) for _ in range(2)]
    assert None not in made
    assert made[0] != made[1]  # the original's are equal within a millisecond
    page = playlists.videos(made[0] or "", "alice")
    assert page is not None
    assert page.videos == ["a", "b"]
    assert not page.info.is_public
