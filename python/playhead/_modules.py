"""The modules of a video platform: tokens, activity, lists to watch later, and the cache scheduler.

A module works on a store, under a prefix of its keys; two modules of a kind share their data if both agree.
What a method does is one atomic step and one round trip, on every store. Times and spans are integer
milliseconds. Ids are str or bytes, at most 1 KiB, and come back as str, or as bytes if they are not UTF-8.
"""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable, Iterable
from types import ModuleType, TracebackType
from typing import Any, Literal, NamedTuple, Self

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id


def _json() -> ModuleType:
    """Import json when it is first needed: it would be a tenth of the time that importing playhead takes."""
    import json

    return json


class IssuedToken(NamedTuple):
    """A token just made. Only its holder ever has its text."""

    token: str  #: for the client
    id: str  #: its public name: good for lists, logs and :meth:`Tokens.revoke_id`
    expires_at: int  #: when it ends at the latest


class TokenInfo(NamedTuple):
    """What is known of a token."""

    id: str
    user_id: Id
    data: Any  #: what it was issued with
    issued_at: int
    last_seen: int
    expires_at: int  #: when it ends if it is not used again


class Tokens:
    """Access tokens: who a request comes from.

    A token has 264 random bits, and the store keeps only its SHA-256. It ends after ``idle_timeout``
    unused, after ``absolute_timeout`` in any case, when it is revoked, or when ``tokens_per_user`` newer
    ones are issued.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        idle_timeout: int = 1_800_000,
        absolute_timeout: int = 86_400_000,
        rotation_grace: int = 10_000,
        touch_interval: int = 1_000,
        tokens_per_user: int = 100,
        slack: int = 3_600_000,
    ) -> None:
        self._module = _playhead.Tokens(
            target_of(store),
            prefix=prefix,
            clock=clock,
            idle_timeout=idle_timeout,
            absolute_timeout=absolute_timeout,
            rotation_grace=rotation_grace,
            touch_interval=touch_interval,
            tokens_per_user=tokens_per_user,
            slack=slack,
        )

    def issue(self, user_id: Id, data: object = None) -> IssuedToken:
        """Make a token for a user. ``data``: any JSON, at most 16 KiB, that :meth:`validate` gives back."""
        text = ""
        if data is not None:
            text = _json().dumps(data, separators=(",", ":"), ensure_ascii=False)
        return IssuedToken(*self._module.issue(user_id, text.encode()))

    def validate(self, token: str) -> TokenInfo | None:
        """Tell whose token this is, noting that it was used; None if it is no good one, whatever it is."""
        if not _is_text(token):
            return None
        found = self._module.validate(token)
        return None if found is None else _token_info(found)

    def rotate(self, token: str) -> IssuedToken | None:
        """Give a new token for this one, which is good for ``rotation_grace`` more; None if it is no good.

        The new token has the same user, data and absolute timeout. A token is rotated once.
        """
        issued = self._module.rotate(token) if _is_text(token) else None
        return None if issued is None else IssuedToken(*issued)

    def revoke(self, token: str) -> bool:
        """End a token; whether it was a good one."""
        return _is_text(token) and self._module.revoke(token)

    def revoke_id(self, user_id: Id, id: str) -> bool:
        """End a token of a user by its public name; whether it was a good one."""
        return self._module.revoke_id(user_id, id)

    def revoke_all(self, user_id: Id) -> int:
        """End all tokens of a user; how many were good."""
        return self._module.revoke_all(user_id)

    def revoke_others(self, token: str) -> int:
        """End all tokens of this one's user except itself; how many were good."""
        return self._module.revoke_others(token) if _is_text(token) else 0

    def list(self, user_id: Id) -> list[TokenInfo]:
        """Give the good tokens of a user, oldest first."""
        return [_token_info(found) for found in self._module.list(user_id)]


def _is_text(token: str) -> bool:
    # What a client sends may be no str at all, or hold surrogates that have no UTF-8: it is no token either.
    return isinstance(token, str) and token.isascii()


def _token_info(found: tuple[str, Id, bytes, int, int, int]) -> TokenInfo:
    id_, user_id, data, *times = found
    return TokenInfo(id_, user_id, _json().loads(data) if data else None, *times)


def generate_access_token(user_id: Id, tokens: Tokens) -> str:
    """Make a token for a user: :meth:`Tokens.issue` in short."""
    return tokens.issue(user_id).token


def validate_access_token(token: str, tokens: Tokens) -> TokenInfo | None:
    """Tell whose token this is: :meth:`Tokens.validate`."""
    return tokens.validate(token)


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

    def list(self, user_id: Id, cursor: str = "", count: int = 50) -> ListPage:
        """Give the videos, newest first; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.list(user_id, cursor, count)
        return ListPage([ListedVideo(*item) for item in items], after)


class CacheClaim(NamedTuple):
    """An entry that was claimed: whoever has the receipt owns it until the lease ends."""

    video_id: Id
    interval: int
    receipt: str


class StepReport(NamedTuple):
    """What a step of a scheduler did."""

    claimed: int
    refreshed: int
    stopped: int  #: for want of views
    lost: int  #: loaded, but somebody else has the entry by now, or it was stopped meanwhile
    failures: list[tuple[Id, str]]  #: callbacks that raised: the video and the message
    next_due: int | None  #: when the next entry is due, or a lease ends, as it was before the loads
    now: int


_running: weakref.WeakSet[CacheScheduler] = weakref.WeakSet()


class CacheScheduler:
    """Refreshes cached rows at intervals of their own; schedulers in any number of processes share the work.

    ``load(video_id)`` loads a row and writes the cache. ``views_of(video_id)``, if given, stops videos with
    fewer than ``min_views``; then ``stopped(video_id)`` may drop what is cached. An entry that is due is
    claimed by exactly one scheduler; if that one dies, it is claimed again when the ``lease`` has ended.
    """

    def __init__(
        self,
        store: Store,
        load: Callable[[Id], object] | None = None,
        *,
        views_of: Callable[[Id], int] | None = None,
        stopped: Callable[[Id], object] | None = None,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "videos",
        hot_interval: int = 300_000,
        normal_interval: int = 1_800_000,
        lease: int = 30_000,
        retry_after: int = 5_000,
        batch: int = 1,
        longest_wait: int = 1_000,
        min_views: int = 100,
    ) -> None:
        self._module = _playhead.CacheScheduler(
            target_of(store),
            load,
            views_of=views_of,
            stopped=stopped,
            prefix=prefix,
            clock=clock,
            name=name,
            hot_interval=hot_interval,
            normal_interval=normal_interval,
            lease=lease,
            retry_after=retry_after,
            batch=batch,
            longest_wait=longest_wait,
            min_views=min_views,
        )

    def schedule(self, video_id: Id, interval: int) -> None:
        """Schedule a video: due at once, and then ``interval`` after each load."""
        self._module.schedule(video_id, interval)

    def schedule_hot_video_cache(self, video_id: Id) -> None:
        """Schedule a video every ``hot_interval``."""
        self._module.schedule_hot_video_cache(video_id)

    def schedule_normal_video_cache(self, video_id: Id) -> None:
        """Schedule a video every ``normal_interval``."""
        self._module.schedule_normal_video_cache(video_id)

    def stop_video_cache(self, video_id: Id) -> bool:
        """Take a video out; whether it was scheduled."""
        return self._module.stop_video_cache(video_id)

    def interval_of(self, video_id: Id) -> int | None:
        """Give the interval of a scheduled video."""
        return self._module.interval_of(video_id)

    def count(self) -> int:
        """Count the scheduled videos."""
        return self._module.count()

    def next_due(self) -> int | None:
        """Tell when the next entry is due, or its lease ends."""
        return self._module.next_due()

    def claim(self, count: int = 1, now: int | None = None) -> list[CacheClaim]:
        """Claim up to ``count`` entries that are due, the most overdue first."""
        return [CacheClaim(*item) for item in self._module.claim(count, now)]

    def complete(self, claim: CacheClaim, now: int | None = None) -> bool:
        """Tell that the entry was loaded. False: the receipt is no good any more, and nothing was changed."""
        return self._module.complete(claim, now)

    def fail(self, claim: CacheClaim, after: int, now: int | None = None) -> bool:
        """Tell that the load failed: the entry is due again ``after`` so long."""
        return self._module.fail(claim, after, now)

    def stop(self, claim: CacheClaim, now: int | None = None) -> bool:
        """Take a claimed entry out."""
        return self._module.stop(claim, now)

    def step(self, now: int | None = None) -> StepReport:
        """Claim what is due (at most one batch), load it, and tell what happened. ``now`` replaces time.

        What a callback raises is in the report, unless it is no Exception: SystemExit and KeyboardInterrupt
        are raised, and what was claimed is due again when its lease has ended.
        """
        return StepReport(*self._module.step(now))

    def run_in_background(self, on_error: Callable[[str], object] | None = None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until the next entry is due. Errors go to ``on_error``, and the thread goes on. But
        what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
        this = weakref.ref(self)

        def end() -> None:
            # The thread that calls this cannot wait for its own end.
            import threading

            if scheduler := this():
                threading.Thread(target=scheduler.stop_background, name="playhead-scheduler-end").start()

        self._module.run_in_background(on_error, end)
        _running.add(self)

    def stop_background(self) -> None:
        """Wait for the step under way, then end the thread. Idempotent."""
        self._module.stop_background()
        _running.discard(self)

    @property
    def running(self) -> bool:
        """Whether the background thread runs."""
        return self._module.running

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_background()


VideoCacheScheduler = CacheScheduler


@atexit.register
def _stop_all() -> None:
    # No thread may want the interpreter after its end.
    for scheduler in list(_running):
        scheduler.stop_background()
