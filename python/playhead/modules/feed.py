"""What stands between the users and the recommender."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock, Error, Reason, Recommendation
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Steps
from playhead.modules.caching import StepReport
from playhead.modules.identity import Tokens, _is_text
from playhead.modules.placement import NodeChoice, NodePlacement
from playhead.modules.rates import RateLimiter
from playhead.modules.recommend import Recommender

__all__ = ["AuthenticationError", "Feed", "FeedItem", "FeedPage", "Preheater", "RateLimitError"]


class AuthenticationError(Error):
    """The token was never issued, was revoked, or has ended: sign in again (HTTP: 401)."""


class RateLimitError(Error):
    """A user has asked too often (HTTP: 429)."""

    def __init__(self, user_id: Id, remaining: int, retry_after: int, reset_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} ms")
        self.user_id = user_id
        self.remaining = remaining
        self.retry_after = retry_after  #: milliseconds
        self.reset_after = reset_after

    def __reduce__(self) -> tuple[type[RateLimitError], tuple[Id, int, int, int]]:
        return type(self), (self.user_id, self.remaining, self.retry_after, self.reset_after)


class FeedItem(NamedTuple):
    """A video that is served."""

    video_id: Id
    score: float
    reasons: tuple[Reason, ...]
    node: NodeChoice | None  #: where to play it from; None without a placement


class FeedPage(NamedTuple):
    """What a user gets."""

    user_id: Id
    items: list[FeedItem]  #: the best first
    preheated: bool  #: nothing is known of the user: this is his region's preheated list
    remaining: int  #: requests left; 0 without a limiter
    reset_after: int  #: when all of the limit is there again


class Preheater(Steps[_playhead.Preheater]):
    """Makes, for each region, the list that somebody of whom nothing is known is recommended, and keeps it.

    A list is made every ``interval``, and at once after ``threshold`` events of its region (:meth:`note`), by
    one of those who :meth:`step` or run in the background, in any process; if that one dies, by another one
    when the ``lease`` has ended. ``load_videos(region, video_ids)`` is called after a list was stored, to
    load what belongs to its videos into other caches; if it raises, the region is due again after
    ``retry_after``. A list is as it was made: a video that was withdrawn since leaves with the next one.

    In ``playhead.aio.modules`` callbacks may be coroutine functions, run on the loop on which it was opened;
    stop it before that loop ends, by ``async with`` or :meth:`stop_background`.
    """

    EVERYWHERE: ClassVar = "*"  #: the region of those whose region is not known
    _asks: ClassVar = frozenset({"load_videos", "on_error"})
    _calling: ClassVar = frozenset({"step", "run_in_background", "preheat", "get"})

    def __init__(
        self,
        store: Store,
        recommender: Recommender,
        load_videos: Callable[[Id, list[Id]], object] | None = None,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "feed",
        interval: int = 900_000,
        threshold: int = 1_000,
        count: int = 100,
        lease: int = 30_000,
        retry_after: int = 5_000,
        longest_wait: int = 1_000,
    ) -> None:
        self._module = _playhead.Preheater(
            target_of(store),
            recommender._module,
            load_videos,
            prefix=prefix,
            clock=clock,
            name=name,
            interval=interval,
            threshold=threshold,
            count=count,
            lease=lease,
            retry_after=retry_after,
            longest_wait=longest_wait,
        )

    def schedule(self, region: Id) -> None:
        """Have a region's list made at once, and then every ``interval``, by whoever steps."""
        self._module.schedule(region)

    def unschedule(self, region: Id) -> bool:
        """No longer; whether it was. The list stays until its end."""
        return self._module.unschedule(region)

    def note(self, region: Id, events: int = 1) -> int:
        """Count events of a region: how many there were since its list was begun last.

        From ``threshold`` on the list is due at once, or, if it is being made, once more when it is done; a
        region that was not scheduled is then. Note events after they are recorded. Those in the background
        see it within ``longest_wait``.
        """
        return self._module.note(region, events)

    def get(self, region: Id) -> list[Recommendation]:
        """Give a region's list, the best first; it is made, by one caller at a time, if it is not there."""
        return self._module.get(region)

    def preheat(self, region: Id) -> None:
        """Make it now, unless somebody else is at it, and load its videos."""
        self._module.preheat(region)

    def step(self, now: int | None = None) -> StepReport:
        """Make a list that is due; ``now`` replaces the time that counts for that.

        What ``load_videos`` raises is in the report, unless it is no Exception.
        """
        return StepReport(*self._module.step(now))


class Feed:
    """Serves recommendations to who has an access token, not more often than allowed, with nodes.

    ``limiter`` limits the requests of each user; ``placement`` adds the node that each video is played
    from; somebody of whom nothing is known gets the list of his region from the ``preheater``. An answer
    has up to ``most`` videos. ``record_impressions`` records what is served as shown, unless a request
    says otherwise. A request costs one round trip for each of these: the token, the limiter, the time, the
    recommender or the preheated list; whether the user is known, with a preheater, or with a placement if no
    region is given; the placement; the impressions.
    """

    def __init__(
        self,
        store: Store,
        recommender: Recommender,
        tokens: Tokens,
        *,
        limiter: RateLimiter | None = None,
        placement: NodePlacement | None = None,
        preheater: Preheater | None = None,
        clock: Clock | None = None,
        most: int = 100,
        record_impressions: bool = False,
    ) -> None:
        self._module = _playhead.Feed(
            target_of(store),
            recommender._module,
            tokens._module,
            limiter=None if limiter is None else limiter._module,
            placement=None if placement is None else placement._module,
            preheater=None if preheater is None else preheater._module,
            clock=clock,
            most=most,
            record_impressions=record_impressions,
        )

    def get(
        self,
        access_token: str,
        count: int = 10,
        *,
        region: Id | None = None,
        device: Id | None = None,
        at: int | None = None,
        record_impressions: bool | None = None,
    ) -> FeedPage:
        """Give the holder of a token ``count`` videos, or all there are.

        ``region`` is where the user is now, his last one by default; ``device`` is recorded with
        impressions. Raises :class:`AuthenticationError` and :class:`RateLimitError`.
        """
        if not _is_text(access_token):
            raise AuthenticationError("the access token is no good one; sign in again")
        status, user_id, items, preheated, remaining, retry_after, reset_after = self._module.get(
            access_token, count, region=region, device=device, at=at, record_impressions=record_impressions
        )
        if status == "unauthenticated":
            raise AuthenticationError("the access token is no good one; sign in again")
        if status == "rate_limited":
            raise RateLimitError(user_id, remaining, retry_after, reset_after)
        served = [
            FeedItem(one.video_id, one.score, one.reasons, node and NodeChoice(*node)) for one, node in items
        ]
        return FeedPage(user_id, served, preheated, remaining, reset_after)

    def explain(
        self, user_id: Id, video_id: Id, *, region: Id | None = None, at: int | None = None
    ) -> Recommendation | None:
        """Tell why a video is recommended to a user: what :meth:`get` would say of it.

        If it would not be in the list, its score and reasons among all videos, those he has had included.
        None: it is unknown, or was withdrawn. Checks no token and counts for nothing.
        """
        return self._module.explain(user_id, video_id, region=region, at=at)
