"""When cached rows are loaded again."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Steps

__all__ = [
    "CacheClaim",
    "CacheScheduler",
    "StepReport",
    "VideoCacheScheduler",
]


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


class CacheScheduler(Steps[_playhead.CacheScheduler]):
    """Refreshes cached rows at intervals of their own; schedulers in any number of processes share the work.

    ``load(video_id)`` loads a row and writes the cache. ``views_of(video_id)``, if given, stops videos with
    fewer than ``min_views``; then ``stopped(video_id)`` may drop what is cached. An entry that is due is
    claimed by exactly one scheduler; if that one dies, it is claimed again when the ``lease`` has ended.

    In ``playhead.aio.modules`` callbacks may be coroutine functions, run on the loop on which it was opened;
    stop it before that loop ends, by ``async with`` or :meth:`stop_background`.
    """

    _asks: ClassVar = frozenset({"load", "views_of", "stopped", "on_error"})
    _calling: ClassVar = frozenset({"step", "run_in_background"})

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


VideoCacheScheduler = CacheScheduler
