# Written by bindings/stubs.py; `./dev stubs` writes it again.
"""The modules for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

from playhead._playhead import Clock, Recommendation
from playhead._types import Id
from playhead.aio._store import Store
from playhead.modules.activity import HistoryPage, ListPage, Preference, RecordedViewing, UserCounts, VideoCounts
from playhead.modules.identity import IssuedToken, TokenInfo
from playhead.modules.rates import RateDecision

class Activity:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, history_limit: int=100, preferences_limit: int=1000, completion_percent: int=90, active_days: int=62) -> Self: ...
    async def record_video_viewing(self, user_id: Id, video_id: Id, watched_ms: int=0, duration_ms: int=0, *, at: int | None=None, utc_offset_minutes: int=0) -> RecordedViewing:
        """Record a viewing: all counts together, or nothing.

        ``duration_ms`` is the length of the whole video, 0 if it is not known. ``at`` is when it was
        watched (None: now); viewings may come late and out of order. ``utc_offset_minutes`` is that of the
        user's clock, east positive.
        """
    async def history(self, user_id: Id, cursor: str='', count: int=50) -> HistoryPage:
        """Give the videos a user watched, the latest first; ``cursor`` is ``next`` of the page before."""
    async def preferences(self, user_id: Id, count: int=50) -> list[Preference]:
        """Give the videos a user watched most often."""
    async def user_counts(self, user_id: Id) -> UserCounts:
        """Give what a user watched in all."""
    async def video_counts(self, video_id: Id) -> VideoCounts:
        """Give how much a video was watched."""
    async def video_counts_many(self, video_ids: Iterable[Id]) -> list[VideoCounts]:
        """Give the same for several videos, in their order."""
    async def active_users(self, at: int | None=None) -> int:
        """Count the users who watched something on the UTC day of that time (None: today)."""

class WatchLater:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, limit: int=1000) -> Self: ...
    async def add(self, user_id: Id, video_id: Id, *, at: int | None=None) -> Literal['added', 'present', 'full']:
        """Add a video: ``added``; ``present``, it stays where it is; ``full``, nothing was changed."""
    async def remove(self, user_id: Id, video_id: Id) -> bool:
        """Remove a video; whether it was there."""
    async def contains(self, user_id: Id, video_id: Id) -> bool:
        """Tell whether a video is in the list."""
    async def count(self, user_id: Id) -> int:
        """Count the videos in the list."""
    async def list(self, user_id: Id, cursor: str='', count: int=50) -> ListPage:
        """Give the videos, newest first; ``cursor`` is ``next`` of the page before."""

class Tokens:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, idle_timeout: int=1800000, absolute_timeout: int=86400000, rotation_grace: int=10000, touch_interval: int=1000, tokens_per_user: int=100, slack: int=3600000) -> Self: ...
    async def issue(self, user_id: Id, data: object=None) -> IssuedToken:
        """Make a token for a user. ``data``: any JSON, at most 16 KiB, that :meth:`validate` gives back."""
    async def validate(self, token: str) -> TokenInfo | None:
        """Tell whose token this is, noting that it was used; None if it is no good one, whatever it is."""
    async def rotate(self, token: str) -> IssuedToken | None:
        """Give a new token for this one, which is good for ``rotation_grace`` more; None if it is no good.

        The new token has the same user, data and absolute timeout. A token is rotated once.
        """
    async def revoke(self, token: str) -> bool:
        """End a token; whether it was a good one."""
    async def revoke_id(self, user_id: Id, id: str) -> bool:
        """End a token of a user by its public name; whether it was a good one."""
    async def revoke_all(self, user_id: Id) -> int:
        """End all tokens of a user; how many were good."""
    async def revoke_others(self, token: str) -> int:
        """End all tokens of this one's user except itself; how many were good."""
    async def list(self, user_id: Id) -> list[TokenInfo]:
        """Give the good tokens of a user, oldest first."""

class RateLimiter:
    @classmethod
    async def open(cls, store: Store[Any], rate: str, *, prefix: str='ph', clock: Clock | None=None, name: str='requests', algorithm: Literal['fixed_window', 'sliding_log', 'sliding_counter', 'token_bucket', 'gcra']='gcra', burst: int=0, slack: int=60000) -> Self: ...
    async def check(self, subject: Id, weight: int=1) -> RateDecision:
        """Take ``weight`` if there is so much. What is refused counts for nothing."""
    async def peek(self, subject: Id, weight: int=1) -> RateDecision:
        """Tell what :meth:`check` would say, and take nothing."""
    async def reset(self, subject: Id) -> bool:
        """Forget what was taken; whether there was anything."""
    @property
    def limit(self) -> int:
        """How much is allowed in a period."""
    @property
    def period(self) -> int:
        """The period in milliseconds."""

class Recommender:
    @classmethod
    async def open(cls, store: Store[Any], *, name: str='recommender', profile_size: int=50, profile_half_life: float=25.0, neighbors: int=400) -> Self: ...
    async def add_video(self, video_id: Id) -> None:
        """Make a video known. An event on an unknown video does so too."""
    async def record(self, user_id: Id, video_id: Id, event: str, *, at: int | None=None, watched_ms: int | None=None, duration_ms: int | None=None) -> None:
        """Record what a user did with a video.

        ``event`` is impression, view, finish, like, favorite, comment, share, follow, dislike, unlike,
        unfavorite or unfollow; another one raises :class:`playhead.InvalidArgument`, a ValueError.
        """
    async def record_many(self, events: Iterable[Mapping[str, Any] | Sequence[Any]]) -> None:
        """Record many events: mappings with the names of :meth:`record`'s arguments, or tuples of them."""
    async def recommend(self, user_id: Id, count: int=10, *, at: int | None=None, exclude_seen: bool=True) -> list[Recommendation]:
        """Distinct videos, best first: ``count``, or all there are. A new user gets what is popular."""
    async def similar(self, video_id: Id, count: int=10) -> list[Recommendation]:
        """The videos most often had together with one."""
    @property
    def events(self) -> int:
        """Events counted so far."""
    @property
    def videos(self) -> int:
        """Known videos."""
