"""Rankings that are built from time to time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from playhead._playhead import Clock, InvalidArgument
from playhead._store import Store
from playhead._types import Id
from playhead.modules.cache import Cache
from playhead.modules.caching import CacheScheduler, StepReport

__all__ = ["RankingCache", "VideoRankingCache"]


class RankingCache:
    """The rows that were viewed most, kept for ``interval`` and built again by whichever process is free.

    ``top(limit)`` gives ``(id, views)`` of the first rows; ``rows(ids)`` the rows of all of them by one call,
    in their order, None for a row that is gone. Each limit has a ranking of its own.
    """

    def __init__(
        self,
        store: Store,
        top: Callable[[int], Iterable[tuple[Id, float]]],
        rows: Callable[[list[Id]], Sequence[Any]],
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "top_viewed_videos",
        interval: int = 900_000,
    ) -> None:
        self._top, self._rows = top, rows
        # An interval longer, so that a ranking is there until the next one is built.
        self.cache = Cache(
            store,
            prefix=prefix,
            clock=clock,
            name=name,
            ttl=interval,
            stale_while_revalidate=interval,
            stale_if_error=interval,
        )
        self._scheduler = CacheScheduler(
            store, self._refresh, prefix=prefix, clock=clock, name=f"{name} rankings", hot_interval=interval
        )

    def get_top_viewed_videos(self, limit: int = 20) -> list[dict[str, Any]]:
        """Give the ranking: rows with their ``views``, the most viewed first."""
        found: list[dict[str, Any]] = self.cache.get(self._key(limit), lambda _: self._build(limit))
        return found

    def update_ranking_cache(self, limit: int = 20) -> list[dict[str, Any]]:
        """Build the ranking now, and give it."""
        self.cache.invalidate(self._key(limit))
        return self.get_top_viewed_videos(limit)

    def schedule(self, limit: int = 20) -> None:
        """Have the ranking built every ``interval`` by :meth:`step` or in the background."""
        self._key(limit)
        self._scheduler.schedule_hot_video_cache(str(limit))

    def step(self) -> StepReport:
        """Build a ranking that is due."""
        return self._scheduler.step()

    def start_auto_update(
        self, limits: Iterable[int] = (20,), on_error: Callable[[str], object] | None = None
    ) -> None:
        """Build rankings of these limits on a thread, until :meth:`stop_auto_update`."""
        for limit in limits:
            self.schedule(limit)
        self._scheduler.run_in_background(on_error)

    def stop_auto_update(self) -> None:
        """Wait for the ranking under way, then end the thread. Idempotent."""
        self._scheduler.stop_background()

    @property
    def running(self) -> bool:
        """Whether the thread runs."""
        return self._scheduler.running

    def _key(self, limit: int) -> str:
        if not 1 <= limit <= 10_000:
            raise InvalidArgument(f"limit={limit} is outside 1..10000")
        return str(limit)

    def _build(self, limit: int) -> list[dict[str, Any]]:
        ranked = list(self._top(limit))[:limit]
        rows = self._rows([id for id, _ in ranked])
        if len(rows) != len(ranked):
            raise InvalidArgument(f"rows() gave {len(rows)} rows for {len(ranked)} ids")
        pairs = zip(rows, ranked, strict=True)
        return [{**row, "views": views} for row, (_, views) in pairs if row is not None]

    def _refresh(self, limit: Id) -> None:
        key = str(limit)
        self.cache.set(key, self._build(int(key)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_auto_update()


VideoRankingCache = RankingCache
