"""What users watch and list. Usage: activity.py [URL of a store]."""

import sys

import playhead
from playhead.modules import Activity, Favorites, Following, Playlists, UserCleanup, UserEvent, WatchLater

with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    activity = Activity(store)
    viewing = activity.record_video_viewing("alice", "intro", 45_000, 60_000)
    print(f"alice watched {viewing.completion / 10:g} % of intro")

    activity.like("alice", "intro")
    viewed = UserEvent("bob", "intro", watched_ms=30_000, zone="Asia/Tokyo")
    report = activity.record_many([viewed, UserEvent("bob", "intro", "share"), UserEvent("", "intro")])
    print(f"{report.recorded} events of a log recorded, refused: {report.refused}")
    print("intro:", activity.video_counts("intro"), "watched by", activity.active_users(), "users today")

    favorites, watch_later = Favorites(store), WatchLater(store)
    favorites.add("alice", "intro")
    print("favorites of intro:", favorites.add("bob", "intro").favorites)
    print("watch later:", watch_later.add("alice", "sequel"))

    playlists = Playlists(store)
    mix = playlists.create("alice", "mix", ["intro", "sequel"], is_public=True)
    assert mix is not None
    playlists.move_video("alice", mix, "sequel", 0)
    page = playlists.videos(mix, "bob")
    print("alice's mix for bob:", page.videos if page else None)

    following = Following(store)
    following.follow("alice", "bob")
    following.follow("bob", "alice")
    print("alice and bob follow each other:", following.is_mutual("alice", "bob"))

    cleaned = UserCleanup(store).step(now=store.now() + 31 * 86_400_000)
    print(f"a month later: {cleaned.videos} video of users who stayed away is not kept any longer")
