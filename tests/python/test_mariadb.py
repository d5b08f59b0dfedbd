"""Caches before a real SQL server: MariaDB."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import playhead
from mariadb import UserTable, connect, mariadb_server
from playhead import modules


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with mariadb_server(tmp_path_factory.mktemp("mariadb")) as port:
        yield port


@pytest.fixture
def table(port: int) -> UserTable:
    return UserTable(port)


def test_rows_are_read_through_the_cache(store: playhead.Store, table: UserTable) -> None:
    aside = modules.CacheAside(store, table)
    assert aside.get_user("1") is None
    aside.update_user("1", {"name": "ä'; drop table users"})
    for _ in range(3):
        assert aside.get_user("1") == {"id": "1", "name": "ä'; drop table users"}
    assert table.reads == 2


def test_after_concurrent_writes_cache_and_table_agree(store: playhead.Store, table: UserTable) -> None:
    through = modules.WriteThrough(store, table)

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for i in range(10):
            id = str(chance.randrange(3))
            if chance.random() < 0.5:
                through.set_user(id, {"id": id, "name": f"{seed} {i}"})
            else:
                through.get_user(id)

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for id in "012":
        seen = through.cache.peek(id)
        assert not seen.found or seen.value == table.get(id)


def test_writes_behind_reach_the_table_whoever_is_killed(redis_url: str, table: UserTable) -> None:
    program = """
import os, sys, playhead
from playhead import modules
store = playhead.open(sys.argv[1])
behind = modules.Cache(store, name="user_behind", write_delay=0, write_lease=1)
i = int(sys.argv[2])
for n in range(i, i + 5):
    behind.write_behind(str(n % 7), {"name": str(n)})
    print(n, flush=True)
os.kill(os.getpid(), 9)
"""
    last = {}
    for i in range(0, 30, 5):
        done = subprocess.run(
            [sys.executable, "-c", program, redis_url, str(i)], capture_output=True, text=True, check=False
        )
        assert done.returncode == -9
        for n in map(int, done.stdout.split()):
            last[str(n % 7)] = str(n)
    with playhead.open(redis_url) as store:
        assert modules.WriteBehind(store, table.write).close() == 7
    assert {id: (table.get(id) or {}).get("name") for id in last} == last


def test_a_row_that_is_newer_is_not_overwritten(table: UserTable) -> None:
    table.write([modules.PendingWrite("1", {"name": "new"}, 5, 0)])
    table.write([modules.PendingWrite("1", {"name": "old"}, 4, 1)])
    assert table.get("1") == {"id": "1", "name": "new"}
    with connect(table.port, "playhead") as connection, connection.cursor() as cursor:
        cursor.execute("select version from users")
        assert cursor.fetchall() == ((5,),)


def test_the_example_works_with_it(store_url: str, port: int) -> None:
    program = Path(__file__).parents[2] / "examples/caching.py"
    done = subprocess.run(
        [sys.executable, program, store_url, str(port)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "written later: 1 {'id': 'v1', 'title': 'A new title'}" in done.stdout
