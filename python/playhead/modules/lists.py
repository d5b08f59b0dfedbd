"""Lists of users: favorites, playlists, and who follows whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules.activity import ListedVideo, ListPage

__all__ = [
    "FavoriteChange",
    "FavoriteCount",
    "Favorites",
    "FollowCounts",
    "FollowPage",
    "FollowedUser",
    "Following",
    "ListedPlaylist",
    "PlaylistInfo",
    "PlaylistListPage",
    "PlaylistPage",
    "PlaylistResult",
    "Playlists",
    "Relationship",
]


class FavoriteChange(NamedTuple):
    """What adding a favorite did."""

    result: Literal["added", "present", "full"]
    favorites: int  #: how many users have the video now


class FavoriteCount(NamedTuple):
    """How many users have a video among their favorites."""

    video_id: Id
    favorites: int


class Favorites:
    """Favorite videos, one list per user, newest first, and how many users have each video.

    A list and the count of a video change together, and only if something changes: the count always is the
    number of lists with the video.
    """

    def __init__(
        self, store: Store, *, prefix: str = "ph", clock: Clock | None = None, limit: int = 10_000
    ) -> None:
        self._module = _playhead.Favorites(target_of(store), prefix=prefix, clock=clock, limit=limit)

    def add(self, user_id: Id, video_id: Id, *, at: int | None = None) -> FavoriteChange:
        """Add a video: ``added``; ``present``, it stays where it is; ``full``, nothing was changed."""
        return FavoriteChange(*self._module.add(user_id, video_id, at))

    def remove(self, user_id: Id, video_id: Id) -> bool:
        """Remove a video; whether it was there."""
        return self._module.remove_many(user_id, [video_id]) == 1

    def remove_many(self, user_id: Id, video_ids: Iterable[Id]) -> int:
        """Remove up to 1000 videos in one step; how many were there."""
        return self._module.remove_many(user_id, list(video_ids))

    def clear(self, user_id: Id) -> int:
        """Remove all favorites of a user, in steps of 1000; how many. It can be called again if cut off."""
        return self._module.clear(user_id)

    def contains(self, user_id: Id, video_id: Id) -> bool:
        """Tell whether a video is among a user's favorites."""
        return self._module.contains(user_id, video_id)

    def count(self, user_id: Id) -> int:
        """Count a user's favorites."""
        return self._module.count(user_id)

    def favorite_count(self, video_id: Id) -> int:
        """Count the users who have a video."""
        return self._module.favorite_counts([video_id])[0]

    def favorite_counts(self, video_ids: Iterable[Id]) -> list[int]:
        """Count them for several videos, in their order."""
        return self._module.favorite_counts(list(video_ids))

    def top(self, limit: int = 10) -> list[FavoriteCount]:
        """Give the videos that most users have."""
        return [FavoriteCount(*item) for item in self._module.top(limit)]

    def list(self, user_id: Id, cursor: str = "", count: int = 50) -> ListPage:
        """Give the videos, newest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.list(user_id, cursor, count)
        return ListPage([ListedVideo(*item) for item in items], after)


class FollowedUser(NamedTuple):
    """A user in a list of followed ones or followers."""

    user_id: Id
    since: int


class FollowPage(NamedTuple):
    """A page of such a list."""

    items: list[FollowedUser]
    next: str  #: the cursor of the next page; empty: this is the last one


class FollowCounts(NamedTuple):
    """How many a user follows, and how many follow it."""

    following: int
    followers: int


class Relationship(NamedTuple):
    """Who of two users follows whom."""

    following: bool  #: the first follows the second
    followed_by: bool  #: the second follows the first

    @property
    def mutual(self) -> bool:
        """Whether they follow each other."""
        return self.following and self.followed_by


class Following:
    """Who follows whom. Both lists of a pair change together, so that counts are exact."""

    def __init__(
        self, store: Store, *, prefix: str = "ph", clock: Clock | None = None, limit: int = 10_000
    ) -> None:
        self._module = _playhead.Following(target_of(store), prefix=prefix, clock=clock, limit=limit)

    def follow(
        self, user_id: Id, other_id: Id, *, at: int | None = None
    ) -> Literal["added", "present", "full"]:
        """Let a user follow another; ``full``: it follows ``limit`` users already."""
        return self._module.follow(user_id, other_id, at)

    def unfollow(self, user_id: Id, other_id: Id) -> bool:
        """End that; whether it followed."""
        return self._module.unfollow(user_id, other_id)

    def is_following(self, user_id: Id, other_id: Id) -> bool:
        """Tell whether a user follows another."""
        return self._module.is_following_many(user_id, [other_id])[0]

    def is_following_many(self, user_id: Id, other_ids: Iterable[Id]) -> list[bool]:
        """Tell which of several users it follows, in their order."""
        return self._module.is_following_many(user_id, list(other_ids))

    def relationship(self, user_id: Id, other_id: Id) -> Relationship:
        """Tell who of two follows whom."""
        return Relationship(*self._module.relationship(user_id, other_id))

    def is_mutual(self, user_id: Id, other_id: Id) -> bool:
        """Tell whether two follow each other."""
        return Relationship(*self._module.relationship(user_id, other_id)).mutual

    def counts(self, user_id: Id) -> FollowCounts:
        """Count whom a user follows, and its followers."""
        return FollowCounts(*self._module.counts(user_id))

    def following(self, user_id: Id, cursor: str = "", count: int = 50) -> FollowPage:
        """Give whom a user follows, newest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.following(user_id, cursor, count)
        return FollowPage([FollowedUser(*item) for item in items], after)

    def followers(self, user_id: Id, cursor: str = "", count: int = 50) -> FollowPage:
        """Give the followers of a user, newest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.followers(user_id, cursor, count)
        return FollowPage([FollowedUser(*item) for item in items], after)

    def remove_user(self, user_id: Id) -> int:
        """End everything between a user and others, in steps; how many pairs. If it ends, call it again."""
        return self._module.remove_user(user_id)


PlaylistResult = Literal["done", "unchanged", "missing", "denied", "full"]


class PlaylistInfo(NamedTuple):
    """What is known of a playlist."""

    id: str
    owner_id: Id
    name: Id
    is_public: bool
    created_at: int
    videos: int


class PlaylistPage(NamedTuple):
    """A playlist with a page of its videos."""

    info: PlaylistInfo
    first: int  #: position of the first of them, from 0
    videos: list[Id]
    next: str  #: the cursor of the next page; empty: this is the last one


class ListedPlaylist(NamedTuple):
    """A line of a user's list of playlists."""

    id: str
    name: Id
    is_public: bool
    created_at: int


class PlaylistListPage(NamedTuple):
    """A page of that list."""

    items: list[ListedPlaylist]
    next: str  #: the cursor of the next page; empty: this is the last one


class Playlists:
    """Playlists: named lists of videos in an order of their owner's choice.

    Ids are 128 random bits. A video is in a playlist once. Only the owner changes a playlist, and only the
    owner sees one that is not public. Changes tell what they did: ``done``; ``unchanged``, it was so already;
    ``missing``, there is no such playlist; ``denied``, it belongs to somebody else; ``full``.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        limit: int = 500,
        video_limit: int = 5_000,
    ) -> None:
        self._module = _playhead.Playlists(
            target_of(store), prefix=prefix, clock=clock, limit=limit, video_limit=video_limit
        )

    def create(
        self, user_id: Id, name: Id, video_ids: Iterable[Id] = (), *, is_public: bool = False
    ) -> str | None:
        """Make a playlist; its id, or None if the user has ``limit`` of them."""
        return self._module.create(user_id, name, list(video_ids), is_public)

    def rename(self, user_id: Id, playlist_id: Id, name: Id) -> PlaylistResult:
        """Give it another name."""
        return self._module.rename(user_id, playlist_id, name)

    def set_public(self, user_id: Id, playlist_id: Id, is_public: bool) -> PlaylistResult:
        """Let others see it, or not."""
        return self._module.set_public(user_id, playlist_id, is_public)

    def remove(self, user_id: Id, playlist_id: Id) -> PlaylistResult:
        """Delete it."""
        return self._module.remove(user_id, playlist_id)

    def add_video(
        self, user_id: Id, playlist_id: Id, video_id: Id, position: int | None = None
    ) -> PlaylistResult:
        """Add a video at a position from 0; None or beyond the end: last."""
        return self._module.add_video(user_id, playlist_id, video_id, position)

    def remove_video(self, user_id: Id, playlist_id: Id, video_id: Id) -> PlaylistResult:
        """Remove a video."""
        return self._module.remove_video(user_id, playlist_id, video_id)

    def move_video(self, user_id: Id, playlist_id: Id, video_id: Id, position: int) -> PlaylistResult:
        """Move a video to a position from 0; ``unchanged``: it is not in the playlist."""
        return self._module.move_video(user_id, playlist_id, video_id, position)

    def get(self, playlist_id: Id, viewer_id: Id | None = None) -> PlaylistInfo | None:
        """Tell what is known of it; None if there is none, or the viewer (None: anybody) may not see it."""
        found = self._module.get(playlist_id, viewer_id)
        return None if found is None else PlaylistInfo(*found)

    def videos(
        self, playlist_id: Id, viewer_id: Id | None = None, cursor: str = "", count: int = 50
    ) -> PlaylistPage | None:
        """Give its videos in their order.

        The cursor stands behind the last video read, wherever that one is now, or where it was if it has
        been removed.
        """
        found = self._module.videos(playlist_id, viewer_id, cursor, count)
        return None if found is None else PlaylistPage(PlaylistInfo(*found[0]), *found[1:])

    def list(
        self, user_id: Id, viewer_id: Id | None = None, cursor: str = "", count: int = 50
    ) -> PlaylistListPage:
        """Give the playlists of a user that the viewer may see, newest first."""
        items, after = self._module.list(user_id, viewer_id, cursor, count)
        return PlaylistListPage([ListedPlaylist(*item) for item in items], after)

    def count(self, user_id: Id) -> int:
        """Count a user's playlists."""
        return self._module.count(user_id)
