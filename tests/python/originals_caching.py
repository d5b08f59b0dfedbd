"""What became of the originals that cache: an example of each."""

from collections.abc import Callable
from typing import Any

import playhead
from originals import Examples
from playhead import modules
from playhead.middleware import create_video_caching_middleware

EXAMPLES = Examples()
example = EXAMPLES.of


class Rows:
    """A table, and a database of videos."""

    def __init__(self) -> None:
        self.rows: dict[Any, Any] = {"1": {"id": "1", "title": "t", "username": "u", "password": "secret"}}
        self.reads = 0

    def get(self, id: Any) -> Any:
        self.reads += 1
        return self.rows.get(id)

    def put(self, id: Any, row: Any) -> None:
        self.rows[id] = {**self.rows.get(id, {}), **row}

    get_video_by_id = get_user_by_id = get
    update_video = put


@example(
    "000 VideoMetadataCache",
    "000 VideoMetadataCache.get_video_metadata",
    "000 VideoMetadataCache.update_video_metadata",
    "000 VideoMetadataCache.invalidate_video_cache",
)
def video_metadata(store: playhead.Store) -> None:
    rows = Rows()
    cache = modules.VideoMetadataCache(store, rows)
    assert cache.get_video_metadata("1") == cache.get_video_metadata("1") == {"id": "1", "title": "t"}
    assert rows.reads == 1
    cache.update_video_metadata("1", {"title": "new"})
    assert cache.get_video_metadata("1") == {"id": "1", "title": "new"}
    assert cache.invalidate_video_cache("1")


@example(
    "000 UserProfileCache",
    "000 UserProfileCache.get_user_profile",
    "000 UserProfileCache.invalidate_user_cache",
    "003 CurrentUserResource",
    "003 CurrentUserResource.get",
)
def user_profile(store: playhead.Store) -> None:
    cache = modules.UserProfileCache(store, Rows())
    for _ in range(2):
        assert cache.get_user_profile("1") == {"id": "1", "username": "u"}
    assert cache.invalidate_user_cache("1")
    assert cache.get_user_profile("2") is None


@example(
    "000 VideoRankingCache",
    "000 VideoRankingCache.get_top_viewed_videos",
    "000 VideoRankingCache.update_ranking_cache",
    "000 VideoRankingCache.start_auto_update",
    "000 VideoRankingCache.start_auto_update.auto_update",
)
def ranking(store: playhead.Store) -> None:
    with modules.VideoRankingCache(
        store, lambda _: [("1", 5)], lambda ids: [{"id": id} for id in ids]
    ) as cache:
        assert cache.get_top_viewed_videos(10) == cache.update_ranking_cache(10) == [{"id": "1", "views": 5}]
        cache.schedule(10)
        assert cache.step().refreshed == 1
        cache.start_auto_update([10])
        assert cache.running


@example(
    "000 VideoCacheScheduler",
    "000 VideoCacheScheduler.schedule_hot_video_cache",
    "000 VideoCacheScheduler.schedule_normal_video_cache",
    "000 VideoCacheScheduler.stop_video_cache",
    "000 VideoCacheScheduler.run_video_cache_daemon",
    "000 VideoCacheScheduler.refresh_video_metadata_cache",
    "004 schedule_row_cache",
    "004 cache_rows",
    "004 Inventory",
    "004 Inventory.get",
    "004 Inventory.to_dict",
)
def scheduler(store: playhead.Store) -> None:
    clock, rows = playhead.ManualClock(), Rows()
    cache = modules.Cache(store, clock=clock)
    scheduler = modules.VideoCacheScheduler(store, lambda id: cache.set(id, rows.get(id)), clock=clock)
    scheduler.schedule_hot_video_cache("1")
    scheduler.schedule_normal_video_cache("2")
    assert [scheduler.step().refreshed for _ in range(3)] == [1, 1, 0]
    assert cache.peek("1").value == rows.rows["1"]
    clock.advance(300_000)
    assert scheduler.step().refreshed == 1
    assert scheduler.stop_video_cache("1")
    with scheduler:
        scheduler.run_in_background()


@example(
    "000 create_video_caching_middleware",
    "000 create_video_caching_middleware.video_cache_middleware",
    "000 create_video_caching_middleware.video_cache_middleware.capture_content",
)
def middleware(store: playhead.Store) -> None:
    def site(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"a ", b"page"]

    told: list[dict[str, str]] = []

    def start(_status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        told.append(dict(headers))
        return print

    app = create_video_caching_middleware(modules.PageCache(store))(site)
    for _ in range(2):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/videos/1", "HTTP_HOST": "example.org"}
        body = app(environ, start)
        assert b"".join(body) == b"a page"
    assert [headers["X-Video-Cache"] for headers in told] == ["MISS", "HIT"]


@example(
    "000 should_cache_video_request",
    "000 generate_video_cache_key",
    "000 get_cache_time_for_content",
    "004 hash_request",
)
def page_rules(_: playhead.Store) -> None:
    video = modules.PageRequest("/videos/1", "utm=1")
    assert modules.should_cache_video_request(video)
    assert not modules.should_cache_video_request(video._replace(headers={"cookie": "session=1"}))
    assert not modules.should_cache_video_request(modules.PageRequest("/videos/recommendations"))
    assert modules.hash_request(video) == modules.generate_video_cache_key(modules.PageRequest("/videos/1"))
    times = map(modules.get_cache_time_for_content, ["/videos/1", "/channels/1", "/categories/1", "/other"])
    assert list(times) == [300_000, 600_000, 900_000, 0]


@example("004 cache_request")
def cache_request(store: playhead.Store) -> None:
    pages = modules.PageCache(store)
    for _ in range(2):
        page = modules.cache_request(
            pages, modules.PageRequest("/videos/1"), lambda _: modules.PageResponse(200, [], b"page")
        )
        assert page.body == b"page"
    assert page.header("x-video-cache") == "HIT"


@example("000 get_dynamic_cache_time")
def dynamic_time(_: playhead.Store) -> None:
    views: dict[Any, int] = {"hot": 1_000_001, "warm": 100_001, "new": 3}
    assert [modules.get_dynamic_cache_time(id, views.__getitem__) for id in views] == [
        900_000,
        600_000,
        120_000,
    ]


@example("004 can_cache", "004 rescale_viewed")
def popularity(store: playhead.Store) -> None:
    clock = playhead.ManualClock()
    viewed = modules.Popularity(store, clock=clock, half_life=60_000)
    viewed.record("1")
    clock.advance(60_000)
    assert abs(viewed.score("1") - 0.5) < 1e-9
    assert viewed.can_cache("1")
    assert not viewed.can_cache("2")


@example(
    "001 cache_result", "001 cache_result.decorator", "001 cache_result.decorator.wrapper", "001 get_user"
)
def cache_result(store: playhead.Store) -> None:
    calls: list[int] = []

    @modules.cache_result(modules.Cache(store), expiration=600)
    def get_user(user_id: int) -> dict[str, Any]:
        calls.append(user_id)
        return {"id": user_id}

    assert get_user(1) == get_user(user_id=1) == {"id": 1}
    assert calls == [1]


@example("001 CacheAside", "001 CacheAside.get_user", "001 CacheAside.update_user")
def cache_aside(store: playhead.Store) -> None:
    cache = modules.CacheAside(store, Rows())
    cache.update_user("2", {"name": "b"})
    assert cache.get_user("2") == {"name": "b"}


@example("001 WriteThrough", "001 WriteThrough.set_user")
def write_through(store: playhead.Store) -> None:
    rows = Rows()
    cache = modules.WriteThrough(store, rows)
    cache.set_user("2", {"name": "b"})
    assert cache.get_user("2") == rows.rows["2"] == {"name": "b"}
    assert rows.reads == 0


@example(
    "001 WriteBehind",
    "001 WriteBehind.set_user",
    "001 WriteBehind.start_background_writer",
    "001 WriteBehind.start_background_writer.writer",
)
def write_behind(store: playhead.Store) -> None:
    written: dict[Any, Any] = {}
    cache = modules.WriteBehind(store, lambda writes: written.update({w.key: w.value for w in writes}))
    cache.start_background_writer()
    cache.set_user("2", {"name": "b"})
    cache.close()
    assert written == {"2": {"name": "b"}}


@example(
    "001 CachePenetrationProtection",
    "001 CachePenetrationProtection.init_bloom_filter",
    "001 CachePenetrationProtection.might_exist",
    "001 CachePenetrationProtection.get_user_safe",
)
def penetration(store: playhead.Store) -> None:
    rows = Rows()
    cache = modules.CachePenetrationProtection(store, rows)
    cache.init_bloom_filter(["1"])
    assert cache.might_exist("1")
    assert cache.get_user_safe("1") == rows.rows["1"]
    assert cache.get_user_safe("none") is None
    assert rows.reads == 1


@example(
    "001 CacheBreakdownProtection",
    "001 CacheBreakdownProtection.get_user_with_mutex",
    "001 CacheBreakdownProtection.get_user_with_redis_lock",
    "003 get_cache_data",
)
def breakdown(store: playhead.Store) -> None:
    rows = Rows()
    cache = modules.CacheBreakdownProtection(store, rows)
    assert cache.get_user_with_mutex("1") == cache.get_user_with_redis_lock("1") == rows.rows["1"]
    assert rows.reads == 1


@example(
    "001 CacheAvalancheProtection",
    "001 CacheAvalancheProtection.set_with_random_ttl",
    "001 CacheAvalancheProtection.get_with_refresh",
)
def avalanche(store: playhead.Store) -> None:
    cache = modules.CacheAvalancheProtection(store)
    cache.set_with_random_ttl("a", [1])
    assert cache.get_with_refresh("a", lambda: [2]) == [1]


@example(
    "001 CacheUpdateStrategy",
    "001 CacheUpdateStrategy.lazy_loading",
    "001 CacheUpdateStrategy.write_around",
    "001 CacheUpdateStrategy.refresh_ahead",
)
def strategy(store: playhead.Store) -> None:
    rows = Rows()
    cache = modules.CacheUpdateStrategy(store, rows)
    assert cache.lazy_loading("1") == cache.refresh_ahead("1") == rows.rows["1"]
    cache.write_around("1", {"title": "new"})
    assert cache.lazy_loading("1")["title"] == "new"


@example(
    "001 ConsistentHash",
    "001 ConsistentHash.add_node",
    "001 ConsistentHash.remove_node",
    "001 ConsistentHash.get_node",
    "001 ConsistentHash.hash",
)
def consistent_hash(_: playhead.Store) -> None:
    ring = modules.ConsistentHash(["a", "b"])
    node = ring.get_node("key")
    ring.add_node("c", weight=2)
    assert ring.get_node("key") in {node, "c"}
    assert ring.remove_node("c")
    assert ring.get_node("key") == node
    assert ring.hash("key") == ring.hash(b"key")


@example(
    "001 DistributedCache",
    "001 DistributedCache.get",
    "001 DistributedCache.set",
    "001 DistributedCache.delete",
)
def distributed(store: playhead.Store) -> None:
    with playhead.open("memory://") as other:
        cache = modules.DistributedCache({"one": store, "two": other})
        for i in range(50):
            cache.set(f"key {i}", str(i), ex=100)
        assert cache.get("key 7") == b"7"
        assert cache.delete("key 7")
        assert cache.get("key 7") is None
        assert store.keys.dbsize() + other.keys.dbsize() == 49


@example(
    "003 CacheTTLBase",
    "003 CacheTTLBase.get_value",
    "003 UserCacheDataTTL",
    "003 UserNotExistCacheTTL",
    "003 ArticleCacheDataTTL",
    "003 get_value",
)
def lifetimes(_: playhead.Store) -> None:
    assert 7_200_000 <= modules.UserCacheDataTTL.get_value() < 7_800_000
    assert 300_000 <= modules.UserNotExistCacheTTL.get_value() < 360_000
    assert 3_600_000 <= modules.ArticleCacheDataTTL.get_value() < 3_900_000
    assert 7_200_000 <= modules.CacheTTLBase.get_value() < 7_800_000


@example(
    "003 UserCache",
    "003 UserCache.save",
    "003 UserCache.get",
    "003 UserCache.clear",
    "003 UserCache.determine_user_exists",
    "003 UserCache.get_user_cache_data",
    "003 UserCache.clear_user_cache_data",
    "003 UserCache.exists_user_id",
)
def user_cache(store: playhead.Store) -> None:
    rows = Rows()
    user, none = (modules.UserCache(store, id, rows.get) for id in ["1", "none"])
    assert user.save() == user.get() == user.get_user_cache_data() == rows.rows["1"]
    assert user.determine_user_exists()
    assert not none.exists_user_id()
    assert none.get() is None
    assert rows.reads == 2
    assert user.clear()
    assert none.clear_user_cache_data()
