"""A cache of whole pages, for WSGI and ASGI applications."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._async import AsyncCalls

__all__ = [
    "VIDEO_RULES",
    "PageCache",
    "PageRequest",
    "PageResponse",
    "PageRule",
    "PageStatistics",
    "Visit",
    "cache_request",
    "generate_video_cache_key",
    "get_cache_time_for_content",
    "hash_request",
    "known_user",
    "should_cache_video_request",
]

T = TypeVar("T")
log = logging.getLogger("playhead.pages")

Headers = list[tuple[str, str]]


class PageRequest(NamedTuple):
    """What of a request matters; the names of headers are lower case."""

    path: str
    query: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = {}
    host: str = ""  #: scheme and name, "https://example.org"


class PageResponse(NamedTuple):
    """A whole page."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Give the values of a header, joined."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)


class PageRule(NamedTuple):
    """Which pages are cached, and how.

    ``path`` is a pattern: ``*`` stands for one segment, ``**`` for any rest. The key of a page is its host,
    its path, the query parameters ``params`` (None: all of them) and the request headers ``vary``. ``ttl`` is
    milliseconds, or made of the request; 0 is not cached, as is a rule without one. ``tags`` are what
    :meth:`PageCache.invalidate_tags` finds it by, or made of the request; ``{n}`` in a tag stands for the
    n-th segment of the path, from 1 to 9.
    """

    path: str
    ttl: int | Callable[[PageRequest], int] = 0
    params: Sequence[str] | None = ()
    vary: Sequence[str] = ()
    tags: Sequence[Id] | Callable[[PageRequest], Sequence[Id]] = ()

    def matches(self, path: str) -> bool:
        """Whether this rule is for a path."""
        return _playhead.page_rule_matches(self.path, path)

    def lifetime(self, request: PageRequest) -> int:
        """How long a page is cached."""
        return self.ttl(request) if callable(self.ttl) else self.ttl


class PageStatistics(NamedTuple):
    """Counts of one PageCache object."""

    hits: int
    stale_hits: int
    misses: int
    passed: int
    kept: int  #: pages that were stored
    errors: int  #: what ``on_error`` was told


#: The first rule that matches counts: what is one user's own comes before all.
VIDEO_RULES: Sequence[PageRule] = tuple(PageRule(*rule) for rule in _playhead.video_rules())


def known_user(request: PageRequest) -> bool:
    """Whether a request may be a user's own: it has a cookie or credentials."""
    return _playhead.known_user(request)


def _asked(function: Callable[[PageRequest], T]) -> Callable[..., T]:
    return lambda *parts: function(PageRequest(*parts))


def _rule(rule: PageRule) -> tuple[Any, ...]:
    ttl = _asked(rule.ttl) if callable(rule.ttl) else rule.ttl
    tags = _asked(rule.tags) if callable(rule.tags) else rule.tags
    return (rule.path, ttl, rule.params, rule.vary, tags)


def _teller(on_error: Callable[[Exception], object] | None) -> Callable[[Exception], None]:
    def tell(error: Exception) -> None:
        if on_error is None:
            log.warning("the page cache is passed by: %s", error)
            return
        try:
            on_error(error)
        except Exception:
            log.exception("on_error of the page cache")

    return tell


class PageCache:
    """Keeps the pages of an application: see :mod:`playhead.middleware` for WSGI and ASGI.

    A GET or HEAD request is served from the cache if a rule matches its path and it is nobody's own
    (``personal(request)``: by default one with a cookie or credentials). That is decided before the
    cache is looked at. Kept are pages of status 200, without Set-Cookie, that are not private by their
    Cache-Control or Vary, of at most ``max_body`` bytes, once their last byte was made. A page is made
    by one request at a time; the others wait for it, at most ``max_wait``. One that turns out not to be
    kept is not waited for again for ``pass_ttl``. After its end a page is shown for
    ``stale_while_revalidate`` while it is made again.

    Whatever goes wrong in the cache, the application answers; the error goes to ``on_error``, by default to
    the log "playhead.pages". An application gives a page more tags by a header Surrogate-Key.

    Functions that it is given are plain ones in ``playhead.aio.modules``, too, and must not wait.
    """

    _coroutines: ClassVar = {"begin": "begin_async"}
    _here: ClassVar = ("begin_async",)  # which has that name for coroutines

    def __init__(
        self,
        store: Store,
        rules: Sequence[PageRule] = VIDEO_RULES,
        *,
        personal: Callable[[PageRequest], bool] = known_user,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "pages",
        max_body: int = 1024 * 1024,
        max_wait: int = 5_000,
        pass_ttl: int = 10_000,
        lease: int = 30_000,
        stale_while_revalidate: int = 0,
        jitter_percent: int = 0,
        on_error: Callable[[Exception], object] | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._module = _playhead.PageCache(
            target_of(store),
            [_rule(rule) for rule in self._rules],
            personal=None if personal is known_user else _asked(personal),
            on_error=_teller(on_error),
            prefix=prefix,
            clock=clock,
            name=name,
            max_body=max_body,
            max_wait=max_wait,
            pass_ttl=pass_ttl,
            lease=lease,
            stale_while_revalidate=stale_while_revalidate,
            jitter_percent=jitter_percent,
        )
        self._calls = AsyncCalls("playhead-pages", self._module.local)

    @property
    def rules(self) -> tuple[PageRule, ...]:
        """The rules; the first one that matches a path counts."""
        return self._rules

    def rule_of(self, request: PageRequest) -> PageRule | None:
        """Give the rule by which a request is cached; None: it is not."""
        index = self._module.rule_of(request)
        return None if index is None else self._rules[index]

    @staticmethod
    def key(request: PageRequest, rule: PageRule) -> str:
        """Name the page: the same for all requests that must get the same."""
        return _playhead.page_key(request, _rule(rule))

    def contains(self, request: PageRequest) -> bool:
        """Whether the page of a request is there; it may be stale."""
        return self._module.contains(request)

    def invalidate(self, request: PageRequest) -> bool:
        """Drop the page of a request; whether it was there."""
        return self._module.invalidate(request)

    def invalidate_tags(self, *tags: Id) -> None:
        """Drop all pages with one of the tags; what is being made is not kept."""
        self._module.invalidate_tags(list(tags))

    def statistics(self) -> PageStatistics:
        """Give the counts of this object."""
        return PageStatistics(*self._module.statistics())

    def begin(self, request: PageRequest) -> Visit:
        """Look for a request's page. What goes wrong makes a visit that passes the cache by."""
        return Visit(self._module.begin(request), self._calls)

    async def begin_async(self, request: PageRequest) -> Visit:
        """Do the same without blocking the event loop."""
        visit = self._module.visit(request)
        if visit.key:
            await self._calls.call(visit.look)
            while visit.waiting:
                await self._calls.wait(visit.wait)
        return Visit(visit, self._calls)


class Visit:
    """A request on its way: what the cache has for it, or what the application makes, chunk by chunk."""

    def __init__(self, visit: _playhead.PageVisit, calls: AsyncCalls) -> None:
        self._visit, self._calls = visit, calls
        #: What X-Video-Cache says.
        self.state: Literal["HIT", "STALE", "MISS", "BYPASS"] = visit.state
        page = visit.response
        self.response = None if page is None else PageResponse(*page)  #: from the cache

    @property
    def recording(self) -> bool:
        """Whether the page is to be given to the cache as it is made."""
        return self._visit.recording

    def start(self, status: int, headers: Headers) -> Headers:
        """Note the head of the page; the headers to send."""
        return self._visit.start(status, headers)

    def add(self, chunk: bytes) -> None:
        """Note a part of the body."""
        self._visit.add(bytes(chunk))

    def finish(self) -> None:
        """Keep the page, whose last byte was made. What goes wrong is told to ``on_error``."""
        self._visit.finish()

    async def finish_async(self) -> None:
        """Do the same without blocking the event loop."""
        await self._calls.call(self._visit.finish)

    def abandon(self) -> None:
        """Give up: the page was not finished. Idempotent."""
        self._visit.abandon()

    async def abandon_async(self) -> None:
        """Do the same without blocking the event loop."""
        await self._calls.call(self._visit.abandon)


# ---- the originals


def should_cache_video_request(request: PageRequest) -> bool:
    """Whether a request is for a page that is cached: decided after who asks is known."""
    return _playhead.should_cache_video_request(request)


def generate_video_cache_key(request: PageRequest) -> str:
    """Name the page of a request: its path, and what a search is for."""
    return _playhead.generate_video_cache_key(request)


def get_cache_time_for_content(path: str) -> int:
    """Give how long the page of a path is cached, in milliseconds; 0: it is not."""
    return _playhead.get_cache_time_for_content(path)


hash_request = generate_video_cache_key


def cache_request(
    pages: PageCache, request: PageRequest, callback: Callable[[PageRequest], PageResponse]
) -> PageResponse:
    """Give the page of a request, made by ``callback(request)`` if it is not there."""
    return PageResponse(*pages._module.serve(request, lambda: callback(request)))


def request_of(
    method: str, path: str, query: str, host: str, headers: Iterable[tuple[str, str]]
) -> PageRequest:
    """Make a request of its parts."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return PageRequest(path, query, method, joined, host)
