"""Caches before a database, a page cache before an application.

Usage: caching.py [URL of a store [port of a MySQL server]]. Without a port the database is SQLite in memory.
"""

import sqlite3
import sys
from typing import Any

import playhead
from playhead.middleware import WsgiPageCache
from playhead.modules import BloomFilter, Cache, PageCache, PendingWrite, Popularity, RankingCache, cached


def connect() -> tuple[Any, str]:
    """Give a connection, and how parameters are written."""
    if len(sys.argv) > 2:
        import pymysql

        connection = pymysql.connect(host="127.0.0.1", port=int(sys.argv[2]), user="root", autocommit=True)
        connection.cursor().execute("create or replace database example")
        connection.select_db("example")
        return connection, "%s"
    return sqlite3.connect(":memory:"), "?"


database, mark = connect()


def query(text: str, *values: Any) -> list[Any]:
    """Run a statement."""
    cursor = database.cursor()
    cursor.execute(text.replace("?", mark), values)
    return list(cursor.fetchall())


query("create table videos (id varchar(64) primary key, title text, views int default 0)")
for n in range(5):
    query("insert into videos values (?, ?, ?)", f"v{n}", f"Video {n}", n * 10)


def load(id: Any) -> dict[str, Any] | None:
    """Read a row."""
    rows = query("select id, title from videos where id = ?", id)
    return {"id": rows[0][0], "title": rows[0][1]} if rows else None


def write(writes: list[PendingWrite]) -> None:
    """Write titles."""
    for w in writes:
        query("update videos set title = ? where id = ?", w.value["title"], w.key)


with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    cache = Cache(store, name="videos", ttl=60_000, jitter_percent=20, stale_if_error=600_000)
    print(cache.get("v1", load), cache.get("v1", load), cache.get("none", load))
    cache.write_behind("v1", {"id": "v1", "title": "A new title"})
    print("written later:", cache.flush(write), load("v1"))

    @cached(cache, ttl=10_000, tags=["counts"])
    def count_videos() -> int:
        """Count rows."""
        return int(query("select count(*) from videos")[0][0])

    print("videos:", count_videos(), count_videos())
    cache.invalidate_tags("counts")

    known = BloomFilter(store, name="videos", capacity=10_000)
    known.add_many(row[0] for row in query("select id from videos"))
    print("v3" in known, "none" in known)

    viewed = Popularity(store)
    for id in ["v4", "v4", "v2"]:
        viewed.record(id)
    print("popular:", [row.id for row in viewed.top()])

    ranking = RankingCache(
        store,
        lambda limit: query("select id, views from videos order by views desc limit ?", limit),
        lambda ids: [load(id) for id in ids],
    )
    print("ranking:", ranking.get_top_viewed_videos(2))

    def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Show a video."""
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(load(environ["PATH_INFO"].rsplit("/", 1)[-1])).encode()]

    def show(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        """Show what a server would send."""
        print(status, dict(headers)["X-Video-Cache"])

    pages = PageCache(store)
    app = WsgiPageCache(site, pages)
    for _ in range(2):
        request = {"REQUEST_METHOD": "GET", "PATH_INFO": "/videos/v2"}
        body = app(request, show)
        print(b"".join(body).decode())
    print(cache.statistics())
database.close()
