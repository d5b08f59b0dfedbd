# Written by bindings/stubs.py; `./dev stubs` writes it again.
"""The modules for asyncio."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Self

from playhead._playhead import Clock, Recommendation
from playhead._types import Id
from playhead.aio._listening import Chat as Chat
from playhead.aio._listening import PubSub as PubSub
from playhead.aio._callbacks import Table as Table
from playhead.aio._callbacks import VideoDatabase as VideoDatabase
from playhead.aio._store import Store
from playhead.modules._values import JSON, Serializer
from playhead.modules.activity import BulkReport, HistoryPage, ListPage, Preference, RecordedEvent, RecordedViewing, UserCounts, UserEvent, VideoCounts
from playhead.modules.cache import BulkWrite, CacheLookup, CacheStatistics, ClaimedWrites, Load
from playhead.modules.caching import CacheClaim, StepReport
from playhead.modules.carts import CartChange, CartItem, CartMerge, CartOwner
from playhead.modules.coordination import LockGrant, LockState
from playhead.modules.counts import CountedId, ReconcileReport
from playhead.modules.feed import FeedPage
from playhead.modules.filters import PopularRow
from playhead.modules.identity import IssuedToken, TokenInfo, ViewedItem
from playhead.modules.inventory import Reservation, ReserveResult, Stock
from playhead.modules.lists import FavoriteChange, FavoriteCount, FollowCounts, FollowPage, PlaylistInfo, PlaylistListPage, PlaylistPage, PlaylistResult, Relationship
from playhead.modules.messaging import DeadLetterPage, MessageState, QueueStats, ReceivedMessage
from playhead.modules.numbers import Counted, Granularity, ScoreChange, ScoreChanges, Scores, Standing, StandingPage, TopCounter, WindowCount
from playhead.modules.pages import PageRequest, PageRule, PageStatistics, VIDEO_RULES, Visit
from playhead.modules.placement import NodeChoice, NodeInfo
from playhead.modules.rates import RateDecision
from playhead.modules.recommend import UserProfile
from playhead.modules.records import Row
from playhead.modules.secure_sessions import SecureSession, SuspiciousActivity, ValidatedSession
from playhead.modules.sessions import CreatedSession, SessionEnd, SessionExpiredListener, SessionExpiryReport, SessionInfo, SessionLogPage, SignedOn, UpdateResult
from playhead.modules.tasks import TaskClaim, TaskState
from playhead.modules.token_limit import TokenLimitReport
from playhead.modules.watch_later import UserCleanupReport
from playhead.modules.workers import TaskResult

class Activity:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, history_limit: int=100, preferences_limit: int=1000, completion_percent: int=90, active_days: int=62, approximate_days: int=400, likes_limit: int=100000) -> Self: ...
    async def record_video_viewing(self, user_id: Id, video_id: Id, watched_ms: int=0, duration_ms: int=0, *, at: int | None=None, utc_offset_minutes: int=0, zone: str | None=None) -> RecordedViewing:
        """Record a viewing: all counts together, or nothing.

        ``duration_ms`` is the length of the whole video, 0 if it is not known. ``at`` is when it was
        watched (None: now); viewings may come late and out of order. The hour of day is that of the user's
        clock: ``utc_offset_minutes``, east positive, or the IANA time ``zone`` ("Europe/Paris").
        """
    async def finish(self, user_id: Id, video_id: Id, watched_ms: int=0, duration_ms: int=0, *, at: int | None=None) -> RecordedEvent:
        """Record the end of a viewing that was recorded as it began: watch time and completion, and no view.

        If ``duration_ms`` is not known, all of the video was seen.
        """
    async def like(self, user_id: Id, video_id: Id, *, at: int | None=None) -> RecordedEvent:
        """Like a video; liking it again changes nothing. ``full``: the user likes ``likes_limit`` videos."""
    async def unlike(self, user_id: Id, video_id: Id, *, at: int | None=None) -> RecordedEvent:
        """Take a like back."""
    async def comment(self, user_id: Id, video_id: Id, *, at: int | None=None) -> RecordedEvent:
        """Count a comment."""
    async def share(self, user_id: Id, video_id: Id, *, at: int | None=None) -> RecordedEvent:
        """Count that a video was shared."""
    async def visit(self, user_id: Id, *, at: int | None=None) -> None:
        """Note that a user is there, such as at sign-in."""
    async def record_many(self, events: Iterable[UserEvent], *, source: str | None=None, first: int=0) -> BulkReport:
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
    async def history(self, user_id: Id, cursor: str='', count: int=50) -> HistoryPage:
        """Give the videos a user watched, the latest first; ``cursor`` is ``next`` of the page before."""
    async def preferences(self, user_id: Id, count: int=50) -> list[Preference]:
        """Give the videos a user watched most often."""
    async def liked_videos(self, user_id: Id, cursor: str='', count: int=50) -> ListPage:
        """Give the videos a user likes, the latest first; ``cursor`` is ``next`` of the page before."""
    async def likes(self, user_id: Id, video_id: Id) -> bool:
        """Tell whether a user likes a video."""
    async def user_counts(self, user_id: Id) -> UserCounts:
        """Give what a user did in all."""
    async def video_counts(self, video_id: Id) -> VideoCounts:
        """Give what was done with a video in all."""
    async def video_counts_many(self, video_ids: Iterable[Id]) -> list[VideoCounts]:
        """Give the same for several videos, in their order."""
    async def active_users(self, at: int | None=None, until: int | None=None, *, approximate: bool=False) -> int:
        """Count the users who did something on the UTC day of that time (None: today).

        ``until``: from that day to another, both included; each user counts once. ``approximate``: by
        HyperLogLogs, with a standard error of 0.2 %. Days are known exactly for ``active_days``,
        approximately for ``approximate_days``; before, they count as days without users.
        """
    async def monthly_active_users(self, at: int | None=None, *, approximate: bool=False) -> int:
        """Count the users who did something in the UTC month of that time (None: this one)."""

class Cache:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, serializer: Serializer=JSON, name: str='cache', ttl: int=300000, null_ttl: int=60000, jitter_percent: int=0, jitter_add: int=0, stale_while_revalidate: int=0, stale_if_error: int=0, error_pause: int=1000, early_beta: float=0, refresh_ahead_percent: int=0, lease: int=30000, shards: int=16, max_value: int=16 * 1024 * 1024, longest_ttl: int=30 * 86400000, fall_back: bool=True, refresh_in_background: bool=False, refresh_threads: int=1, write_delay: int=1000, write_batch: int=100, write_lease: int=60000, write_pause: int=1000) -> Self: ...
    async def get(self, key: Id, load: Load) -> Any:
        """Give the value, from ``load(key)`` if it is not there; it may give a :class:`Loaded`.

        None: there is no such thing. What the loader raises is raised.
        """
    async def get_many(self, keys: Iterable[Id], load: Callable[[list[Any]], Iterable[Any] | Awaitable[Iterable[Any]]]) -> list[Any]:
        """Give several values in the order of the keys.

        ``load(keys)`` is called once, with those keys that are not there, and gives a result for each.
        """
    async def refresh(self, key: Id, load: Load) -> bool:
        """Load a key again, whatever is there, which others are shown until then.

        False: somebody else loads or writes it. What the loader raises is raised, and what is there stays.
        """
    async def peek(self, key: Id) -> CacheLookup:
        """Tell what is there."""
    async def contains(self, key: Id) -> bool:
        """Whether an entry is there that may be shown, a cached "no such thing" included."""
    async def set(self, key: Id, value: Any, *, ttl: int | None=None, tags: Sequence[Id]=()) -> None:
        """Store a value, or with None that there is no such thing."""
    async def invalidate(self, key: Id) -> bool:
        """Drop an entry; whether it was there. A load that is under way will not be stored."""
    async def invalidate_many(self, keys: Iterable[Id]) -> int:
        """Drop several entries; how many were there."""
    async def invalidate_tags(self, *tags: Id) -> None:
        """Drop all entries with one of the tags, also those that are being loaded."""
    async def write_through(self, key: Id, value: Any, write: Callable[[Any, Any], object], *, ttl: int | None=None, tags: Sequence[Id]=()) -> None:
        """Write the source by ``write(key, value)``, then the cache.

        Readers wait meanwhile; writers that meet leave the cache empty, and so does a write that raises.
        """
    async def write_around(self, key: Id, value: Any, write: Callable[[Any, Any], object]) -> None:
        """Write the source by ``write(key, value)``; the cache is empty then."""
    async def write_behind(self, key: Id, value: Any, *, ttl: int | None=None, tags: Sequence[Id]=()) -> int:
        """Write the cache and a durable queue in one step; the version of this write.

        The source is written by :meth:`step`, :meth:`flush` or in the background, by whichever process. Until
        then readers get the value. A key is not to be written in other ways as well.
        """
    async def pending(self) -> int:
        """Count the keys that are to be written."""
    async def claim_writes(self, ahead: int=0) -> ClaimedWrites:
        """Claim writes that are due, or become so within ``ahead``."""
    async def settle(self, claimed: ClaimedWrites, *, failed: bool=False) -> int:
        """Tell that claimed writes were done, or have failed; how many of them were still ours."""
    async def flush(self, write: BulkWrite) -> int:
        """Write all that is pending, due or not; how many. What ``write(writes)`` raises ends it."""
    async def step(self, write: BulkWrite | None=None) -> int:
        """Do the refreshes that wait, and write a batch of what is due; how many of both."""
    async def run_in_background(self, write: BulkWrite | None=None, on_error: Callable[[str], object] | None=None) -> None:
        """Do that on threads until :meth:`stop_background`; ``on_error`` is told errors."""
    async def statistics(self) -> CacheStatistics:
        """Give the counts of this object."""
    async def claim(self, key: Id) -> CacheLookup:
        """Look up a key, taking the lease if it is free: with a ``receipt`` the key is to be loaded."""
    async def complete(self, key: Id, receipt: str, value: Any, took: int=0) -> bool:
        """Store what was loaded with the lease, in ``took`` milliseconds; False: it is no good any more."""
    async def release(self, key: Id, receipt: str) -> bool:
        """Give the lease back after a load that failed."""
    async def wait(self, key: Id, at_most: int) -> bool:
        """Wait until a lease ends in any way, at most so many milliseconds; whether it has."""

class CacheScheduler:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def run_in_background(self, on_error: Callable[[str], object] | None=None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
    @classmethod
    async def open(cls, store: Store[Any], load: Callable[[Id], object] | None=None, *, views_of: Callable[[Id], int | Awaitable[int]] | None=None, stopped: Callable[[Id], object] | None=None, prefix: str='ph', clock: Clock | None=None, name: str='videos', hot_interval: int=300000, normal_interval: int=1800000, lease: int=30000, retry_after: int=5000, batch: int=1, longest_wait: int=1000, min_views: int=100) -> Self: ...
    async def schedule(self, video_id: Id, interval: int) -> None:
        """Schedule a video: due at once, and then ``interval`` after each load."""
    async def schedule_hot_video_cache(self, video_id: Id) -> None:
        """Schedule a video every ``hot_interval``."""
    async def schedule_normal_video_cache(self, video_id: Id) -> None:
        """Schedule a video every ``normal_interval``."""
    async def stop_video_cache(self, video_id: Id) -> bool:
        """Take a video out; whether it was scheduled."""
    async def interval_of(self, video_id: Id) -> int | None:
        """Give the interval of a scheduled video."""
    async def count(self) -> int:
        """Count the scheduled videos."""
    async def next_due(self) -> int | None:
        """Tell when the next entry is due, or its lease ends."""
    async def claim(self, count: int=1, now: int | None=None) -> list[CacheClaim]:
        """Claim up to ``count`` entries that are due, the most overdue first."""
    async def complete(self, claim: CacheClaim, now: int | None=None) -> bool:
        """Tell that the entry was loaded. False: the receipt is no good any more, and nothing was changed."""
    async def fail(self, claim: CacheClaim, after: int, now: int | None=None) -> bool:
        """Tell that the load failed: the entry is due again ``after`` so long."""
    async def stop(self, claim: CacheClaim, now: int | None=None) -> bool:
        """Take a claimed entry out."""
    async def step(self, now: int | None=None) -> StepReport:
        """Claim what is due (at most one batch), load it, and tell what happened. ``now`` replaces time.

        What a callback raises is in the report, unless it is no Exception: SystemExit and KeyboardInterrupt
        are raised, and what was claimed is due again when its lease has ended.
        """

class Cart:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, items: int=100, most: int=1000000, lifetime: int=2592000000, shards: int=64) -> Self: ...
    async def set(self, owner: CartOwner, item: Id, count: int) -> CartChange:
        """Put so many of an item into the cart, in place of those there; 0 or less takes it out."""
    async def add(self, owner: CartOwner, item: Id, count: int=1) -> CartChange:
        """Add so many to those that are there; if 0 or less are left, it is taken out."""
    async def remove(self, owner: CartOwner, item: Id) -> CartChange:
        """Take an item out."""
    async def list(self, owner: CartOwner) -> list[CartItem]:
        """Give what is in the cart, in the order of the items; nothing if the token is no good."""
    async def clear(self, owner: CartOwner) -> bool:
        """Take all out; whether there was anything."""
    async def merge(self, token: str, user_id: Id) -> CartMerge:
        """Move the cart of a token into that of the user who has signed in; counts add up.

        Both change in one step: an item is in one of them, whatever fails, and a merge can be repeated.
        On a sharded store whose nodes keep the two carts apart it raises CommandError and changes nothing.
        """

class Lock:
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    @classmethod
    async def open(cls, store: Store[Any], name: Id, *, prefix: str='ph', clock: Clock | None=None, lease: int=10000, auto_renew: bool=False, patience: int=10000) -> Self: ...
    async def acquire(self, wait: float | None=None) -> LockGrant | None:
        """Acquire it, waiting up to ``wait`` ms (None: for ever; 0: not at all); None: it was not free."""
    async def release(self) -> bool:
        """Release it; False: it was not held, or its lease had ended."""
    async def extend(self, lease: int | None=None) -> int | None:
        """Let the lease end ``lease`` from now; when that is. None: it is not held any more."""
    async def held(self) -> LockGrant | None:
        """Tell what this object holds, as far as it knows: the lease may have ended."""
    async def state(self) -> LockState:
        """Tell how the lock is, whoever has it."""

class ReentrantLock:
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    @classmethod
    async def open(cls, store: Store[Any], name: Id, *, prefix: str='ph', clock: Clock | None=None, lease: int=10000, auto_renew: bool=False, patience: int=10000) -> Self: ...
    async def acquire(self, wait: float | None=None) -> LockGrant | None:
        """Acquire it, waiting up to ``wait`` ms (None: for ever; 0: not at all); None: it was not free."""
    async def release(self) -> bool:
        """Release it; False: it was not held, or its lease had ended."""
    async def extend(self, lease: int | None=None) -> int | None:
        """Let the lease end ``lease`` from now; when that is. None: it is not held any more."""
    async def held(self) -> LockGrant | None:
        """Tell what this object holds, as far as it knows: the lease may have ended."""
    async def state(self) -> LockState:
        """Tell how the lock is, whoever has it."""

class Redlock:
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    @classmethod
    async def open(cls, stores: Sequence[Store[Any]], name: Id, *, prefix: str='ph', clock: Clock | None=None, lease: int=10000, retry_count: int=3, retry_delay: int=200, drift_permille: int=10) -> Self: ...
    async def acquire(self) -> LockGrant | None:
        """Try ``retry_count`` times; None: others had it each time, or too few answered."""
    async def release(self) -> bool:
        """Release it on all stores; False: it was held on none of them any more."""
    async def extend(self) -> int | None:
        """Begin the lease again; when it ends. None: it is lost, and was released."""
    async def held(self) -> LockGrant | None:
        """Tell what this object holds, as far as it knows."""

class CountStore:
    @classmethod
    async def open(cls, store: Store[Any], *, replica: Store[Any] | None=None, prefix: str='ph', clock: Clock | None=None) -> Self: ...
    async def get(self, kind: Id, id: Id) -> int:
        """Give a count; 0 for an id without one."""
    async def get_many(self, kind: Id, ids: Iterable[Id]) -> list[int]:
        """Give the counts of several ids, in their order."""
    async def get_all(self, id: Id, kinds: Iterable[Id]) -> list[int]:
        """Give the counts of one id of several kinds, in their order: a profile."""
    async def increment(self, kind: Id, id: Id, by: int=1) -> int:
        """Add, and give the new count."""
    async def set(self, kind: Id, id: Id, count: int) -> None:
        """Set a count."""
    async def top(self, kind: Id, limit: int=10) -> list[CountedId]:
        """Give the greatest counts; of equal ones the greater id first."""
    async def reconcile(self, kind: Id, truth: Callable[[list[Id]], Sequence[int]], ids: Iterable[Id]=(), *, repair: bool=True) -> ReconcileReport:
        """Compare all counts of a kind with the truth, and set right what differs.

        ``truth(ids)`` gives the true counts of up to 1000 ids in their order. Compared are the ids that the
        store knows, and ``ids``. A drift counts only if a second look finds the same, so that increments
        under way are none, and it is set right only if the count is still the one that was seen.
        """

class Preheater:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def run_in_background(self, on_error: Callable[[str], object] | None=None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
    @classmethod
    async def open(cls, store: Store[Any], recommender: Recommender, load_videos: Callable[[Id, list[Id]], object] | None=None, *, prefix: str='ph', clock: Clock | None=None, name: str='feed', interval: int=900000, threshold: int=1000, count: int=100, lease: int=30000, retry_after: int=5000, longest_wait: int=1000) -> Self: ...
    async def schedule(self, region: Id) -> None:
        """Have a region's list made at once, and then every ``interval``, by whoever steps."""
    async def unschedule(self, region: Id) -> bool:
        """No longer; whether it was. The list stays until its end."""
    async def note(self, region: Id, events: int=1) -> int:
        """Count events of a region: how many there were since its list was begun last.

        From ``threshold`` on the list is due at once, or, if it is being made, once more when it is done; a
        region that was not scheduled is then. Note events after they are recorded. Those in the background
        see it within ``longest_wait``.
        """
    async def get(self, region: Id) -> list[Recommendation]:
        """Give a region's list, the best first; it is made, by one caller at a time, if it is not there."""
    async def preheat(self, region: Id) -> None:
        """Make it now, unless somebody else is at it, and load its videos."""
    async def step(self, now: int | None=None) -> StepReport:
        """Make a list that is due; ``now`` replaces the time that counts for that.

        What ``load_videos`` raises is in the report, unless it is no Exception.
        """

class Feed:
    @classmethod
    async def open(cls, store: Store[Any], recommender: Recommender, tokens: Tokens, *, limiter: RateLimiter | None=None, placement: NodePlacement | None=None, preheater: Preheater | None=None, clock: Clock | None=None, most: int=100, record_impressions: bool=False) -> Self: ...
    async def get(self, access_token: str, count: int=10, *, region: Id | None=None, device: Id | None=None, at: int | None=None, record_impressions: bool | None=None) -> FeedPage:
        """Give the holder of a token ``count`` videos, or all there are.

        ``region`` is where the user is now, his last one by default; ``device`` is recorded with
        impressions. Raises :class:`AuthenticationError` and :class:`RateLimitError`.
        """
    async def explain(self, user_id: Id, video_id: Id, *, region: Id | None=None, at: int | None=None) -> Recommendation | None:
        """Tell why a video is recommended to a user: what :meth:`get` would say of it.

        If it would not be in the list, its score and reasons among all videos, those he has had included.
        None: it is unknown, or was withdrawn. Checks no token and counts for nothing.
        """

class BloomFilter:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', name: str='filter', capacity: int=1000000, error_rate: float=0.01) -> Self: ...
    async def add(self, id: Id) -> bool:
        """Add an id; False: it seemed to be there already."""
    async def add_many(self, ids: Iterable[Id]) -> int:
        """Add several ids; how many did not seem to be there."""
    async def might_contain(self, id: Id) -> bool:
        """False: the id was never added. True: it was, or, at the error rate, it was not."""
    async def might_contain_many(self, ids: Iterable[Id]) -> list[bool]:
        """Tell the same of several ids."""
    async def merge(self, other: BloomFilter) -> None:
        """Add all that another filter of the same size and store has."""
    async def count_estimate(self) -> int:
        """About how many different ids were added."""
    async def clear(self) -> None:
        """Forget all ids."""
    @property
    def bits(self) -> int:
        """Size in bits."""
    @property
    def hashes(self) -> int:
        """How many bits an id sets."""

class Popularity:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='viewed', half_life: int=3600000, capacity: int=20000) -> Self: ...
    async def record(self, id: Id, weight: float=1.0, *, at: int | None=None) -> float:
        """Count a view (``at``: when, None: now); the row's score at that time. Views may come late."""
    async def score(self, id: Id) -> float:
        """Give a row's score now, 0 if it is not kept."""
    async def rank(self, id: Id) -> int | None:
        """Give a row's rank, 0 for the most popular one."""
    async def can_cache(self, id: Id, rank: int=10000) -> bool:
        """Whether a row is among the first ``rank``."""
    async def top(self, count: int=10) -> list[PopularRow]:
        """Give the most popular rows."""
    async def count(self) -> int:
        """Count the rows that are kept."""

class Tokens:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, idle_timeout: int=1800000, absolute_timeout: int=86400000, rotation_grace: int=10000, touch_interval: int=1000, tokens_per_user: int=100, slack: int=3600000, viewed_items: int=25, shards: int=64, indexed: bool=False) -> Self: ...
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
    async def view(self, token: str, item: Id) -> bool:
        """Note that the holder of a token looks at something; whether the token is a good one."""
    async def viewed(self, token: str) -> Sequence[ViewedItem]:
        """Give what the holder of a token looked at, each once, newest first, ``viewed_items`` at most."""
    async def list(self, user_id: Id) -> list[TokenInfo]:
        """Give the good tokens of a user, oldest first."""

class Inventory:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='inventory', hold: int=1800000, remember: int=86400000) -> Self: ...
    async def set_stock(self, product_id: Id, quantity: int) -> int:
        """Set how many are available, beside those held; how many were before."""
    async def add_stock(self, product_id: Id, quantity: int) -> int | None:
        """Add to what is available, or take from it; how many are then. None: there are too few to take."""
    async def get_stock(self, product_id: Id) -> int:
        """Tell how many are available."""
    async def stock(self, product_id: Id) -> Stock:
        """Tell where all pieces of a product are."""
    async def reserve_stock(self, product_id: Id, quantity: int, user_id: Id, *, reservation_id: Id | None=None, hold: int | None=None) -> ReserveResult:
        """Reserve so many of one product; None: a random id, the hold of the inventory."""
    async def reserve(self, items: Mapping[Id, int], user_id: Id, *, reservation_id: Id | None=None, hold: int | None=None) -> ReserveResult:
        """Reserve 1 to 100 products, all or nothing."""
    async def confirm_reservation(self, reservation_id: Id) -> Literal['held', 'confirmed', 'cancelled', 'expired'] | None:
        """Sell what is held; the status then (``expired``, if its hold had ended). None: none is known."""
    async def cancel_reservation(self, reservation_id: Id) -> Literal['held', 'confirmed', 'cancelled', 'expired'] | None:
        """Give back what is held; the status then (``confirmed``, if it was sold). None: none is known."""
    async def reservation(self, reservation_id: Id) -> Reservation | None:
        """Tell what is known of a reservation."""
    async def expire(self) -> int:
        """End holds whose time is over, at most 1000; how many. Every other method does it too."""

class Favorites:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, limit: int=10000) -> Self: ...
    async def add(self, user_id: Id, video_id: Id, *, at: int | None=None) -> FavoriteChange:
        """Add a video: ``added``; ``present``, it stays where it is; ``full``, nothing was changed."""
    async def remove(self, user_id: Id, video_id: Id) -> bool:
        """Remove a video; whether it was there."""
    async def remove_many(self, user_id: Id, video_ids: Iterable[Id]) -> int:
        """Remove up to 1000 videos in one step; how many were there."""
    async def clear(self, user_id: Id) -> int:
        """Remove all favorites of a user, in steps of 1000; how many. It can be called again if cut off."""
    async def contains(self, user_id: Id, video_id: Id) -> bool:
        """Tell whether a video is among a user's favorites."""
    async def count(self, user_id: Id) -> int:
        """Count a user's favorites."""
    async def favorite_count(self, video_id: Id) -> int:
        """Count the users who have a video."""
    async def favorite_counts(self, video_ids: Iterable[Id]) -> list[int]:
        """Count them for several videos, in their order."""
    async def top(self, limit: int=10) -> list[FavoriteCount]:
        """Give the videos that most users have."""
    async def list(self, user_id: Id, cursor: str='', count: int=50) -> ListPage:
        """Give the videos, newest first; ``cursor`` is ``next`` of the page before."""

class Following:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, limit: int=10000) -> Self: ...
    async def follow(self, user_id: Id, other_id: Id, *, at: int | None=None) -> Literal['added', 'present', 'full']:
        """Let a user follow another; ``full``: it follows ``limit`` users already."""
    async def unfollow(self, user_id: Id, other_id: Id) -> bool:
        """End that; whether it followed."""
    async def is_following(self, user_id: Id, other_id: Id) -> bool:
        """Tell whether a user follows another."""
    async def is_following_many(self, user_id: Id, other_ids: Iterable[Id]) -> list[bool]:
        """Tell which of several users it follows, in their order."""
    async def relationship(self, user_id: Id, other_id: Id) -> Relationship:
        """Tell who of two follows whom."""
    async def is_mutual(self, user_id: Id, other_id: Id) -> bool:
        """Tell whether two follow each other."""
    async def counts(self, user_id: Id) -> FollowCounts:
        """Count whom a user follows, and its followers."""
    async def following(self, user_id: Id, cursor: str='', count: int=50) -> FollowPage:
        """Give whom a user follows, newest first; ``cursor`` is ``next`` of the page before."""
    async def followers(self, user_id: Id, cursor: str='', count: int=50) -> FollowPage:
        """Give the followers of a user, newest first; ``cursor`` is ``next`` of the page before."""
    async def remove_user(self, user_id: Id) -> int:
        """End everything between a user and others, in steps; how many pairs. If it ends, call it again."""

class Playlists:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, limit: int=500, video_limit: int=5000) -> Self: ...
    async def create(self, user_id: Id, name: Id, video_ids: Iterable[Id]=(), *, is_public: bool=False) -> str | None:
        """Make a playlist; its id, or None if the user has ``limit`` of them."""
    async def rename(self, user_id: Id, playlist_id: Id, name: Id) -> PlaylistResult:
        """Give it another name."""
    async def set_public(self, user_id: Id, playlist_id: Id, is_public: bool) -> PlaylistResult:
        """Let others see it, or not."""
    async def remove(self, user_id: Id, playlist_id: Id) -> PlaylistResult:
        """Delete it."""
    async def add_video(self, user_id: Id, playlist_id: Id, video_id: Id, position: int | None=None) -> PlaylistResult:
        """Add a video at a position from 0; None or beyond the end: last."""
    async def remove_video(self, user_id: Id, playlist_id: Id, video_id: Id) -> PlaylistResult:
        """Remove a video."""
    async def move_video(self, user_id: Id, playlist_id: Id, video_id: Id, position: int) -> PlaylistResult:
        """Move a video to a position from 0; ``unchanged``: it is not in the playlist."""
    async def get(self, playlist_id: Id, viewer_id: Id | None=None) -> PlaylistInfo | None:
        """Tell what is known of it; None if there is none, or the viewer (None: anybody) may not see it."""
    async def videos(self, playlist_id: Id, viewer_id: Id | None=None, cursor: str='', count: int=50) -> PlaylistPage | None:
        """Give its videos in their order.

        The cursor stands behind the last video read, wherever that one is now, or where it was if it has
        been removed.
        """
    async def list(self, user_id: Id, viewer_id: Id | None=None, cursor: str='', count: int=50) -> PlaylistListPage:
        """Give the playlists of a user that the viewer may see, newest first."""
    async def count(self, user_id: Id) -> int:
        """Count a user's playlists."""

class MessageQueue:
    @classmethod
    async def open(cls, store: Store[Any], name: Id, *, prefix: str='ph', clock: Clock | None=None, lease: int=30000, max_retries: int=3, retry_unit: int=1000, longest_retry: int=300000, dedupe_window: int=300000, retention: int=0, dead_retention: int=0, serializer: Serializer=JSON) -> Self: ...
    async def send_message(self, message: Any, delay: int=0, priority: int=0, *, dedupe: Id | None=None, id: Id | None=None) -> Id:
        """Send a message; its id.

        It is received not before ``delay``; greater priorities (-1000 to 1000) come first. If ``dedupe`` is
        known within the window, or a message with that ``id`` is there, nothing is sent, and the result is
        the id of the first.
        """
    async def send_messages(self, messages: Iterable[Any], delay: int=0, priority: int=0) -> list[Id]:
        """Send 1 to 1000 messages in one step; their ids."""
    async def receive_message(self, wait: float | None=0) -> ReceivedMessage | None:
        """Receive a message; if there is none, wait for it up to ``wait`` ms (None: for ever)."""
    async def receive_messages(self, count: int=1, wait: float | None=0) -> list[ReceivedMessage]:
        """Receive up to ``count`` messages (1 to 1000); if there is none, wait up to ``wait`` ms for one."""
    async def complete_message(self, message: ReceivedMessage, result: Any=None) -> bool:
        """Tell that it was processed: it goes, or is kept with the result for ``retention``.

        False: the receipt is no good any more, because the lease has ended and somebody else has the message.
        """
    async def complete_messages(self, messages: Sequence[ReceivedMessage]) -> list[bool]:
        """The same for 1 to 1000 messages in one step."""
    async def fail_message(self, message: ReceivedMessage, error_message: str='', after: int | None=None) -> bool:
        """Tell that processing failed: it comes again ``after`` so long (None: 2^n), or is a dead letter."""
    async def reject_message(self, message: ReceivedMessage, error_message: str='') -> bool:
        """Tell that it can never be processed: it is a dead letter at once."""
    async def release_message(self, message: ReceivedMessage) -> bool:
        """Give it back: it can be received at once, and the delivery does not count."""
    async def extend_message(self, message: ReceivedMessage, lease: int | None=None, progress: Any=None) -> int | None:
        """Let its lease end ``lease`` from now; when that is, or None if the receipt is no good any more.

        ``progress``, if given, is noted in its state.
        """
    async def message_state(self, message_id: Id) -> MessageState | None:
        """Tell what is known of a message; None if it is not there, or was completed and not kept."""
    async def await_message(self, message_id: Id, wait: float | None=None) -> MessageState | None:
        """Wait until a message is over, up to ``wait`` ms (None: for ever); what is known of it then.

        None: it is not there, or was completed and is not kept. Parked in the store: who ends the message
        wakes those who wait.
        """
    async def cleanup_expired_messages(self) -> int:
        """Fail messages whose lease has ended, at most 1000; how many. Receiving does the same."""
    async def get_queue_stats(self) -> QueueStats:
        """Count."""
    async def dead_letters(self, cursor: str='', count: int=50) -> DeadLetterPage:
        """Give dead letters, the latest first; ``cursor`` is ``next`` of the page before."""
    async def requeue(self, message_ids: Iterable[Id]=()) -> int:
        """Send dead letters again, as new messages: those named, or else the oldest 1000. How many."""
    async def discard(self, message_ids: Iterable[Id]=()) -> int:
        """Drop dead letters for good: those named, or else the oldest 1000. How many."""

class Leaderboard:
    @classmethod
    async def open(cls, store: Store[Any], name: Id, max_size: int=0, *, prefix: str='ph', clock: Clock | None=None, order: Literal['highest_first', 'lowest_first']='highest_first', ties: Literal['first_to_reach', 'last_to_reach', 'by_name']='first_to_reach', reserve: int=1000) -> Self: ...
    async def add_score(self, member: Id, score: float) -> ScoreChange:
        """Set a score. The same score again changes nothing, not even who reached it first."""
    async def increment_score(self, member: Id, increment: float=1) -> ScoreChange:
        """Add to a score."""
    async def improve_score(self, member: Id, score: float) -> ScoreChange:
        """Set a score if it is better than the one there is."""
    async def add_scores(self, scores: Scores) -> ScoreChanges:
        """Set the scores of up to 1000 members in one step: a mapping, or pairs."""
    async def increment_scores(self, scores: Scores) -> ScoreChanges:
        """Add to the scores of up to 1000 members in one step."""
    async def improve_scores(self, scores: Scores) -> ScoreChanges:
        """Set those of up to 1000 scores that are better than the ones there are, in one step."""
    async def get_top(self, count: int=10) -> list[Standing]:
        """Give the first places."""
    async def get_range(self, first: int, count: int) -> list[Standing]:
        """Give the places from rank ``first`` (from 1) on: a page by number."""
    async def page(self, cursor: str='', count: int=50) -> StandingPage:
        """Give a page that begins behind the last member read, wherever others have moved."""
    async def get_around(self, member: Id, count: int=5) -> list[Standing]:
        """Give a member with up to ``count`` before and behind it; empty if it is not on the board."""
    async def get(self, member: Id) -> Standing | None:
        """Give a member's place, also below a full board; None if it is not known."""
    async def get_rank(self, member: Id) -> int | None:
        """Give its rank from 1; None if it is not on the board."""
    async def get_score(self, member: Id) -> float | None:
        """Give its score; None if it is not known."""
    async def percentile(self, member: Id) -> float | None:
        """Tell how many of a hundred of the others on the board have worse scores; 100 if there are none."""
    async def at_percentile(self, percent: float) -> Standing | None:
        """Give the place that is at least as good as that percentage of the board, by nearest rank."""
    async def set_data(self, member: Id, data: object) -> bool:
        """Keep any JSON, at most 16 KiB, with a known member; None takes it away. Whether it is known."""
    async def remove_member(self, member: Id) -> bool:
        """Remove a member; whether it was known."""
    async def remove_members(self, members: Iterable[Id]) -> int:
        """Remove up to 1000 members; how many were known."""
    async def get_total_members(self) -> int:
        """Count the members on the board."""
    async def clear(self) -> None:
        """Remove all members."""

class Counters:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='counters', minutes: int=1440, hours: int=744, days: int=400, months: int=60, utc_offset_minutes: int=0) -> Self: ...
    async def increment(self, counter: Id, value: int=1, at: int | None=None) -> Counted:
        """Add to the total, minute, hour, day and month together. ``at``: when it happened, late or not."""
    async def get_count(self, counter: Id, granularity: Granularity='day', start: int | None=None, end: int | None=None) -> list[WindowCount]:
        """Give the windows from the one of ``start`` to that of ``end``, with zeros where there is nothing.

        Windows that are not known any more and those of the future are left out. None: from the oldest, to
        the current one.
        """
    async def current(self, counter: Id, granularity: Granularity='total') -> int:
        """Give the count of the current window."""
    async def get_top_counters(self, granularity: Granularity='total', limit: int=10, at: int | None=None) -> list[TopCounter]:
        """Give the greatest counters in the window of ``at``, which is the current one or the one before."""
    async def remove(self, counter: Id) -> None:
        """Forget a counter."""

class SlidingWindow:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='sliding', window: int=60000, exact: bool=False, buckets: int=60, slack: int=3600000) -> Self: ...
    async def increment(self, counter: Id, value: int=1, at: int | None=None) -> float:
        """Count an event, or several; the count afterwards."""
    async def get_count(self, counter: Id) -> float:
        """Give the count; a whole number if the window is exact."""
    async def get_rate(self, counter: Id) -> float:
        """Give the events a second over the window."""
    async def remove(self, counter: Id) -> None:
        """Forget a counter."""

class PageCache:
    @classmethod
    async def open(cls, store: Store[Any], rules: Sequence[PageRule]=VIDEO_RULES, *, personal: Callable[[PageRequest], bool]=..., prefix: str='ph', clock: Clock | None=None, name: str='pages', max_body: int=1024 * 1024, max_wait: int=5000, pass_ttl: int=10000, lease: int=30000, stale_while_revalidate: int=0, jitter_percent: int=0, on_error: Callable[[Exception], object] | None=None) -> Self: ...
    @property
    def rules(self) -> tuple[PageRule, ...]:
        """The rules; the first one that matches a path counts."""
    async def rule_of(self, request: PageRequest) -> PageRule | None:
        """Give the rule by which a request is cached; None: it is not."""
    @staticmethod
    def key(request: PageRequest, rule: PageRule) -> str:
        """Name the page: the same for all requests that must get the same."""
    async def contains(self, request: PageRequest) -> bool:
        """Whether the page of a request is there; it may be stale."""
    async def invalidate(self, request: PageRequest) -> bool:
        """Drop the page of a request; whether it was there."""
    async def invalidate_tags(self, *tags: Id) -> None:
        """Drop all pages with one of the tags; what is being made is not kept."""
    async def statistics(self) -> PageStatistics:
        """Give the counts of this object."""
    async def begin(self, request: PageRequest) -> Visit:
        """Look for a request's page. What goes wrong makes a visit that passes the cache by."""

class NodePlacement:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='nodes', lease: int=30000, overload_percent: int=90, origin: Id='') -> Self: ...
    async def add_node(self, node_id: Id, region: Id, *, capacity: int=1, data: Id='') -> bool:
        """Add a node, which counts as its first report, of no load; whether it is new.

        One that is there gets the region, capacity and data; its videos, load and last report stay.
        """
    async def remove_node(self, node_id: Id) -> int | None:
        """Remove a node: how many videos it held; None if there is none."""
    async def report(self, node_id: Id, load: int) -> bool:
        """Tell the load of a node, in what its capacity counts; False: there is no such node."""
    async def nodes(self) -> list[NodeInfo]:
        """Give all nodes, by id."""
    async def node(self, node_id: Id) -> NodeInfo | None:
        """Give what is known of a node."""
    async def place(self, node_id: Id, video_ids: Iterable[Id]) -> int | None:
        """Let a node hold videos: how many it did not hold before; None if there is no such node."""
    async def withdraw(self, node_id: Id, video_ids: Iterable[Id]) -> int | None:
        """Let a node not hold them any more: how many it held; None if there is no such node."""
    async def remove_video(self, video_id: Id) -> int:
        """Let no node hold the video any more; how many did."""
    async def holders(self, video_id: Id) -> list[Id]:
        """Give the nodes that hold a video, in the order in which they got it."""
    async def videos(self) -> int:
        """Count the videos that at least one node holds."""
    async def set_distance(self, region: Id, other: Id, distance: int | None) -> None:
        """Tell how far two regions are from each other, in both directions: milliseconds; None: unknown.

        Nodes at an unknown distance come after all others.
        """
    async def distance(self, region: Id, other: Id) -> int | None:
        """Give how far they are from each other; 0 for one region."""
    async def nearest(self, region: Id, video_ids: Iterable[Id]) -> list[NodeChoice]:
        """Choose a node for each video, in their order. Changes nothing."""

class RankingCache:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    @classmethod
    async def open(cls, store: Store[Any], top: Callable[[int], Iterable[tuple[Id, float]] | Awaitable[Iterable[tuple[Id, float]]]], rows: Callable[[list[Id]], Sequence[Any] | Awaitable[Sequence[Any]]], *, prefix: str='ph', clock: Clock | None=None, name: str='top_viewed_videos', interval: int=900000, lease: int=30000) -> Self: ...
    async def get_top_viewed_videos(self, limit: int=20) -> list[dict[str, Any]]:
        """Give the ranking: rows with their ``views``, the most viewed first."""
    async def update_ranking_cache(self, limit: int=20) -> list[dict[str, Any]]:
        """Build the ranking now, whatever is there and whoever builds it already, and give it."""
    async def schedule(self, limit: int=20) -> None:
        """Have the ranking built at once and every ``interval`` by :meth:`step` or in the background."""
    async def unschedule(self, limit: int=20) -> bool:
        """Have it built no longer; whether it was."""
    async def step(self, now: int | None=None) -> StepReport:
        """Build a ranking that is due, unless somebody else is at it. ``now`` replaces time."""
    async def start_auto_update(self, limits: Iterable[int]=(20,), on_error: Callable[[str], object] | None=None) -> None:
        """Build rankings of these limits on a thread, until :meth:`stop_auto_update`."""
    async def stop_auto_update(self) -> None:
        """Wait for the ranking under way, then end the thread. Idempotent."""

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
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def run_in_background(self, on_error: Callable[[str], object] | None=None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
    @classmethod
    async def open(cls, store: Store[Any], *, preset: Literal['feed', 'catalogue']='feed', name: str | None=None, profile_size: int | None=None, profile_half_life: float | None=None, neighbors: int | None=None, blend: Mapping[str, float] | None=None, popularity_half_lives_h: Mapping[float, float] | None=None, ease_items: int | None=None, ease_lambda: float | None=None, als_factors: int | None=None, als_lambda: float | None=None, als_alpha: float | None=None, seed: int | None=None, seen_limit: int | None=None, ranker: Literal['blend', 'original'] | None=None, original_weights: tuple[float, float, float] | None=None, max_per_creator: int | None=None, max_per_category: int | None=None, explore: float | None=None, refresh_every_ms: int | None=86400000) -> Self: ...
    @staticmethod
    def default_blend() -> dict[str, float]:
        """The weights that sources have if none are given: a copy to change."""
    async def add_video(self, video_id: Id, *, creator: Id | None=None, category: Id | None=None, tags: Iterable[Id]=(), uploaded_at: int | None=None, duration_ms: int | None=None, region: Id | None=None) -> None:
        """Add a video, or replace all that is known of it.

        An event on an unknown video makes it known, too.
        """
    async def remove_video(self, video_id: Id) -> bool:
        """Withdraw a video: it is not recommended until it is added again. False: it was not known."""
    async def record(self, user_id: Id, video_id: Id, event: str, *, at: int | None=None, watched_ms: int | None=None, duration_ms: int | None=None, device: Id | None=None, region: Id | None=None) -> None:
        """Record what a user did with a video.

        ``event`` is impression, view, finish, like, favorite, comment, share, follow, dislike, unlike,
        unfavorite or unfollow; another one raises :class:`playhead.InvalidArgument`, a ValueError.
        """
    async def record_many(self, events: Iterable[Mapping[str, Any] | Sequence[Any]], *, history: bool=False) -> None:
        """Record many events: mappings with the names of :meth:`record`'s arguments, or tuples of them.

        ``history``: they are bulk from before the stream, whose pairs weigh half in co-counts.
        """
    async def follow(self, user_id: Id, other_id: Id) -> None:
        """Let what another person likes, and what he made, count for the user."""
    async def unfollow(self, user_id: Id, other_id: Id) -> None:
        """Take that back."""
    async def boost(self, factor: float, *, tag: Id | None=None, category: Id | None=None, creator: Id | None=None, since: int | None=None, until: int | None=None) -> None:
        """Multiply the scores of some videos, such as by 1.2 for a sale, from ``since`` until ``until``.

        It replaces what there was for the same tag, category or creator; a factor of 1 takes it away.
        """
    async def forget(self, user_id: Id) -> None:
        """Remove all that was recorded of a user, and all that came of it.

        Afterwards this recommender answers as one that never met him; others on the store do so with their
        next answer, but for their models, which are gone until they refresh.
        """
    async def recommend(self, user_id: Id, count: int=10, *, at: int | None=None, region: Id | None=None, exclude_seen: bool=True) -> list[Recommendation]:
        """Distinct videos, best first: ``count``, or all there are. A new user gets what is popular.

        Popularity is that of the ``region``, the user's last one by default.
        """
    async def similar(self, video_id: Id, count: int=10) -> list[Recommendation]:
        """The videos most like one: the profile is that video, and popularity does not count."""
    async def profile(self, user_id: Id, *, at: int | None=None) -> UserProfile | None:
        """What is known of a user; None if nothing is."""
    async def refresh(self) -> None:
        """Compute the background models from what was recorded, then answer with them."""
    async def step(self) -> bool:
        """Refresh if it is time to: whether it did."""
    @property
    def events(self) -> int:
        """Rows of the log counted so far: events, videos and who follows whom."""
    @property
    def videos(self) -> int:
        """Known videos."""

class VideoMetadataCache:
    @classmethod
    async def open(cls, store: Store[Any], database: VideoDatabase, *, clock: Clock | None=None, ttl: int=1800000, pages: PageCache | None=None) -> Self: ...
    async def get_video_metadata(self, video_id: Id) -> dict[str, Any] | None:
        """Give the fields of a video, the same on a miss as on a hit; None if there is none."""
    async def update_video_metadata(self, video_id: Id, update_data: Row) -> None:
        """Change the database, and drop what is cached of the video, with its pages if their text changes.

        All of it is dropped also if the database raises, since it may have written.
        """
    async def invalidate_video_cache(self, video_id: Id) -> bool:
        """Drop what is cached of a video, and its pages; whether metadata were there."""

class UserProfileCache:
    @classmethod
    async def open(cls, store: Store[Any], database: VideoDatabase, *, clock: Clock | None=None, ttl: int=600000) -> Self: ...
    async def get_user_profile(self, user_id: Id) -> dict[str, Any] | None:
        """Give the fields of a user; None if there is none."""
    async def invalidate_user_cache(self, user_id: Id) -> bool:
        """Drop what is cached of a user; whether it was there."""

class UserCache:
    @classmethod
    async def open(cls, store: Store[Any], user_id: Id, load: Callable[[Id], Row | Awaitable[Row | None] | None], *, clock: Clock | None=None) -> Self: ...
    @property
    def user_id(self) -> Id:
        """Whose profile this is."""
    async def save(self) -> dict[str, Any] | None:
        """Load the profile again, whatever is cached or being loaded."""
    async def get(self) -> dict[str, Any] | None:
        """Give the profile, cached or loaded; None if there is no such user."""
    async def clear(self) -> bool:
        """Drop the profile; whether it was cached."""
    async def exists(self) -> bool:
        """Whether there is such a user, told by the cache if it knows."""
    async def determine_user_exists(self) -> bool:
        """Whether there is such a user, told by the cache if it knows."""
    async def exists_user_id(self) -> bool:
        """Whether there is such a user, told by the cache if it knows."""
    async def get_user_cache_data(self) -> dict[str, Any] | None:
        """Give the profile, cached or loaded; None if there is no such user."""
    async def clear_user_cache_data(self) -> bool:
        """Drop the profile; whether it was cached."""

class CacheAside:
    @classmethod
    async def open(cls, store: Store[Any], table: Table, *, clock: Clock | None=None, ttl: int=3600000) -> Self: ...
    @property
    def cache(self) -> Cache:
        """The cache itself."""
    async def get_user(self, user_id: Id) -> Any:
        """Give a user's row; None if there is none."""
    async def update_user(self, user_id: Id, user_data: Row) -> None:
        """Write the row; what is being loaded meanwhile is not stored."""

class WriteThrough:
    @classmethod
    async def open(cls, store: Store[Any], table: Table, *, clock: Clock | None=None, ttl: int=3600000) -> Self: ...
    @property
    def cache(self) -> Cache:
        """The cache itself."""
    async def get_user(self, user_id: Id) -> Any:
        """Give a user's row; None if there is none."""
    async def set_user(self, user_id: Id, user_data: Row) -> None:
        """Write the row, then the entry."""

class SecureSessions:
    @classmethod
    async def open(cls, store: Store[Any], keys: Iterable[bytes], *, prefix: str='ph', clock: Clock | None=None, name: str='secure', fingerprint: Literal['strict', 'signal']='strict', log_limit: int=10000, idle_timeout: int=1800000, absolute_timeout: int=86400000, touch_interval: int=1000, sessions_per_user: int=100, shards: int=64, kept_events: int=100000, slack: int=86400000) -> Self: ...
    async def create_secure_session(self, user_id: Id, client_ip: str, user_agent: str, user_data: Mapping[str, Any] | None=None) -> SecureSession:
        """Make a session for a client. Names in ``user_data`` do not begin with ``secure.``."""
    async def validate_session(self, session: str, client_ip: str, user_agent: str, csrf_token: str | None=None, *, method: str='POST') -> ValidatedSession:
        """Tell whether a request may go on as the user of its session.

        All methods but GET, HEAD, OPTIONS and TRACE need the ``csrf_token``.
        """
    async def csrf_token(self, session: str) -> str | None:
        """Give the token of a session; None if its signature is no good."""
    async def regenerate(self, session: str, *, authenticated: bool=True) -> SecureSession | None:
        """Give the session a new id and token: whenever somebody signs in or gains rights."""
    async def update_session(self, session: str, user_data: Mapping[str, Any] | None=None, *, remove: Iterable[str]=(), version: int | None=None) -> UpdateResult:
        """Merge ``user_data`` into the session, as :meth:`Sessions.update_session`."""
    async def destroy_session(self, session: str) -> bool:
        """End a session; whether it was a good one."""
    async def destroy_others(self, session: str) -> int:
        """End all sessions of this one's user except itself; how many were good."""
    async def suspicious_activity(self, count: int=100) -> list[SuspiciousActivity]:
        """Give the newest lines of the log, newest first."""

class Sessions:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='sessions', idle_timeout: int=1800000, absolute_timeout: int=86400000, touch_interval: int=1000, sessions_per_user: int=100, shards: int=64, kept_events: int=100000, slack: int=86400000) -> Self: ...
    async def create(self, user_id: Id, user_data: Mapping[str, Any] | None=None) -> CreatedSession:
        """Make a session."""
    async def create_session(self, user_id: Id, user_data: Mapping[str, Any] | None=None) -> str:
        """Make a session, and give the text for the client's cookie."""
    async def get_session(self, session: str) -> SessionInfo | None:
        """Give a session, noting that it was used; None if it is no good one, whatever it is."""
    async def peek_session(self, session: str) -> SessionInfo | None:
        """Give a session without using it."""
    async def update_session(self, session: str, user_data: Mapping[str, Any] | None=None, *, remove: Iterable[str]=(), version: int | None=None) -> UpdateResult:
        """Merge ``user_data`` into the session and use it, as one step; ``remove`` names fields that go.

        ``version``: only if the session still has it, else ``conflict``, and nothing was changed.
        """
    async def touch(self, session: str) -> bool:
        """Note that a session is used; whether it is good."""
    async def regenerate(self, session: str, *, authenticated: bool=True) -> CreatedSession | None:
        """Give the session a new id, and end the old one: whenever somebody signs in or gains rights.

        ``authenticated``: the user has just shown who he is.
        """
    async def destroy_session(self, session: str) -> bool:
        """End a session; whether it was a good one."""
    async def destroy_id(self, user_id: Id, id: str) -> bool:
        """End a session of a user by its public name; whether it was a good one."""
    async def destroy_user_sessions(self, user_id: Id) -> int:
        """End all sessions of a user; how many were good."""
    async def destroy_others(self, session: str) -> int:
        """End all sessions of this one's user except itself; how many were good."""
    async def get_user_sessions(self, user_id: Id) -> list[SessionInfo]:
        """Give the good sessions of a user, oldest first; none of them is used by that."""
    async def destroy_everybody(self) -> int:
        """End all sessions of all users, in atomic batches of 100; how many."""
    async def count(self) -> int:
        """Count the sessions that have not been found to have ended."""

class SingleSignOn:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='sso', idle_timeout: int=1800000, absolute_timeout: int=86400000, touch_interval: int=1000, sessions_per_user: int=100, shards: int=64, kept_events: int=100000, slack: int=86400000) -> Self: ...
    async def create_global_session(self, user_id: Id, user_data: Mapping[str, Any] | None=None) -> str:
        """Sign a user on."""
    async def create_app_session(self, global_session: str, app: Id, app_data: Mapping[str, Any] | None=None) -> str | None:
        """Make a session of an application for a global one; None if that is no good.

        The session which the application had for it before ends.
        """
    async def get_session_with_sso(self, app_session: str) -> SignedOn | None:
        """Give both sessions, noting that they were used; None if one of them is no good."""
    async def sign_out(self, app_session: str) -> bool:
        """End the session of one application; whether it was a good one."""
    async def sign_out_everywhere(self, session: str) -> bool:
        """End a global session, given by itself or by one of an application, and all of its applications."""
    async def app_sessions(self, global_session: str) -> list[SessionInfo]:
        """Give the sessions of applications that are attached to a global one, oldest first."""

class SessionExpiry:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def run_in_background(self, on_error: Callable[[str], object] | None=None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
    @classmethod
    async def open(cls, sessions: Sessions, *, batch: int=100, lease: int=60000, longest_wait: int=5000, log_limit: int=10000) -> Self: ...
    async def add_session_listener(self, listener: Callable[[SessionEnd], object] | SessionExpiredListener) -> None:
        """Call a function, or ``on_session_expired`` of an object, with each :class:`SessionEnd`."""
    async def step(self, now: int | None=None) -> SessionExpiryReport:
        """Find what has ended and tell it. ``now`` replaces the time.

        What a listener raises is in the report, unless it is no Exception: SystemExit and KeyboardInterrupt
        are raised, and what was claimed is told again when the lease has ended.
        """
    async def start_cleanup(self) -> None:
        """Begin to step in the background, as :meth:`run_in_background`."""
    async def stop_cleanup(self) -> None:
        """End that, as :meth:`stop_background`."""
    async def log(self, cursor: str='', count: int=100) -> SessionLogPage:
        """Give the newest ends, each once; ``cursor`` is ``next`` of the page before."""

class DelayedTasks:
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, name: str='tasks', lease: int=60000, max_retries: int=3, retry_unit: int=1000, longest_retry: int=300000, retention: int=86400000, serializer: Serializer=JSON) -> Self: ...
    async def schedule_task(self, task_type: Id, task_data: Any=None, delay: int=0, *, at: int | None=None, every: int=0, cron: str='', utc_offset_minutes: int=0, id: Id | None=None) -> Id:
        """Schedule a task for a time, or ``delay`` from now; its id.

        It runs again ``every`` so many milliseconds, or at the times of a ``cron`` expression, read by
        a clock ``utc_offset_minutes`` ahead of UTC. A task with that ``id`` that is there stays as it
        is.
        """
    async def cancel_task(self, task_id: Id) -> Literal['cancelled', 'running', 'over', 'unknown']:
        """Cancel a task: ``cancelled``, it will not run; ``running``, the run under way is the last."""
    async def task_state(self, task_id: Id) -> TaskState | None:
        """Tell what is known of a task."""
    async def claim(self, count: int=1) -> list[TaskClaim]:
        """Claim up to ``count`` tasks that are due, the most overdue first."""
    async def complete(self, claim: TaskClaim, result: Any=None) -> bool:
        """Tell that it ran: it is over, or due at its next time. False: the receipt is no good any more."""
    async def fail(self, claim: TaskClaim, error: str) -> bool:
        """Tell that the run failed: it is tried again, or has failed, or is due at its next time."""

class TokenLimit:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def run_in_background(self, on_error: Callable[[str], object] | None=None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
    @classmethod
    async def open(cls, tokens: Tokens, *, limit: int=10000000, batch: int=100, longest_wait: int=1000) -> Self: ...
    async def count(self) -> int:
        """Count the tokens that are known."""
    async def step(self, now: int | None=None) -> TokenLimitReport:
        """Drop one batch for each part of the index at most. ``now`` replaces the time."""

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
    async def clear(self, user_id: Id) -> int:
        """Remove all videos; how many there were."""
    async def list(self, user_id: Id, cursor: str='', count: int=50, *, oldest_first: bool=False) -> ListPage:
        """Give the videos, newest first; ``cursor`` is ``next`` of the page before.

        A cursor is good for both orders: the other one goes back from there.
        """

class UserCleanup:
    async def stop_background(self) -> None:
        """Wait for what is under way, then end the threads. Idempotent."""
    @property
    def running(self) -> bool:
        """Whether the background part runs."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def run_in_background(self, on_error: Callable[[str], object] | None=None) -> None:
        """Step on a thread of its own until :meth:`stop_background` or the end of the interpreter.

        The thread sleeps until there is something to do. Errors go to ``on_error``, and the thread goes on.
        But what is no Exception ends it, such as the SystemExit of sys.exit() in a callback.
        """
    @classmethod
    async def open(cls, store: Store[Any], *, prefix: str='ph', clock: Clock | None=None, inactive_after: int=30 * 86400000, older_than: int=7 * 86400000, batch: int=100, videos: int=1000, longest_wait: int=60000) -> Self: ...
    async def step(self, now: int | None=None) -> UserCleanupReport:
        """Clean up after ``batch`` users of each of 16 parts at most. ``now`` replaces the time."""

class TaskQueue:
    @classmethod
    async def open(cls, store: Store[Any], name: Id='default', *, prefix: str='ph', clock: Clock | None=None, lease: int=30000, max_retries: int=3, retry_unit: int=1000, longest_retry: int=300000, dedupe_window: int=300000, retention: int=86400000, dead_retention: int=0, serializer: Serializer=JSON) -> Self: ...
    async def enqueue(self, task_name: Id, task_data: Any=None, delay: int=0, *, priority: int=0, dedupe: Id | None=None, id: Id | None=None) -> Id:
        """Enqueue a task; its id. The options are those of :meth:`MessageQueue.send_message`."""
    async def result(self, task_id: Id) -> TaskResult | None:
        """Tell what became of a task; None: it is not known, or no longer."""
    async def wait(self, task_id: Id, timeout: float | None=None) -> TaskResult | None:
        """Wait until a task is over, up to ``timeout`` ms (None: for ever); what became of it by then.

        None: it is not known, or no longer. Parked in the store: who ends the task wakes those who wait.
        """
    async def stats(self) -> QueueStats:
        """Count the tasks."""
