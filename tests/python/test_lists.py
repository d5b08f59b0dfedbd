"""Favorites, following and playlists from Python."""

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
from playhead import modules


def test_favorites_are_counted_once(store: playhead.Store, clock: playhead.ManualClock) -> None:
    favorites = modules.Favorites(store, clock=clock, limit=2)
    assert favorites.add("alice", "intro") == modules.FavoriteChange("added", 1)
    assert favorites.add("alice", "intro") == modules.FavoriteChange("present", 1)
    assert favorites.add("bob", "intro").favorites == 2
    favorites.add("alice", b"\xff", at=5)
    assert favorites.add("alice", "third").result == "full"
    assert favorites.list("alice") == modules.ListPage(
        [modules.ListedVideo("intro", clock.now()), modules.ListedVideo(b"\xff", 5)], ""
    )
    assert favorites.contains("alice", "intro")
    assert favorites.count("alice") == 2
    assert favorites.favorite_counts(["intro", "x"]) == [2, 0]
    assert favorites.top(1) == [modules.FavoriteCount("intro", 2)]
    assert favorites.remove("alice", "intro")
    assert favorites.remove_many("alice", ["intro", b"\xff"]) == 1
    assert favorites.clear("bob") == 1
    assert favorites.favorite_count("intro") == 0


def test_following_goes_both_ways(store: playhead.Store, clock: playhead.ManualClock) -> None:
    following = modules.Following(store, clock=clock)
    assert following.follow("alice", "bob") == "added"
    assert following.follow("alice", "bob") == "present"
    assert not following.is_mutual("alice", "bob")
    following.follow("bob", "alice", at=7)
    assert following.relationship("alice", "bob") == modules.Relationship(True, True)
    assert following.is_mutual("alice", "bob")
    assert following.is_following("alice", "bob")
    assert following.is_following_many("alice", ["bob", "x"]) == [True, False]
    assert following.followers("alice") == modules.FollowPage([modules.FollowedUser("bob", 7)], "")
    assert following.following("alice").items == [modules.FollowedUser("bob", clock.now())]
    assert following.counts("alice") == modules.FollowCounts(1, 1)
    assert following.unfollow("alice", "bob")
    assert following.remove_user("alice") == 1
    with pytest.raises(playhead.InvalidArgument, match="cannot follow itself"):
        following.follow("alice", "alice")


def test_playlists_have_owners(store: playhead.Store, clock: playhead.ManualClock) -> None:
    playlists = modules.Playlists(store, clock=clock, limit=1)
    made = playlists.create("alice", "mix", ["a", "b", "c"])
    assert made is not None
    assert playlists.create("alice", "another") is None
    assert playlists.get(made) is None
    assert playlists.add_video("bob", made, "x") == "denied"
    assert playlists.add_video("alice", made, "d", 1) == "done"
    assert playlists.move_video("alice", made, "c", 0) == "done"
    assert playlists.remove_video("alice", made, "a") == "done"
    assert playlists.rename("alice", made, "better") == "done"
    assert playlists.set_public("alice", made, True) == "done"
    info = modules.PlaylistInfo(made, "alice", "better", True, clock.now(), 3)
    assert playlists.get(made) == info
    page = playlists.videos(made, count=2)
    assert page is not None
    assert page[:3] == (info, 0, ["c", "d"])
    assert playlists.videos(made, "bob", page.next) == modules.PlaylistPage(info, 2, ["b"], "")
    assert playlists.list("alice", "bob").items == [modules.ListedPlaylist(made, "better", True, clock.now())]
    assert playlists.count("alice") == 1
    assert playlists.remove("alice", made) == "done"
    assert playlists.remove("alice", made) == "missing"
    assert playlists.videos(made, "alice") is None


async def test_lists_for_asyncio(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        favorites = await playhead.aio.modules.Favorites.open(store)
        assert (await favorites.add("alice", "intro")).favorites == 1
        following = await playhead.aio.modules.Following.open(store)
        assert await following.follow("alice", "bob") == "added"
        playlists = await playhead.aio.modules.Playlists.open(store)
        assert await playlists.create("alice", "mix") is not None
