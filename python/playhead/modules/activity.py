"""What users do: viewings, and lists to watch later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = [
    "Activity",
    "HistoryPage",
    "ListPage",
    "ListedVideo",
    "Preference",
    "RecordedViewing",
    "UserCounts",
    "VideoCounts",
    "WatchLater",
    "WatchedVideo",
]


class RecordedViewing(NamedTuple):
    """What recording a viewing made of the counts."""

    video_views: int  #: of the video, by everybody
    user_views: int  #: of the video, by this user
    completion: int  #: of this viewing, in thousandths of the video
    completed: bool


class WatchedVideo(NamedTuple):
    """A line of a user's history."""

    video_id: Id
    at: int  #: the latest viewing
    watched_ms: int  #: in all viewings since it entered the history
    completion: int  #: the best one since then, in thousandths


class HistoryPage(NamedTuple):
    """A page of a user's history."""

    items: list[WatchedVideo]
    next: str  #: the cursor of the next page; empty: this is the last one


class Preference(NamedTuple):
    """How often a user watched a video."""

    video_id: Id
    views: int


class UserCounts(NamedTuple):
    """What a user watched."""

    views: int
    completed: int
    watched_ms: int
    last_at: int  #: the latest viewing; 0: none
    by_hour: list[int]  #: viewings by hour of day on the user's clock


class VideoCounts(NamedTuple):
    """How much a video was watched."""

    views: int
    completed: int
    watched_ms: int


class Activity:
    """What users watch: history, preferences, watch time, completion, active users."""

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        history_limit: int = 100,
        preferences_limit: int = 1_000,
        completion_percent: int = 90,
        active_days: int = 62,
    ) -> None:
        self._store = store
        self._clock = clock
        self._module = _playhead.Activity(
            target_of(store),
            prefix=prefix,
            clock=clock,
            history_limit=history_limit,
            preferences_limit=preferences_limit,
            completion_percent=completion_percent,
            active_days=active_days,
        )

    def record_video_viewing(
        self,
        user_id: Id,
        video_id: Id,
        watched_ms: int = 0,
        duration_ms: int = 0,
        *,
        at: int | None = None,
        utc_offset_minutes: int = 0,
    ) -> RecordedViewing:
        """Record a viewing: all counts together, or nothing.

        ``duration_ms`` is the length of the whole video, 0 if it is not known. ``at`` is when it was
        watched (None: now); viewings may come late and out of order. ``utc_offset_minutes`` is that of the
        user's clock, east positive.
        """
        recorded = self._module.record_video_viewing(
            user_id, video_id, watched_ms, duration_ms, at, utc_offset_minutes
        )
        return RecordedViewing(*recorded)

    def history(self, user_id: Id, cursor: str = "", count: int = 50) -> HistoryPage:
        """Give the videos a user watched, the latest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.history(user_id, cursor, count)
        return HistoryPage([WatchedVideo(*item) for item in items], after)

    def preferences(self, user_id: Id, count: int = 50) -> list[Preference]:
        """Give the videos a user watched most often."""
        return [Preference(*item) for item in self._module.preferences(user_id, count)]

    def user_counts(self, user_id: Id) -> UserCounts:
        """Give what a user watched in all."""
        return UserCounts(*self._module.user_counts(user_id))

    def video_counts(self, video_id: Id) -> VideoCounts:
        """Give how much a video was watched."""
        return self.video_counts_many([video_id])[0]

    def video_counts_many(self, video_ids: Iterable[Id]) -> list[VideoCounts]:
        """Give the same for several videos, in their order."""
        return [VideoCounts(*item) for item in self._module.video_counts(list(video_ids))]

    def active_users(self, at: int | None = None) -> int:
        """Count the users who watched something on the UTC day of that time (None: today)."""
        if at is None:
            at = self._store.now() if self._clock is None else self._clock.now()
        return self._module.active_users(at)


class ListedVideo(NamedTuple):
    """A video in a list."""

    video_id: Id
    added_at: int


class ListPage(NamedTuple):
    """A page of a list."""

    items: list[ListedVideo]
    next: str  #: the cursor of the next page; empty: this is the last one


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
