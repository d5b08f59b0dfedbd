"""The page cache under real applications of Flask and Starlette, driven over HTTP."""

import logging
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import flask
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import playhead
from playhead.middleware import AsgiPageCache, WsgiPageCache
from playhead.modules import PageCache, PageRequest, PageResponse, PageRule, cache_request
from serving import Answer, Client, asgi, wsgi

RULES = [
    PageRule("/private"),
    PageRule("/videos/*", 300_000, tags=lambda request: [f"video:{request.path[8:]}"]),
    PageRule("/search", 60_000, params=("q", "sort")),
    PageRule("/language", 60_000, vary=("Accept-Language",)),
    PageRule("/broken", lambda _: 1 // 0),
    PageRule("/**", 60_000, params=None),
]


class Site:
    """What both applications do; counts how often pages are made."""

    def __init__(self, store: playhead.Store) -> None:
        self.made = 0
        self.store = store
        self.go = threading.Event()
        self.go.set()
        self.waiting = threading.Event()
        self.before_page: Callable[[], object] = lambda: None

    def page(self, path: str, query: dict[str, str], headers: Any) -> tuple[int, dict[str, str], list[bytes]]:
        self.made += 1
        self.before_page()
        if path == "/videos/slow":
            self.waiting.set()
            self.go.wait(30)
        user = headers.get("Authorization") or headers.get("Cookie") or "nobody"
        body = f"{path} {sorted(query.items())} for {user}, the {self.made}.".encode()
        more = {"Content-Type": "text/plain; charset=utf-8"}
        if path == "/error":
            return 500, more, [body]
        if path == "/login":
            more["Set-Cookie"] = "session=1"
        if path == "/nostore":
            more["Cache-Control"] = "max-age=5, no-store"
        if path == "/varies":
            more["Vary"] = "Accept-Language"
        if path == "/language":
            more["Vary"] = "Accept-Language"
            body = str(headers.get("Accept-Language")).encode()
        if path == "/tagged":
            more["Surrogate-Key"] = "front news"
        if path == "/large":
            return 200, more, [b"x" * 1000] * 50
        if path == "/stream":
            return 200, more, [b"first ", b"second ", str(self.made).encode()]
        if path == "/torn":
            return 200, more, [b"first ", b""]
        return 200, more, [body]


def flask_app(site: Site, pages: PageCache) -> Any:
    app = flask.Flask("site")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.setLevel(logging.CRITICAL)

    @app.route("/", defaults={"path": ""})
    @app.route("/<path:path>")
    def page(path: str) -> flask.Response:
        status, headers, chunks = site.page("/" + path, flask.request.args.to_dict(), flask.request.headers)
        if len(chunks) == 1:
            return flask.Response(chunks[0], status, headers)

        def stream() -> Iterator[bytes]:
            for chunk in chunks:
                if not chunk:
                    raise RuntimeError("torn")
                yield chunk

        return flask.Response(stream(), status, headers)

    return WsgiPageCache(app, pages)


def starlette_app(site: Site, pages: PageCache) -> Any:
    async def page(request: Request) -> Response:
        import asyncio

        status, headers, chunks = await asyncio.to_thread(
            site.page, request.url.path, dict(request.query_params), request.headers
        )
        if len(chunks) == 1:
            return PlainTextResponse(chunks[0], status, headers)

        async def stream() -> Any:
            for chunk in chunks:
                if not chunk:
                    raise RuntimeError("torn")
                yield chunk

        return StreamingResponse(stream(), status, headers)

    return AsgiPageCache(Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])]), pages)


Served = tuple[Site, PageCache, Client, playhead.ManualClock]


@pytest.fixture(params=["flask", "starlette"])
def served(request: pytest.FixtureRequest, store_url: str) -> Iterator[Served]:
    clock = playhead.ManualClock()
    with playhead.open(store_url) as store:
        site = Site(store)
        pages = PageCache(store, RULES, clock=clock, max_body=20_000)
        logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
        make, serve = (flask_app, wsgi) if request.param == "flask" else (starlette_app, asgi)
        with serve(make(site, pages)) as client:
            yield site, pages, client, clock


def states(*answers: Answer) -> list[str]:
    return [answer.cache for answer in answers]


def test_a_page_is_made_once_until_its_time_is_over(served: Served) -> None:
    site, _, client, clock = served
    first, second = client.get("/videos/1"), client.get("/videos/1")
    assert states(first, second) == ["MISS", "HIT"]
    assert first.body == second.body == b"/videos/1 [] for nobody, the 1."
    assert second.headers["content-type"] == "text/plain; charset=utf-8"
    clock.advance(300_000)
    assert client.get("/videos/1").cache == "MISS"
    assert site.made == 2


# The original: paths are looked at before the login, so that a user's own page is shown to all.
def test_who_is_logged_in_gets_and_leaves_nothing_in_the_cache(served: Served) -> None:
    def original(path: str, user: str | None) -> bool:
        if path.startswith("/channels/"):
            return True
        return user is None and False

    assert original("/channels/1", user="alice")

    _, _, client, _ = served
    own = client.get("/videos/1", Authorization="alice")
    assert (own.cache, own.body) == ("BYPASS", b"/videos/1 [] for alice, the 1.")
    assert client.get("/videos/1").body == b"/videos/1 [] for nobody, the 2."
    assert client.get("/videos/1", Cookie="session=bob").body == b"/videos/1 [] for session=bob, the 3."
    assert client.get("/videos/1").cache == "HIT"


@pytest.mark.parametrize("path", ["/error", "/login", "/nostore", "/varies", "/large"])
def test_what_must_not_be_kept_is_not(served: Served, path: str) -> None:
    site, _, client, _ = served
    answers = [client.get(path) for _ in range(3)]
    assert states(*answers) == ["MISS", "BYPASS", "BYPASS"]
    assert site.made == 3
    assert answers[0].status == (500 if path == "/error" else 200)


def test_only_chosen_parameters_and_headers_make_another_page(served: Served) -> None:
    _, _, client, _ = served
    found = [
        client.get(f"/search?{query}")
        for query in ["q=a&sort=b", "sort=b&q=a&utm=1", "q=a", "q=a&q=b", "q=%61"]
    ]
    assert states(*found) == ["MISS", "HIT", "MISS", "MISS", "HIT"]
    assert [client.get("/other?x=1").cache, client.get("/other?x=2").cache] == ["MISS", "MISS"]
    languages = [client.get("/language", Accept_Language=language) for language in ["de", "en", "de"]]
    assert [(a.cache, a.body) for a in languages] == [("MISS", b"de"), ("MISS", b"en"), ("HIT", b"de")]


def test_streamed_bodies_are_kept_whole_or_not_at_all(served: Served) -> None:
    # The original keeps the last chunk that was captured.
    captured = b""
    for chunk in [b"first ", b"second ", b"1"]:
        captured = chunk
    assert captured == b"1"

    _, _, client, _ = served
    first, second = client.get("/stream"), client.get("/stream")
    assert (first.body, second.body) == (b"first second 1", b"first second 1")
    assert states(first, second) == ["MISS", "HIT"]
    for _ in range(2):
        try:
            torn = client.get("/torn")
        except Exception:  # the server breaks off
            continue
        assert torn.cache == "MISS"


def test_a_browser_that_has_the_page_is_told_so(served: Served) -> None:
    site, _, client, _ = served
    client.get("/videos/1")
    tag = client.get("/videos/1").headers["etag"]
    for asked in [tag, f'"x", W/{tag}', "*"]:
        answer = client.get("/videos/1", If_None_Match=asked)
        assert (answer.status, answer.body, answer.cache, answer.headers["etag"]) == (304, b"", "HIT", tag)
    assert client.get("/videos/1", If_None_Match='"x"').status == 200
    head = client.get("/videos/1", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "31")
    assert site.made == 1


def test_pages_are_dropped_by_tags(served: Served) -> None:
    _, pages, client, _ = served
    for _ in range(2):
        client.get("/videos/1"), client.get("/videos/2"), client.get("/tagged")
    pages.invalidate_tags("video:1", "news")
    assert states(client.get("/videos/1"), client.get("/videos/2"), client.get("/tagged")) == [
        "MISS",
        "HIT",
        "MISS",
    ]
    assert "surrogate-key" not in client.get("/tagged").headers
    assert pages.invalidate(PageRequest("/videos/2", host=f"http://127.0.0.1:{client.port}"))
    assert client.get("/videos/2").cache == "MISS"


def test_requests_that_meet_make_a_page_once(served: Served) -> None:
    site, pages, client, _ = served
    site.go.clear()
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(client.get("/videos/slow"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    site.waiting.wait(30)
    site.go.set()
    for thread in threads:
        thread.join()
    assert site.made == 1
    assert {answer.body for answer in answers} == {b"/videos/slow [] for nobody, the 1."}
    assert pages.contains(PageRequest("/videos/slow", host=f"http://127.0.0.1:{client.port}"))


def test_other_methods_rules_without_a_time_and_broken_rules_pass(served: Served) -> None:
    _, _, client, _ = served
    assert states(client.get("/private"), client.get("/private"), client.get("/broken")) == ["BYPASS"] * 3
    assert client.get("/videos/1", Range="bytes=0-1").cache == "BYPASS"
    assert client.get("/videos/1", method="HEAD").cache == "BYPASS"
    assert client.get("/broken").status == 200


@pytest.mark.parametrize("when", ["at once", "while the page is made"])
def test_an_error_in_the_cache_never_breaks_a_page(
    served: Served, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    site, pages, client, _ = served
    if when == "at once":
        site.store.close()
    else:
        site.before_page = site.store.close
    answer = client.get("/videos/1")
    assert (answer.status, answer.body) == (200, b"/videos/1 [] for nobody, the 1.")
    assert answer.cache == ("BYPASS" if when == "at once" else "MISS")
    assert site.made == 1
    while pages.statistics().errors == 0:  # the server may notice once it has answered
        time.sleep(0.001)
    while "the page cache is passed by" not in caplog.text:
        time.sleep(0.001)


def test_a_page_that_is_stale_is_shown_while_it_is_made() -> None:
    clock = playhead.ManualClock()
    with playhead.open("memory://") as store:
        pages = PageCache(store, clock=clock, stale_while_revalidate=60_000)
        request = PageRequest("/videos/1")
        make: Callable[[PageRequest], PageResponse] = lambda _: PageResponse(200, [], b"1")  # noqa: E731
        assert cache_request(pages, request, make).header("x-video-cache") == "MISS"
        clock.advance(300_001)
        seen: list[str] = []

        def slow(request: PageRequest) -> PageResponse:
            seen.append(cache_request(pages, request, make).header("x-video-cache"))
            return PageResponse(200, [], b"2")

        assert cache_request(pages, request, slow).body == b"2"
        assert seen == ["STALE"]
        assert cache_request(pages, request, make).body == b"2"


def test_a_failed_page_is_made_again() -> None:
    with playhead.open("memory://") as store:
        pages = PageCache(store)
        with pytest.raises(ZeroDivisionError):
            cache_request(pages, PageRequest("/videos/1"), lambda _: PageResponse(1 // 0, [], b""))
        made = cache_request(pages, PageRequest("/videos/1"), lambda _: PageResponse(200, [], b"1"))
        assert made.header("x-video-cache") == "MISS"


def test_errors_of_rules_and_of_the_cache_are_told(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Exception] = []
    with playhead.open("memory://") as store:
        pages = PageCache(store, RULES, on_error=told.append)
        assert pages.begin(PageRequest("/broken")).state == "BYPASS"
        assert isinstance(told.pop(), ZeroDivisionError)
        stops = PageCache(store, personal=lambda _: exit(3))
        with pytest.raises(SystemExit):
            stops.begin(PageRequest("/videos/1"))
    assert pages.begin(PageRequest("/videos/1")).state == "BYPASS"
    assert isinstance(told.pop(), playhead.Closed)

    def broken(_: Exception) -> None:
        raise RuntimeError("on_error is broken, too")

    assert PageCache(store, on_error=broken).begin(PageRequest("/videos/1")).state == "BYPASS"
    assert "on_error is broken, too" in caplog.text


def test_functions_of_rules_get_the_request_that_was_made() -> None:
    request = PageRequest(
        "/v/\udcff\u20ac", "q=\xe4", headers={"accept": "\xe4", "x-name": "\u20ac"}, host="http://h"
    )
    seen: list[PageRequest] = []

    def ttl(given: PageRequest) -> int:
        seen.append(given)
        return 0

    with playhead.open("memory://") as store:
        pages = PageCache(store, [PageRule("/**", ttl)])
        assert pages.begin(request).state == "BYPASS"
        assert pages.rule_of(request) == pages.rules[0]
        assert pages.rule_of(request._replace(method="POST")) is None
    # What a header cannot be is what its bytes in UTF-8 are.
    expected = {"accept": "\xe4", "x-name": "\u20ac".encode().decode("latin-1")}
    assert seen == [request._replace(headers=expected)]
    assert isinstance(seen[0], PageRequest)


QUERIES = [
    "", "a=1", "a=1&b=2&a=3", "a", "a=", "=1", "=", "&&a=1&", "a=b=c", "a+b=c+d", "%61=%26%3d%2B", "a=%",
    "a=%4", "a=%zz%4g%41", "a=%2541", "a=%C3%a4", "a=\xe4", "a=1&a=2", "a=2&a=1", "b=2&a=1&a=3", "a=%20",
    "a=+",
]  # fmt: skip


def test_patterns_match_what_their_regular_expressions_do() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    matched = 0
    for _ in range(20_000):
        pattern = "".join(chance.choices(["a", "b", "/", "*", "**", "."], k=chance.randrange(8)))
        path = "".join(chance.choices("ab/.\n", k=chance.randrange(10)))
        parts = (re.escape(part).replace(r"\*", "[^/]+") for part in pattern.split("**"))
        expected = re.fullmatch(".*".join(parts), path, re.DOTALL) is not None
        assert PageRule(pattern).matches(path) == expected, (pattern, path)
        matched += expected
    assert matched > 500


def test_queries_are_the_same_when_urllib_says_so() -> None:
    from urllib.parse import parse_qsl

    def fields(query: str) -> list[tuple[str, str]]:
        return sorted(parse_qsl(query, keep_blank_values=True), key=lambda pair: pair[0])

    rule = PageRule("/", params=None)
    for one in QUERIES:
        for other in QUERIES:
            same = PageCache.key(PageRequest("/", one), rule) == PageCache.key(PageRequest("/", other), rule)
            assert same == (fields(one) == fields(other)), (one, other)
