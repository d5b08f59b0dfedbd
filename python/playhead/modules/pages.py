"""A cache of whole pages, for WSGI and ASGI applications."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from playhead._playhead import Clock, InvalidArgument
from playhead._store import Store
from playhead._types import Id
from playhead.modules._json import json
from playhead.modules.cache import Cache, CacheLookup, Loaded

__all__ = [
    "VIDEO_RULES",
    "PageCache",
    "PageRequest",
    "PageResponse",
    "PageRule",
    "Visit",
    "cache_request",
    "generate_video_cache_key",
    "get_cache_time_for_content",
    "hash_request",
    "should_cache_video_request",
]

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
    :meth:`PageCache.invalidate_tags` finds it by, or made of the request.
    """

    path: str
    ttl: int | Callable[[PageRequest], int] = 0
    params: Sequence[str] | None = ()
    vary: Sequence[str] = ()
    tags: Sequence[Id] | Callable[[PageRequest], Sequence[Id]] = ()

    def matches(self, path: str) -> bool:
        """Whether this rule is for a path."""
        parts = (re.escape(part).replace(r"\*", "[^/]+") for part in self.path.split("**"))
        return re.fullmatch(".*".join(parts), path, re.DOTALL) is not None

    def lifetime(self, request: PageRequest) -> int:
        """How long a page is cached."""
        return self.ttl(request) if callable(self.ttl) else self.ttl


def _last_segment_tag(kind: str) -> Callable[[PageRequest], Sequence[Id]]:
    return lambda request: [f"{kind}:{request.path.rsplit('/', 1)[-1]}"]


#: The first rule that matches counts: what is one user's own comes before all.
VIDEO_RULES: Sequence[PageRule] = (
    PageRule("**/recommendations**"),
    PageRule("**/history**"),
    PageRule("/videos/*", 300_000, tags=_last_segment_tag("video")),
    PageRule("/channels/**", 600_000, tags=_last_segment_tag("channel")),
    PageRule("/categories/**", 900_000, tags=_last_segment_tag("category")),
    PageRule("/search", 300_000, params=("q", "category", "sort")),
)


def known_user(request: PageRequest) -> bool:
    """Whether a request may be a user's own: it has a cookie or credentials."""
    return "cookie" in request.headers or "authorization" in request.headers


class _Pages:
    """Pages as bytes: the length of a head in JSON, the head, the body."""

    def dumps(self, value: Any) -> bytes:
        page: PageResponse = value
        head = json().dumps([page.status, page.headers]).encode()
        return b"%d\n%b%b" % (len(head), head, page.body)

    def loads(self, data: bytes) -> Any:
        size, rest = data.split(b"\n", 1)
        status, headers = json().loads(rest[: int(size)])
        return PageResponse(status, [(name, value) for name, value in headers], rest[int(size) :])


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
    """

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
        self.rules = list(rules)
        self.cache = Cache(
            store,
            prefix=prefix,
            clock=clock,
            serializer=_Pages(),
            name=name,
            null_ttl=pass_ttl,
            lease=lease,
            stale_while_revalidate=stale_while_revalidate,
            jitter_percent=jitter_percent,
            fall_back=False,
        )
        self._personal, self._on_error = personal, on_error
        self.max_body, self.max_wait = max_body, max_wait

    def rule_of(self, request: PageRequest) -> PageRule | None:
        """Give the rule by which a request is cached; None: it is not."""
        if request.method not in {"GET", "HEAD"} or "range" in request.headers:
            return None
        rule = next((rule for rule in self.rules if rule.matches(request.path)), None)
        if rule is None or (not callable(rule.ttl) and rule.ttl <= 0):
            return None
        return None if self._personal(request) else rule

    @staticmethod
    def key(request: PageRequest, rule: PageRule) -> str:
        """Name the page: the same for all requests that must get the same."""
        params = parse_qsl(request.query, keep_blank_values=True)
        chosen = sorted((p for p in params if rule.params is None or p[0] in rule.params), key=lambda p: p[0])
        vary = [request.headers.get(name.lower(), "") for name in rule.vary]
        text: str = json().dumps([request.host, request.path, chosen, vary])
        return text if len(text) <= 512 else hashlib.sha256(text.encode()).hexdigest()

    def invalidate(self, request: PageRequest) -> bool:
        """Drop the page of a request; whether it was there."""
        rule = next((rule for rule in self.rules if rule.matches(request.path)), None)
        return rule is not None and self.cache.invalidate(self.key(request, rule))

    def invalidate_tags(self, *tags: Id) -> None:
        """Drop all pages with one of the tags; what is being made is not kept."""
        self.cache.invalidate_tags(*tags)

    # ---- visits

    def begin(self, request: PageRequest) -> Visit:
        """Look for a request's page. Never raises: what goes wrong makes a visit that passes the cache by."""
        visit = self._prepare(request)
        if visit.key is None:
            return visit
        end = time.monotonic() + self.max_wait / 1000
        look = self.cache.peek if request.method == "HEAD" else self.cache.claim
        try:
            while True:
                seen = look(visit.key)
                if visit.take(seen) or (left := self._left(end, seen)) <= 0:
                    return visit
                self.cache.wait(visit.key, left)
        except Exception as error:
            return visit.fail(error)

    async def begin_async(self, request: PageRequest) -> Visit:
        """Do the same without blocking the event loop."""
        visit = self._prepare(request)
        if visit.key is None:
            return visit
        end = time.monotonic() + self.max_wait / 1000
        look = self.cache.peek if request.method == "HEAD" else self.cache.claim
        try:
            while True:
                seen = await self.cache.in_thread(look, visit.key)
                if visit.take(seen) or (left := self._left(end, seen)) <= 0:
                    return visit
                await self.cache.wait_async(visit.key, left)
        except Exception as error:
            return visit.fail(error)

    def _prepare(self, request: PageRequest) -> Visit:
        try:
            rule = self.rule_of(request)
            ttl = 0 if rule is None else rule.lifetime(request)
            if rule is None or ttl <= 0:
                return Visit(self, request)
            tags = rule.tags(request) if callable(rule.tags) else rule.tags
            return Visit(self, request, self.key(request, rule), ttl, list(tags), rule.vary)
        except Exception as error:
            return Visit(self, request).fail(error)

    @staticmethod
    def _left(end: float, seen: CacheLookup) -> int:
        return min(seen.lease_left, round((end - time.monotonic()) * 1000))

    def tell(self, error: Exception) -> None:
        """Tell what went wrong in the cache."""
        if self._on_error is None:
            log.warning("the page cache is passed by: %s", error)
            return
        try:
            self._on_error(error)
        except Exception:
            log.exception("on_error of the page cache")


class Visit:
    """A request on its way: what the cache has for it, or what the application makes, chunk by chunk."""

    def __init__(
        self,
        pages: PageCache,
        request: PageRequest,
        key: str | None = None,
        ttl: int = 0,
        tags: Sequence[Id] = (),
        vary: Sequence[str] = (),
    ) -> None:
        self.key = key  #: None: the cache is passed by
        self.state = "BYPASS"  #: what X-Video-Cache says: HIT, STALE, MISS or BYPASS
        self.response: PageResponse | None = None  #: from the cache
        self._pages, self._request, self._ttl, self._tags, self._vary = pages, request, ttl, list(tags), vary
        self._receipt, self._begin = "", time.monotonic()
        self._page: PageResponse | None = None
        self._chunks: list[bytes] = []
        self._size = 0

    def take(self, seen: CacheLookup) -> bool:
        """Take what a look tells; False: somebody else makes the page."""
        if seen.receipt and seen.state in {"early", "expired", "load"}:
            self._receipt, self.state = seen.receipt, "MISS"
        elif seen.found and seen.value is not None:
            self.state = "HIT" if seen.fresh_until > seen.now else "STALE"
            self.response = self._served(seen.value)
        return seen.state != "wait"

    def fail(self, error: Exception) -> Visit:
        """Pass the cache by."""
        self._pages.tell(error)
        self.key, self.state, self.response = None, "BYPASS", None
        return self

    def _served(self, page: PageResponse) -> PageResponse:
        headers = [*page.headers, ("X-Video-Cache", self.state)]
        if self._unchanged(page):
            kept = {"cache-control", "content-location", "date", "etag", "expires", "vary", "x-video-cache"}
            return PageResponse(304, [(name, value) for name, value in headers if name.lower() in kept], b"")
        return PageResponse(page.status, headers, b"" if self._request.method == "HEAD" else page.body)

    def _unchanged(self, page: PageResponse) -> bool:
        asked = self._request.headers.get("if-none-match")
        if asked is not None:
            tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
            return "*" in tags or page.header("etag").removeprefix("W/") in tags
        since = self._request.headers.get("if-modified-since")
        return since is not None and since == page.header("last-modified")

    @property
    def recording(self) -> bool:
        """Whether the page is to be given to the cache as it is made."""
        return self._receipt != ""

    def start(self, status: int, headers: Headers) -> Headers:
        """Note the head of the page; the headers to send."""
        sent = [(name, value) for name, value in headers if name.lower() != "surrogate-key"]
        if self.recording:
            self._page = PageResponse(status, sent, b"")
            self._tags += PageResponse(status, headers, b"").header("surrogate-key").replace(",", " ").split()
        return [*sent, ("X-Video-Cache", self.state)]

    def add(self, chunk: bytes) -> None:
        """Note a part of the body."""
        self._size += len(chunk)
        if self._size <= self._pages.max_body:
            self._chunks.append(bytes(chunk))

    def result(self) -> Loaded:
        """Give what is to be stored after the last byte: nothing if the page is not to be kept."""
        page = self._page
        if page is None or self._size > self._pages.max_body or not self._may_be_kept(page):
            return Loaded(None)
        body = b"".join(self._chunks)
        headers = page.headers
        if not page.header("etag"):
            headers = [*headers, ("ETag", f'"{hashlib.sha256(body).hexdigest()[:32]}"')]
        if not page.header("content-length"):
            headers = [*headers, ("Content-Length", str(len(body)))]
        return Loaded(PageResponse(page.status, headers, body), self._ttl, self._tags)

    def _may_be_kept(self, page: PageResponse) -> bool:
        control = {part.strip().split("=")[0].lower() for part in page.header("cache-control").split(",")}
        varies = {part.strip().lower() for part in page.header("vary").split(",") if part.strip()}
        length = page.header("content-length")
        return (
            page.status == 200
            and not page.header("set-cookie")
            and not control & {"private", "no-store", "no-cache"}
            and varies <= {name.lower() for name in self._vary}
            and (not length or length == str(self._size))
        )

    def finish(self) -> None:
        """Keep the page, whose last byte was made. Never raises."""
        if not self.recording:
            return
        try:
            took = round((time.monotonic() - self._begin) * 1000)
            self._pages.cache.complete(self._key(), self._receipt, self.result(), took)
        except Exception as error:
            self._pages.tell(error)
        self._receipt = ""

    async def finish_async(self) -> None:
        """Do the same without blocking the event loop."""
        await self._pages.cache.in_thread(self.finish)

    def abandon(self) -> None:
        """Give up: the page was not finished. Never raises. Idempotent."""
        if not self.recording:
            return
        try:
            self._pages.cache.release(self._key(), self._receipt)
        except Exception as error:
            self._pages.tell(error)
        self._receipt = ""

    def _key(self) -> str:
        if self.key is None:
            raise InvalidArgument("this visit passes the cache by")
        return self.key


# ---- the originals


def should_cache_video_request(request: PageRequest) -> bool:
    """Whether a request is for a page that is cached: decided after who asks is known."""
    if known_user(request) or request.method != "GET":
        return False
    rule = next((rule for rule in VIDEO_RULES if rule.matches(request.path)), None)
    return rule is not None and rule.lifetime(request) > 0


def generate_video_cache_key(request: PageRequest) -> str:
    """Name the page of a request: its path, and what a search is for."""
    rule = next((rule for rule in VIDEO_RULES if rule.matches(request.path)), PageRule(request.path))
    return PageCache.key(request, rule)


def get_cache_time_for_content(path: str) -> int:
    """Give how long the page of a path is cached, in milliseconds; 0: it is not."""
    request = PageRequest(path)
    return next((rule.lifetime(request) for rule in VIDEO_RULES if rule.matches(path)), 0)


hash_request = generate_video_cache_key


def cache_request(
    pages: PageCache, request: PageRequest, callback: Callable[[PageRequest], PageResponse]
) -> PageResponse:
    """Give the page of a request, made by ``callback(request)`` if it is not there."""
    visit = pages.begin(request)
    if visit.response is not None:
        return visit.response
    try:
        page = callback(request)
        headers = visit.start(page.status, page.headers)
        visit.add(page.body)
    except BaseException:
        visit.abandon()
        raise
    visit.finish()
    return PageResponse(page.status, headers, page.body)


def request_of(
    method: str, path: str, query: str, host: str, headers: Iterable[tuple[str, str]]
) -> PageRequest:
    """Make a request of its parts."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return PageRequest(path, query, method, joined, host)
