"""Lists of videos to watch later, and what inactive users leave behind in them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Steps
from playhead.modules.activity import ListedVideo, ListPage

__all__ = [
    "UserCleanup",
    "UserCleanupReport",
    "WatchLater",
    "cleanup_user_lists",
]


class WatchLater:
    """Lists of videos to watch later, one per user, newest first."""

    def __init__(
        self, store: Store, *, prefix: str = "ph", clock: Clock | None = None, limit: int = 1_000
    ) -> None:
        self._module = _playhead.WatchLater(target_of(store), prefix=prefix, clock=clock, limit=limit)

    def add(self, user_id: Id, video_id: Id, *, at: int | None = None) -> Literal["added", "present", "full"]:
        """Add a video: ``added``; ``present``, it stays where it is; ``full``, nothing was changed."""
        return self._module.add(user_id, video_id, at)

    def remove(self, user_id: Id, video_id: Id) -> bool:
        """Remove a video; whether it was there."""
        return self._module.remove(user_id, video_id)

    def contains(self, user_id: Id, video_id: Id) -> bool:
        """Tell whether a video is in the list."""
        return self._module.contains(user_id, video_id)

    def count(self, user_id: Id) -> int:
        """Count the videos in the list."""
        return self._module.count(user_id)

    def clear(self, user_id: Id) -> int:
        """Remove all videos; how many there were."""
        return self._module.clear(user_id)

    def list(self, user_id: Id, cursor: str = "", count: int = 50, *, oldest_first: bool = False) -> ListPage:
        """Give the videos, newest first; ``cursor`` is ``next`` of the page before.

        A cursor is good for both orders: the other one goes back from there.
        """
        items, after = self._module.list(user_id, cursor, count, oldest_first)
        return ListPage([ListedVideo(*item) for item in items], after)


class UserCleanupReport(NamedTuple):
    """What a step did."""

    users: int  #: inactive ones that were looked at
    videos: int  #: taken out of their lists
    back: int  #: users who had become active again, and whose lists were left alone
    more: bool  #: there is more to do at once


class UserCleanup(Steps[_playhead.UserCleanup]):
    """Removes old videos from the lists to watch later of inactive users; everything else stays.

    Who has done nothing for ``inactive_after`` loses what was added ``older_than`` ago. What counts as doing
    something are the events of :class:`Activity`, visits included, and additions to :class:`WatchLater`. The
    list of a user who comes back meanwhile is left alone; favorites and their counts, playlists, followers
    and history are never touched. Steps are bounded, and whatever ends one, the next one goes on; any number
    of processes may do it.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        inactive_after: int = 30 * 86_400_000,
        older_than: int = 7 * 86_400_000,
        batch: int = 100,
        videos: int = 1_000,
        longest_wait: int = 60_000,
    ) -> None:
        self._module = _playhead.UserCleanup(
            target_of(store),
            prefix=prefix,
            clock=clock,
            inactive_after=inactive_after,
            older_than=older_than,
            batch=batch,
            videos=videos,
            longest_wait=longest_wait,
        )

    def step(self, now: int | None = None) -> UserCleanupReport:
        """Clean up after ``batch`` users of each of 16 parts at most. ``now`` replaces the time."""
        return UserCleanupReport(*self._module.step(now))


def cleanup_user_lists(cleanup: UserCleanup) -> int:
    """Step until there is nothing more to do; how many videos were removed."""
    removed = 0
    while (report := cleanup.step()).more:
        removed += report.videos
    return removed + report.videos
