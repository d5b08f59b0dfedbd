"""Recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Reason, Recommendation
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Steps

__all__ = ["Interest", "Reason", "Recommendation", "Recommender", "UserProfile"]


class Interest(NamedTuple):
    """How much a user likes a tag or a creator: weights that decay."""

    name: Id
    short_term: float  #: half-life 20 minutes
    long_term: float  #: half-life 10 days


class UserProfile(NamedTuple):
    """What a user likes, and what is known of him."""

    tags: list[Interest]  #: the strongest in the long term first
    creators: list[Interest]
    recent: list[Id]  #: the newest distinct videos, the newest first
    follows: list[Id]
    hours: list[int]  #: events by hour of day, UTC
    device: Id | None  #: the last one
    region: Id | None
    seen: int  #: videos that are known exactly to have been had


class Recommender(Steps[_playhead.RecommenderObject]):
    """Recommendations in which an event changes the very next answer.

    Sources are EASE and iALS (refreshed), ordered and unordered co-counts, tags, creators, people who
    are followed, fresh videos and decayed popularity; ``blend`` gives each its weight, and one source
    alone is a blend, too. Durable is a log of events and videos in the store. What is counted from it
    lives in this process and is rebuilt from the log when the store is opened again. Events may
    arrive late. Times are Unix milliseconds; ids are str or bytes of 1 to 1,024 bytes. Thread-safe.

    ``preset="catalogue"`` is for catalogues in which order carries no meaning: no popularity, and the whole
    history as profile. An option that is None is the preset's.
    """

    def __init__(
        self,
        store: Store,
        *,
        preset: Literal["feed", "catalogue"] = "feed",
        name: str | None = None,
        profile_size: int | None = None,
        profile_half_life: float | None = None,
        neighbors: int | None = None,
        blend: Mapping[str, float] | None = None,
        popularity_half_lives_h: Mapping[float, float] | None = None,
        ease_items: int | None = None,
        ease_lambda: float | None = None,
        als_factors: int | None = None,
        als_lambda: float | None = None,
        als_alpha: float | None = None,
        seed: int | None = None,
        seen_limit: int | None = None,
        ranker: Literal["blend", "original"] | None = None,
        original_weights: tuple[float, float, float] | None = None,
        max_per_creator: int | None = None,
        max_per_category: int | None = None,
        explore: float | None = None,
        refresh_every_ms: int | None = 86_400_000,
    ) -> None:
        """Take a store, and read what was recorded there.

        ``name`` ("recommender") tells several recommenders of one store apart. The
        ``profile_size`` (50) newest distinct videos of a user are looked at, with weights that
        halve every ``profile_half_life`` (25) positions. ``blend`` gives sources their weights,
        ``popularity_half_lives_h`` half-lives in hours. Of a video ``neighbors`` (400) co-counts
        are kept; EASE covers ``ease_items`` (4,000) videos with the L2 regularisation
        ``ease_lambda`` (300); iALS has vectors of ``als_factors`` (64), the regularisation
        ``als_lambda`` (.01), and gives what was not had the weight ``als_alpha`` (.3).
        ``seen_limit`` (10,000) videos of a user are excluded exactly. All that is random comes
        from ``seed``.

        ``ranker="original"`` orders the best 200 of the blend by the originals' formula, with its weights of
        popularity, overlap and freshness (.3, .4, .3). At most ``max_per_creator`` and ``max_per_category``
        videos of a list are of one, unless too few others are left. ``explore`` is the share of a list's
        places for videos that fewer than 20 users have had. The background models are computed anew after
        ``refresh_every_ms``, and after a tenth more events; None: by :meth:`refresh` alone.
        """
        given: dict[str, Any] = {
            "name": name,
            "profile_size": profile_size,
            "profile_half_life": profile_half_life,
            "neighbors": neighbors,
            "blend": blend and dict(blend),
            "popularity_half_lives_h": popularity_half_lives_h and dict(popularity_half_lives_h),
            "ease_items": ease_items,
            "ease_lambda": ease_lambda,
            "als_factors": als_factors,
            "als_lambda": als_lambda,
            "als_alpha": als_alpha,
            "seed": seed,
            "seen_limit": seen_limit,
            "ranker": ranker,
            "original_weights": original_weights,
            "max_per_creator": max_per_creator,
            "max_per_category": max_per_category,
            "explore": explore,
        }
        options = {option: value for option, value in given.items() if value is not None}
        options["refresh_every_ms"] = refresh_every_ms
        self._module = _playhead.RecommenderObject(target_of(store), preset=preset, **options)

    @staticmethod
    def default_blend() -> dict[str, float]:
        """The weights that sources have if none are given: a copy to change."""
        return _playhead.RecommenderObject.default_blend()

    def add_video(
        self,
        video_id: Id,
        *,
        creator: Id | None = None,
        category: Id | None = None,
        tags: Iterable[Id] = (),
        uploaded_at: int | None = None,
        duration_ms: int | None = None,
        region: Id | None = None,
    ) -> None:
        """Add a video, or replace all that is known of it.

        An event on an unknown video makes it known, too.
        """
        self._module.add_video(
            video_id,
            creator=creator,
            category=category,
            tags=tags,
            uploaded_at=uploaded_at,
            duration_ms=duration_ms,
            region=region,
        )

    def remove_video(self, video_id: Id) -> bool:
        """Withdraw a video: it is not recommended until it is added again. False: it was not known."""
        return self._module.remove_video(video_id)

    def record(
        self,
        user_id: Id,
        video_id: Id,
        event: str,
        *,
        at: int | None = None,
        watched_ms: int | None = None,
        duration_ms: int | None = None,
        device: Id | None = None,
        region: Id | None = None,
    ) -> None:
        """Record what a user did with a video.

        ``event`` is impression, view, finish, like, favorite, comment, share, follow, dislike, unlike,
        unfavorite or unfollow; another one raises :class:`playhead.InvalidArgument`, a ValueError.
        """
        self._module.record(
            user_id,
            video_id,
            event,
            at=at,
            watched_ms=watched_ms,
            duration_ms=duration_ms,
            device=device,
            region=region,
        )

    def record_many(
        self, events: Iterable[Mapping[str, Any] | Sequence[Any]], *, history: bool = False
    ) -> None:
        """Record many events: mappings with the names of :meth:`record`'s arguments, or tuples of them.

        ``history``: they are bulk from before the stream, whose pairs weigh half in co-counts.
        """
        self._module.record_many(events, history=history)

    def follow(self, user_id: Id, other_id: Id) -> None:
        """Let what another person likes, and what he made, count for the user."""
        self._module.follow(user_id, other_id, True)

    def unfollow(self, user_id: Id, other_id: Id) -> None:
        """Take that back."""
        self._module.follow(user_id, other_id, False)

    def boost(
        self,
        factor: float,
        *,
        tag: Id | None = None,
        category: Id | None = None,
        creator: Id | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        """Multiply the scores of some videos, such as by 1.2 for a sale, from ``since`` until ``until``.

        It replaces what there was for the same tag, category or creator; a factor of 1 takes it away.
        """
        self._module.boost(factor, tag=tag, category=category, creator=creator, since=since, until=until)

    def forget(self, user_id: Id) -> None:
        """Remove all that was recorded of a user, and all that came of it.

        Afterwards this recommender answers as one that never met him; others on the store do so with their
        next answer, but for their models, which are gone until they refresh.
        """
        self._module.forget(user_id)

    def recommend(
        self,
        user_id: Id,
        count: int = 10,
        *,
        at: int | None = None,
        region: Id | None = None,
        exclude_seen: bool = True,
    ) -> list[Recommendation]:
        """Distinct videos, best first: ``count``, or all there are. A new user gets what is popular.

        Popularity is that of the ``region``, the user's last one by default.
        """
        return self._module.recommend(user_id, count, at=at, region=region, exclude_seen=exclude_seen)

    def similar(self, video_id: Id, count: int = 10) -> list[Recommendation]:
        """The videos most like one: the profile is that video, and popularity does not count."""
        return self._module.similar(video_id, count)

    def profile(self, user_id: Id, *, at: int | None = None) -> UserProfile | None:
        """What is known of a user; None if nothing is."""
        found = self._module.profile(user_id, at=at)
        if found is None:
            return None
        tags, creators, *rest = found
        return UserProfile([Interest(*t) for t in tags], [Interest(*c) for c in creators], *rest)

    def refresh(self) -> None:
        """Compute the background models from what was recorded, then answer with them."""
        self._module.refresh()

    def step(self) -> bool:
        """Refresh if it is time to: whether it did."""
        return self._module.step()

    @property
    def events(self) -> int:
        """Rows of the log counted so far: events, videos and who follows whom."""
        return self._module.events

    @property
    def videos(self) -> int:
        """Known videos."""
        return self._module.videos
