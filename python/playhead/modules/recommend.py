"""Recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from playhead import _playhead
from playhead._playhead import Reason, Recommendation
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = ["Reason", "Recommendation", "Recommender"]


class Recommender:
    """Recommendations from item-item co-counts and decayed popularity. An event changes the very next answer.

    Durable are an event log and each user's newest events, written together in one batch. What is counted
    from them lives in this process and is rebuilt from the log when the store is opened again. Times are
    Unix milliseconds; ids are str or bytes of 1 to 1,024 bytes. Thread-safe.
    """

    def __init__(
        self,
        store: Store,
        *,
        name: str = "recommender",
        profile_size: int = 50,
        profile_half_life: float = 25.0,
        neighbors: int = 400,
    ) -> None:
        self._impl = _playhead.RecommenderObject(
            target_of(store), name, profile_size, profile_half_life, neighbors
        )

    def add_video(self, video_id: Id) -> None:
        """Make a video known. An event on an unknown video does so too."""
        self._impl.add_video(video_id)

    def record(
        self,
        user_id: Id,
        video_id: Id,
        event: str,
        *,
        at: int | None = None,
        watched_ms: int | None = None,
        duration_ms: int | None = None,
    ) -> None:
        """Record what a user did with a video.

        ``event`` is impression, view, finish, like, favorite, comment, share, follow, dislike, unlike,
        unfavorite or unfollow; another one raises :class:`playhead.InvalidArgument`, a ValueError.
        """
        self._impl.record(user_id, video_id, event, at=at, watched_ms=watched_ms, duration_ms=duration_ms)

    def record_many(self, events: Iterable[Mapping[str, Any] | Sequence[Any]]) -> None:
        """Record many events: mappings with the names of :meth:`record`'s arguments, or tuples of them."""
        self._impl.record_many(events)

    def recommend(
        self, user_id: Id, count: int = 10, *, at: int | None = None, exclude_seen: bool = True
    ) -> list[Recommendation]:
        """Distinct videos, best first: ``count``, or all there are. A new user gets what is popular."""
        return self._impl.recommend(user_id, count, at=at, exclude_seen=exclude_seen)

    def similar(self, video_id: Id, count: int = 10) -> list[Recommendation]:
        """The videos most often had together with one."""
        return self._impl.similar(video_id, count)

    @property
    def events(self) -> int:
        """Events counted so far."""
        return self._impl.events

    @property
    def videos(self) -> int:
        """Known videos."""
        return self._impl.videos
