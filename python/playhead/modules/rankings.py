"""Rankings that are built from time to time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Stops
from playhead.modules._values import JSON
from playhead.modules.caching import StepReport

__all__ = ["RankingCache", "VideoRankingCache"]


class RankingCache(Stops[_playhead.RankingCache]):
    """The rows that were viewed most, kept for ``interval`` and built again by whichever process is free.

    ``top(limit)`` gives ``(id, views)`` of the first rows; ``rows(ids)`` the rows of all of them by one call,
    in their order, None for a row that is gone. Each limit (1..10,000) has a ranking of its own. While one
    is built, the last one is shown, as it is for another ``interval`` if that fails.

    In ``playhead.aio.modules`` both may be coroutine functions, run on the loop on which it was opened.
    """

    _asks: ClassVar = frozenset({"top", "rows", "on_error"})
    _calling: ClassVar = frozenset(
        {"get_top_viewed_videos", "update_ranking_cache", "step", "start_auto_update"}
    )
    _slow: ClassVar = frozenset({"stop_auto_update"})

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
        lease: int = 30_000,
    ) -> None:
        def load(ids: list[Id]) -> list[bytes | None]:
            return [None if row is None else JSON.dumps(row) for row in rows(ids)]

        self._module = _playhead.RankingCache(
            target_of(store),
            top,
            load,
            prefix=prefix,
            clock=clock,
            name=name,
            interval=interval,
            lease=lease,
        )

    def get_top_viewed_videos(self, limit: int = 20) -> list[dict[str, Any]]:
        """Give the ranking: rows with their ``views``, the most viewed first."""
        return _dicts(self._module.get_top_viewed_videos(limit))

    def update_ranking_cache(self, limit: int = 20) -> list[dict[str, Any]]:
        """Build the ranking now, whatever is there and whoever builds it already, and give it."""
        return _dicts(self._module.update_ranking_cache(limit))

    def schedule(self, limit: int = 20) -> None:
        """Have the ranking built at once and every ``interval`` by :meth:`step` or in the background."""
        self._module.schedule(limit)

    def unschedule(self, limit: int = 20) -> bool:
        """Have it built no longer; whether it was."""
        return self._module.unschedule(limit)

    def step(self, now: int | None = None) -> StepReport:
        """Build a ranking that is due, unless somebody else is at it. ``now`` replaces time."""
        return StepReport(*self._module.step(now))

    def start_auto_update(
        self, limits: Iterable[int] = (20,), on_error: Callable[[str], object] | None = None
    ) -> None:
        """Build rankings of these limits on a thread, until :meth:`stop_auto_update`."""
        self._run(list(limits), on_error)

    def stop_auto_update(self) -> None:
        """Wait for the ranking under way, then end the thread. Idempotent."""
        self.stop_background()


def _dicts(rows: list[tuple[Id, float, bytes]]) -> list[dict[str, Any]]:
    return [{**JSON.loads(row), "views": views} for _, views, row in rows]


VideoRankingCache = RankingCache
