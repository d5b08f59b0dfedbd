"""What users do with videos."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock, InvalidArgument
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = [
    "Activity",
    "ActivityEvent",
    "BulkReport",
    "HistoryPage",
    "ListPage",
    "ListedVideo",
    "Preference",
    "RecordedEvent",
    "RecordedViewing",
    "RefusedEvent",
    "UserCounts",
    "UserEvent",
    "VideoCounts",
    "WatchedVideo",
    "utc_offset_ms",
]

ActivityEvent = Literal["view", "finish", "like", "unlike", "comment", "share", "visit"]


def utc_offset_ms(zone: str, at: int) -> int:
    """Tell how far the clocks of an IANA time zone ("Europe/Paris") are before UTC, in milliseconds.

    The zones are those of the machine's database (package tzdata, or the directory that TZDIR names).
    """
    return _playhead.utc_offset_ms(zone, at)


class UserEvent(NamedTuple):
    """One event, for :meth:`Activity.record_many`."""

    user_id: Id
    video_id: Id = ""  #: none of a visit
    event: ActivityEvent = "view"
    watched_ms: int = 0  #: of a view or finish
    duration_ms: int = 0  #: of the whole video; 0: not known
    at: int | None = None  #: when; None: now
    utc_offset_minutes: int = 0  #: of the user's clock, east positive
    zone: str | None = None  #: or the IANA time zone of that clock


class RecordedEvent(NamedTuple):
    """What recording an event did."""

    result: Literal["recorded", "unchanged", "full"]  #: unchanged: liked already, or not liked
    #: the video's views, likes, comments or shares now
    count: int  # type: ignore[assignment]
    user_views: int  #: of a view or finish: how often the user has watched the video
    completion: int  #: of a view or finish, in thousandths of the video
    completed: bool


class RefusedEvent(NamedTuple):
    """An event among many that was not recorded."""

    index: int  # type: ignore[assignment]
    reason: str


class BulkReport(NamedTuple):
    """What became of many events."""

    recorded: int  #: also those that changed nothing
    refused: list[RefusedEvent]
    repeated: int = 0  #: recorded from the same source before, and left out now


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
    last_at: int  #: the latest event; 0: none
    by_hour: list[int]  #: viewings by hour of day on the user's clock
    likes: int = 0  #: of videos that are liked now
    comments: int = 0
    shares: int = 0


class VideoCounts(NamedTuple):
    """How much a video was watched."""

    views: int
    completed: int
    watched_ms: int
    likes: int = 0
    comments: int = 0
    shares: int = 0


class ListedVideo(NamedTuple):
    """A video in a list."""

    video_id: Id
    added_at: int


class ListPage(NamedTuple):
    """A page of a list."""

    items: list[ListedVideo]
    next: str  #: the cursor of the next page; empty: this is the last one


class Activity:
    """What users do with videos: history, preferences, watch time, completion, likes, active users.

    Recording an event is one atomic step and one round trip. Whoever does something is known as active, which
    :class:`UserCleanup` goes by.
    """

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
        approximate_days: int = 400,
        likes_limit: int = 100_000,
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
            approximate_days=approximate_days,
            likes_limit=likes_limit,
        )

    # ---- recording

    def record_video_viewing(
        self,
        user_id: Id,
        video_id: Id,
        watched_ms: int = 0,
        duration_ms: int = 0,
        *,
        at: int | None = None,
        utc_offset_minutes: int = 0,
        zone: str | None = None,
    ) -> RecordedViewing:
        """Record a viewing: all counts together, or nothing.

        ``duration_ms`` is the length of the whole video, 0 if it is not known. ``at`` is when it was
        watched (None: now); viewings may come late and out of order. The hour of day is that of the user's
        clock: ``utc_offset_minutes``, east positive, or the IANA time ``zone`` ("Europe/Paris").
        """
        recorded = self._module.record(
            "view", user_id, video_id, watched_ms, duration_ms, at, utc_offset_minutes, zone or ""
        )
        return RecordedViewing(*recorded[1:])

    def finish(
        self, user_id: Id, video_id: Id, watched_ms: int = 0, duration_ms: int = 0, *, at: int | None = None
    ) -> RecordedEvent:
        """Record the end of a viewing that was recorded as it began: watch time and completion, and no view.

        If ``duration_ms`` is not known, all of the video was seen.
        """
        return RecordedEvent(*self._module.record("finish", user_id, video_id, watched_ms, duration_ms, at))

    def like(self, user_id: Id, video_id: Id, *, at: int | None = None) -> RecordedEvent:
        """Like a video; liking it again changes nothing. ``full``: the user likes ``likes_limit`` videos."""
        return RecordedEvent(*self._module.record("like", user_id, video_id, at=at))

    def unlike(self, user_id: Id, video_id: Id, *, at: int | None = None) -> RecordedEvent:
        """Take a like back."""
        return RecordedEvent(*self._module.record("unlike", user_id, video_id, at=at))

    def comment(self, user_id: Id, video_id: Id, *, at: int | None = None) -> RecordedEvent:
        """Count a comment."""
        return RecordedEvent(*self._module.record("comment", user_id, video_id, at=at))

    def share(self, user_id: Id, video_id: Id, *, at: int | None = None) -> RecordedEvent:
        """Count that a video was shared."""
        return RecordedEvent(*self._module.record("share", user_id, video_id, at=at))

    def visit(self, user_id: Id, *, at: int | None = None) -> None:
        """Note that a user is there, such as at sign-in."""
        self._module.record("visit", user_id, "", at=at)

    def record_many(
        self, events: Iterable[UserEvent], *, source: str | None = None, first: int = 0
    ) -> BulkReport:
        """Record many events in their order, each of them whole or not at all, 100 in a round trip.

        Those that are out of range are refused and reported by their index, the others recorded. If the store
        fails, the error tells how many of the first events were worked on.

        With a ``source``, such as the name of a file, it can be repeated and each event counts once:
        ``first`` is the number of the first event in the source, and the next one's is one more. Of each user
        and source it is remembered which number was the last one recorded; an event with that number or a
        smaller one counts as recorded. So go on from any event before what was not recorded, keep the
        numbers of a source, and give parts that are recorded side by side names of their own. Of a user the
        16 sources used last are remembered.
        """
        if source == "":
            raise InvalidArgument("source is empty: give it a name, or None")
        recorded, refused, repeated = self._module.record_many(
            [UserEvent(*event) for event in events], source or "", first
        )
        return BulkReport(recorded, [RefusedEvent(*item) for item in refused], repeated)

    # ---- reading

    def history(self, user_id: Id, cursor: str = "", count: int = 50) -> HistoryPage:
        """Give the videos a user watched, the latest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.history(user_id, cursor, count)
        return HistoryPage([WatchedVideo(*item) for item in items], after)

    def preferences(self, user_id: Id, count: int = 50) -> list[Preference]:
        """Give the videos a user watched most often."""
        return [Preference(*item) for item in self._module.preferences(user_id, count)]

    def liked_videos(self, user_id: Id, cursor: str = "", count: int = 50) -> ListPage:
        """Give the videos a user likes, the latest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.liked_videos(user_id, cursor, count)
        return ListPage([ListedVideo(*item) for item in items], after)

    def likes(self, user_id: Id, video_id: Id) -> bool:
        """Tell whether a user likes a video."""
        return self._module.likes(user_id, video_id)

    def user_counts(self, user_id: Id) -> UserCounts:
        """Give what a user did in all."""
        return UserCounts(*self._module.user_counts(user_id))

    def video_counts(self, video_id: Id) -> VideoCounts:
        """Give what was done with a video in all."""
        return self.video_counts_many([video_id])[0]

    def video_counts_many(self, video_ids: Iterable[Id]) -> list[VideoCounts]:
        """Give the same for several videos, in their order."""
        return [VideoCounts(*item) for item in self._module.video_counts(list(video_ids))]

    def active_users(
        self, at: int | None = None, until: int | None = None, *, approximate: bool = False
    ) -> int:
        """Count the users who did something on the UTC day of that time (None: today).

        ``until``: from that day to another, both included; each user counts once. ``approximate``: by
        HyperLogLogs, with a standard error of 0.2 %. Days are known exactly for ``active_days``,
        approximately for ``approximate_days``; before, they count as days without users.
        """
        first = self._now() if at is None else at
        return self._module.active_users(first, first if until is None else until, approximate)

    def monthly_active_users(self, at: int | None = None, *, approximate: bool = False) -> int:
        """Count the users who did something in the UTC month of that time (None: this one)."""
        return self._module.monthly_active_users(self._now() if at is None else at, approximate)

    def _now(self) -> int:
        return self._store.now() if self._clock is None else self._clock.now()
