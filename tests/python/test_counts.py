"""Counts beside a database, which is SQLite here."""

import sqlite3

import pytest

import playhead
from playhead import modules
from playhead._types import Id


def test_counts_are_kept_by_kind_and_id(store: playhead.Store) -> None:
    counts = modules.CountStore(store)
    assert counts.increment("articles", "alice", 5) == 5
    assert counts.increment("articles", b"\xff") == 1
    counts.set("fans", "alice", 7)
    assert counts.get("articles", "alice") == 5
    assert counts.get("articles", "bob") == 0
    assert counts.get_many("articles", ["bob", "alice"]) == [0, 5]
    assert counts.get_all("alice", ["articles", "likes", "fans"]) == [5, 0, 7]
    assert counts.top("articles") == [modules.CountedId("alice", 5), modules.CountedId(b"\xff", 1)]


def test_a_closed_store_is_read_from_its_replica(store: playhead.Store) -> None:
    replica = playhead.open("memory://")
    modules.CountStore(replica).set("fans", "alice", 7)
    counts = modules.CountStore(store, replica=replica)
    store.close()
    assert counts.get("fans", "alice") == 7
    with pytest.raises(playhead.Error):
        counts.increment("fans", "alice")


def test_counts_are_reconciled_with_a_table(store: playhead.Store) -> None:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE TABLE articles (author TEXT)")
    table.executemany("INSERT INTO articles VALUES (?)", [("alice",)] * 3 + [("bob",)] * 2 + [("carol",)])

    def truth(ids: list[Id]) -> list[int]:
        query = "SELECT count(*) FROM articles WHERE author = ?"
        return [table.execute(query, (author,)).fetchone()[0] for author in ids]

    counts = modules.CountStore(store)
    counts.set("articles", "alice", 3)
    counts.set("articles", "bob", 9)
    counts.set("articles", "ghost", 1)
    authors = [author for (author,) in table.execute("SELECT DISTINCT author FROM articles")]
    report = counts.reconcile("articles", truth, authors, repair=False)
    assert (report.checked, report.drifted, report.repaired) == (4, 3, 0)
    report = counts.reconcile("articles", truth, authors)
    assert sorted(report.drifts, key=str) == [
        modules.Drift("bob", 9, 2, True),
        modules.Drift("carol", 0, 1, True),
        modules.Drift("ghost", 1, 0, True),
    ]
    assert counts.get_many("articles", ["alice", "bob", "carol", "ghost"]) == [3, 2, 1, 0]
    assert counts.reconcile("articles", truth, authors).drifted == 0
    table.close()


def test_what_the_source_raises_ends_the_reconciliation(store: playhead.Store) -> None:
    counts = modules.CountStore(store)
    counts.set("articles", "alice", 3)

    def broken(ids: list[Id]) -> list[int]:
        raise ConnectionError(f"no database for {ids}")

    with pytest.raises(ConnectionError, match="alice"):
        counts.reconcile("articles", broken)
    with pytest.raises(playhead.InvalidArgument, match="gave 0 counts for 1 ids"):
        counts.reconcile("articles", lambda _: [])
    assert counts.get("articles", "alice") == 3


def test_a_list_to_watch_later_is_read_from_either_end_and_cleared(store: playhead.Store) -> None:
    watch_later = modules.WatchLater(store)
    for n in range(5):
        watch_later.add("alice", f"v{n}", at=n + 1)
    page = watch_later.list("alice", count=2, oldest_first=True)
    assert [video.video_id for video in page.items] == ["v0", "v1"]
    page = watch_later.list("alice", page.next, 2, oldest_first=True)
    assert [video.video_id for video in page.items] == ["v2", "v3"]
    assert [video.video_id for video in watch_later.list("alice", page.next).items] == ["v2", "v1", "v0"]
    assert watch_later.clear("alice") == 5
    assert watch_later.count("alice") == 0
