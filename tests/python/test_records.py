"""Caches of rows under the names of the originals, over SQLite; rankings; several stores."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

import playhead
from playhead import modules


class Users:
    """A table of SQLite."""

    def __init__(self, path: Path) -> None:
        self.path, self.reads, self.lock = path, 0, threading.Lock()
        with self.connect() as connection:
            connection.execute(
                "create table users (id text primary key, name text, version integer default 0)"
            )

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=30)

    def get(self, id: Any) -> dict[str, Any] | None:
        with self.lock:
            self.reads += 1
        with self.connect() as connection:
            row = connection.execute("select id, name from users where id = ?", [id]).fetchone()
        return None if row is None else {"id": row[0], "name": row[1]}

    def put(self, id: Any, row: Any) -> None:
        with self.connect() as connection:
            connection.execute("insert or replace into users (id, name) values (?, ?)", [id, row["name"]])

    def write(self, writes: list[modules.PendingWrite]) -> None:
        newer = (
            "insert into users values (?, ?, ?) on conflict (id) do update set name = excluded.name, "
            "version = excluded.version where excluded.version > users.version"
        )
        with self.connect() as connection:
            connection.executemany(newer, [(w.key, w.value["name"], w.version) for w in writes])


class Videos:
    """A database of videos and users; counts reads."""

    def __init__(self) -> None:
        self.reads = 0
        self.videos: dict[Any, dict[str, Any]] = {"v": {"id": "v", "title": "t", "views": 7, "category": "c"}}
        self.users: dict[Any, dict[str, Any]] = {"u": {"id": "u", "username": "n", "password": "secret"}}

    def get_video_by_id(self, video_id: Any) -> dict[str, Any] | None:
        self.reads += 1
        return self.videos.get(video_id)

    def update_video(self, video_id: Any, update_data: Any) -> None:
        self.videos[video_id].update(update_data)

    def get_user_by_id(self, user_id: Any) -> dict[str, Any] | None:
        self.reads += 1
        return self.users.get(user_id)


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "users.db")


def test_video_metadata_are_the_same_on_a_miss_and_without_counts(store: playhead.Store) -> None:
    database, pages = Videos(), modules.PageCache(store)
    cache = modules.VideoMetadataCache(store, database, pages=pages)
    expected = {"id": "v", "title": "t", "category": "c"}
    assert cache.get_video_metadata("v") == cache.get_video_metadata("v") == expected
    assert database.reads == 1
    modules.cache_request(
        pages, modules.PageRequest("/videos/v"), lambda _: modules.PageResponse(200, [], b"t")
    )
    cache.update_video_metadata("v", {"views": 8})
    assert modules.cache_request(pages, modules.PageRequest("/videos/v"), lambda _: 1 / 0).body == b"t"  # type: ignore[arg-type,return-value]
    cache.update_video_metadata("v", {"title": "new"})
    found = cache.get_video_metadata("v")
    assert found is not None
    assert found["title"] == "new"
    assert not pages.contains(modules.PageRequest("/videos/v"))
    assert cache.get_video_metadata("none") is None
    assert cache.invalidate_video_cache("v")


def test_profiles_have_no_secrets(store: playhead.Store) -> None:
    # The original gives the whole row on a miss.
    database = Videos()
    cache = modules.UserProfileCache(store, database)
    for _ in range(2):
        assert cache.get_user_profile("u") == {"id": "u", "username": "n"}
    assert cache.invalidate_user_cache("u")


def test_a_user_is_saved_got_cleared_and_known_to_exist(store: playhead.Store, users: Users) -> None:
    users.put("1", {"name": "a"})
    one, two = (modules.UserCache(store, id, users.get) for id in "12")
    assert one.get() == one.get() == {"id": "1", "name": "a"}
    assert one.exists()
    assert two.get() is None
    assert not two.determine_user_exists()
    assert users.reads == 2
    users.put("1", {"name": "b"})
    assert one.save() == {"id": "1", "name": "b"}
    assert one.clear()
    assert 7_200_000 <= modules.UserCacheDataTTL.get_value() < 7_800_000


def test_the_policies_agree_with_the_table(store: playhead.Store, users: Users) -> None:
    aside, through = modules.CacheAside(store, users), modules.WriteThrough(store, users)
    aside.update_user("1", {"name": "a"})
    assert aside.get_user("1") == {"id": "1", "name": "a"}
    through.set_user("2", {"name": "b"})
    reads = users.reads
    assert through.get_user("2") == {"name": "b"}
    assert users.reads == reads
    strategy = modules.CacheUpdateStrategy(store, users)
    assert strategy.lazy_loading("1") == strategy.refresh_ahead("1") == {"id": "1", "name": "a"}
    strategy.write_around("1", {"name": "c"})
    assert strategy.lazy_loading("1") == {"id": "1", "name": "c"}


# The original: a queue in the process and a thread that drops what fails, and everything at the end.
def test_writes_behind_survive_errors_and_the_end(store: playhead.Store, users: Users) -> None:
    fail = [True]

    def write(writes: list[modules.PendingWrite]) -> None:
        if fail.pop() if fail else False:
            raise OSError("the database is down")
        users.write(writes)

    behind = modules.WriteBehind(store, write, delay=0)
    told, errors = threading.Event(), []

    def on_error(message: str) -> None:
        errors.append(message)
        told.set()

    behind.start_background_writer(on_error)
    behind.set_user("1", {"name": "a"})
    assert told.wait(30)
    assert "the database is down" in errors[0]
    behind.set_user("2", {"name": "b"})
    behind.close()
    assert [users.get(id) for id in "12"] == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]
    assert behind.cache.pending() == 0


def test_what_does_not_exist_costs_the_database_nothing(store: playhead.Store, users: Users) -> None:
    safe = modules.CachePenetrationProtection(store, users, capacity=1_000)
    users.put("1", {"name": "a"})
    assert safe.init_bloom_filter(["1", "gone"]) == 2
    assert safe.get_user_safe("1") == {"id": "1", "name": "a"}
    assert [safe.get_user_safe(f"x{i}") for i in range(50)] == [None] * 50
    assert users.reads < 10
    reads = users.reads
    for _ in range(5):
        assert safe.get_user_safe("gone") is None
    assert users.reads == reads + 1


def test_a_hot_key_is_loaded_once(store: playhead.Store, users: Users) -> None:
    users.put("1", {"name": "a"})
    hot, seen = modules.CacheBreakdownProtection(store, users), []
    threads = [threading.Thread(target=lambda: seen.append(hot.get_user_with_mutex("1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [{"id": "1", "name": "a"}] * 8
    assert users.reads == 1


def test_lifetimes_are_spread(store: playhead.Store) -> None:
    clock = playhead.ManualClock()
    spread = modules.CacheAvalancheProtection(store, clock=clock)
    for i in range(40):
        spread.set_with_random_ttl(str(i), i, 1_000)
    ends = {spread.cache.peek(str(i)).fresh_until - clock.now() for i in range(40)}
    assert len(ends) > 10
    assert min(ends) >= 800
    assert max(ends) <= 1_200
    clock.advance(spread.cache.peek("0").fresh_until - clock.now() - 1)  # a moment before its end
    assert spread.get_with_refresh("0", lambda: "new", 1_000) == "new"


def test_each_limit_has_a_ranking_built_by_two_reads(store: playhead.Store) -> None:
    # The original keeps one ranking whatever the limit, and reads each row by itself.
    kept: dict[str, list[int]] = {}
    assert kept.setdefault("ranking", [1, 2, 3]) == kept.setdefault("ranking", [1])

    clock, views, reads = playhead.ManualClock(), {"a": 3, "b": 2, "gone": 1}, []

    def rows(ids: list[Any]) -> list[Any]:
        reads.append(ids)
        return [None if id == "gone" else {"id": id} for id in ids]

    ranking = modules.RankingCache(
        store, lambda limit: sorted(views.items(), key=lambda v: -v[1])[:limit], rows, clock=clock
    )
    expected = [{"id": "a", "views": 3}, {"id": "b", "views": 2}]
    for _ in range(2):
        assert ranking.get_top_viewed_videos(1) == expected[:1]
        assert ranking.get_top_viewed_videos() == expected
    assert reads == [["a"], ["a", "b", "gone"]]
    views["b"] = 9
    assert ranking.update_ranking_cache(1) == [{"id": "b", "views": 9}]
    ranking.schedule(20)
    assert ranking.step().refreshed == 1
    assert ranking.get_top_viewed_videos()[0]["id"] == "b"
    assert ranking.step().claimed == 0
    clock.advance(900_000)
    assert ranking.step().refreshed == 1
    with pytest.raises(playhead.InvalidArgument):
        ranking.get_top_viewed_videos(0)


def test_a_ranking_is_built_in_the_background_and_stops(store: playhead.Store) -> None:
    built = threading.Event()

    def rows(ids: list[Any]) -> list[Any]:
        built.set()
        return [{"id": id} for id in ids]

    with modules.VideoRankingCache(store, lambda _: [("a", 1)], rows) as ranking:
        ranking.start_auto_update()
        assert built.wait(30)
        assert ranking.running
    assert not ranking.running


def test_keys_are_spread_over_stores_by_weight() -> None:
    ring = modules.ConsistentHash({"a": 1, "b": 3})
    counts = [ring.get_node(f"key {i}") for i in range(4_000)]
    assert abs(counts.count("b") - 3_000) < 400
    before = {f"key {i}": ring.get_node(f"key {i}") for i in range(1_000)}
    ring.add_node("c")
    assert {ring.get_node(key) for key, node in before.items() if ring.get_node(key) != node} == {"c"}
    assert ring.remove_node("c")
    assert {key: ring.get_node(key) for key in before} == before
    assert sorted(ring.get_nodes("x", 5)) == ["a", "b"]
    assert ring.nodes() == {"a": 1, "b": 3}
    assert modules.ConsistentHash().get_node("x") is None
    assert modules.ConsistentHash.hash("x") == modules.ConsistentHash.hash(b"x") < 2**64


def test_several_stores_are_one(store: playhead.Store) -> None:
    with playhead.open("memory://"), modules.sharded({"a": store, "b": playhead.open("memory://")}) as both:
        for i in range(100):
            both.strings.set(f"key {i}", i)
        assert both.keys.dbsize() == 100
        assert 10 < store.keys.dbsize() < 90
        assert both.name == "sharded"
        cache = modules.Cache(both)
        assert cache.get_many(map(str, range(50)), lambda keys: keys) == [str(i) for i in range(50)]
        distributed = modules.DistributedCache({"a": store})
        distributed.set("x", "1", ex=100)
        assert distributed.get("x") == b"1"
        assert distributed.delete("x")
        with pytest.raises(playhead.CommandError, match="CROSSSLOT"):
            both.strings.mset({str(i): "x" for i in range(20)})
