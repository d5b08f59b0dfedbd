import gzip
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

import playhead
from playhead import _demo, _playhead, _replay, modules
from playhead.cli import main


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(args), terminal_width=200)
    return result.exit_code, result.output


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "playhead", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("playhead, version")


def counts(output: str) -> list[list[str]]:
    return [line.split("│")[1:3] for line in output.splitlines() if line.startswith("│")]


GROUPS = {
    "identity",
    "activity",
    "lists",
    "caching",
    "messaging",
    "coordination",
    "numbers",
    "recommendation",
}


def test_the_demo_gives_the_same_counts_for_the_same_seed_on_every_store(store_url: str) -> None:
    args = ["demo", "--users", "20", "--videos", "50", "--events", "300", "--seed", "3"]
    code, output = run(*args, "--store", store_url)
    assert code == 0, output
    assert "hit rate at 10" in output
    assert {name.strip() for name, count in counts(output) if not count.strip()} == GROUPS
    assert counts(output) == counts(run(*args, "--store", store_url)[1])  # nothing of the first run counts
    expected = run(*args)[1]
    assert counts(output) == counts(expected)
    assert output.split("└")[1].splitlines()[1:] == expected.split("└")[1].splitlines()[1:]


def test_the_demo_removes_all_of_an_earlier_one(tmp_path: Path) -> None:
    url = f"rocksdb://{tmp_path}/store"
    args = ["demo", "--users", "10", "--videos", "30", "--events", "200", "--seed", "4", "--store", url]
    assert run(*args)[0] == 0
    with playhead.open(url) as store:
        assert store.keys.dbsize() > 100
        _demo.clear(store, "playhead-demo-4")
        assert store.keys.keys("*") == []


def test_the_demo_leaves_the_keys_of_others_alone(tmp_path: Path) -> None:
    url = f"rocksdb://{tmp_path}/store"
    with playhead.open(url) as store:
        store.strings.set("prod-playhead-demo-1:balance", "7")
    for _ in range(2):
        assert run("demo", "--users", "5", "--videos", "20", "--events", "50", "--store", url)[0] == 0
    with playhead.open(url) as store:
        assert store.strings.get("prod-playhead-demo-1:balance") == b"7"


def test_a_csv_log_is_replayed_and_malformed_rows_are_listed_by_line(tmp_path: Path) -> None:
    log = tmp_path / "log.csv.gz"
    rows = [
        "user_id,video_id,event,at,watched_ms,duration_ms",
        "u1,v1,view,1700000000000,20000,30000",
        "u1,v2,nonsense,1700000000001,,",
        "u1,v3,view,soon,,",
        "u2",
    ]
    log.write_bytes(gzip.compress("\n".join(rows).encode()))
    code, output = run("replay", str(log), "--format", "csv")
    assert code == 0, output
    assert "rows: 4 read, 1 applied, 3 refused" in output
    assert "log.csv.gz:3: the event 'nonsense' is unknown" in output
    assert "log.csv.gz:4: at is 'soon', not a whole number" in output
    assert "log.csv.gz:5:" in output


def test_a_log_of_another_format_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("a,b\n1,2\n")
    code, output = run("replay", str(log), "--format", "kuairand")
    assert code == 1
    assert "its header has no column user_id" in output


def test_a_store_that_cannot_be_opened_is_named() -> None:
    code, output = run("demo", "--store", "nosuch://x")
    assert code == 1
    assert "scheme 'nosuch' is unknown" in output


def write_gz(path: Path, *lines: str) -> str:
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return str(path)


def test_all_files_of_a_log_are_applied_and_counted(tmp_path: Path, store_url: str) -> None:
    log = write_gz(
        tmp_path / "log.csv.gz",
        "user_id,video_id,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,play_time_ms,duration_ms",
        "u1,v3,1700000000000,1,1,0,0,0,0,30000,30000",
        "u2,v3,1700000000001,1,0,0,0,0,0,30000,30000",
        "u2,v4,1700000000002,1,0,0,2,0,0,30000,30000",
    )
    users = write_gz(
        tmp_path / "users.csv.gz", "user_id,user_active_degree", "u1,full_active", "u2", "u3,low"
    )
    videos = write_gz(tmp_path / "videos.csv.gz", "video_id,author_id", "v1,1", "v2,2", ",3")
    history = write_gz(
        tmp_path / "history.tsv.gz",
        "user_id\thistory_len\tlast_time_ms\twatch_seq\tlike_seq\tlong_watch_seq",
        "u1\t2\t1600000000000\tv1 v2\tv2\tv1",
        "u2\t1\tsoon\tv1\t\t",
        "u2\t3\t60000\tv1 v2 v3\t\t",
        f"u2\t1\t60000\t{'v' * 2000}\t\t",
    )
    code, output = run(
        *("replay", log, "--format", "kuairand", "--store", store_url),
        *("--users", users, "--videos", videos, "--history", history),
    )
    assert code == 0, output
    assert "rows: 3 read, 2 applied, 1 refused" in output
    assert "rows of users: 3 read, 2 applied, 1 refused" in output
    assert "rows of videos: 3 read, 2 applied, 1 refused" in output
    assert "rows of history: 4 read, 1 applied, 3 refused" in output
    assert "history: 2 views and 1 likes" in output
    assert "hit rate at 20 of users full_active:" in output
    assert "refused: users.csv.gz:3: the row has another number of columns than the header's 2" in output
    assert "refused: videos.csv.gz:4: video_id must have 1 to 1024 bytes, not 0" in output
    assert "refused: history.tsv.gz:3: last_time_ms is 'soon', not a whole number" in output
    assert "refused: history.tsv.gz:4: last_time_ms is 60000, too early for 3 views" in output
    assert "refused: history.tsv.gz:5: a video of watch_seq must have 1 to 1024 bytes" in output
    assert "refused: log.csv.gz:4: is_comment is '2', not 0 or 1" in output


def test_the_events_of_a_log_are_in_all_modules(tmp_path: Path, store_url: str) -> None:
    rows = [
        *(f"u{i % 7},v{i % 5},view,{1_700_000_000_000 + i},1000,2000" for i in range(2500)),
        "u1,v1,like,1700000003000,,",
        "u1,v1,like,1700000003001,,",
        "u2,v1,like,1700000003002,,",
        "u2,v1,unlike,1700000003003,,",
        "u3,v1,comment,1700000003004,,",
        "u3,v1,favorite,1700000003005,,",
        "u9,v1,view,1702600000000,9000000000000,",
        "u8,v2,view,1702600000000,1,",
    ]
    log = write_gz(tmp_path / "log.csv.gz", "user_id,video_id,event,at,watched_ms,duration_ms", *rows)
    code, output = run("replay", log, "--format", "csv", "--store", store_url)
    assert code == 0, output
    assert "rows: 2,508 read, 2,507 applied, 1 refused" in output
    assert "refused: log.csv.gz:2508: watched_ms" in output
    assert "events of the log: 2,502 view, 3 like, 1 comment, 1 favorite, 1 unlike" in output
    assert "active users: 1 on the last day, 1 in its month (1 by HyperLogLog)" in output
    assert "most viewed: v2 (501)" in output
    if store_url == "memory://":
        return
    with playhead.open(store_url) as store:
        clock = playhead.ManualClock(1_702_600_000_000)
        activity = modules.Activity(store, prefix="replay-log.csv.gz", clock=clock)
        assert activity.video_counts("v1") == modules.VideoCounts(500, 0, 500_000, 1, 1, 0)
        assert activity.active_users(1_700_000_000_000) == 7
        assert modules.Favorites(store, prefix="replay-log.csv.gz").favorite_count("v1") == 1


def _everything(url: str) -> dict[bytes, bytes | None]:
    with playhead.open(url) as store:
        return {key: store.keys.dump(key) for key in store.keys.keys("*")}


def test_a_file_replayed_again_changes_nothing_and_one_that_has_grown_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_replay, "BULK", 10)
    header = "user_id,video_id,event,at"
    kinds = ("view", "comment", "share", "favorite", "like")
    rows = [f"u{i % 7},v{i % 3},{kinds[i % 5]},{1_700_000_000_000 + i}" for i in range(95)]
    rows[40] = "u1,v1,nonsense,1700000000040"
    history = write_gz(
        tmp_path / "history.tsv.gz",
        "user_id\thistory_len\tlast_time_ms\twatch_seq\tlike_seq\tlong_watch_seq",
        *(f"u{i}\t2\t1600000000000\tv1 v2\tv2\tv1" for i in range(7)),
    )
    url, other = f"rocksdb://{tmp_path}/store", f"rocksdb://{tmp_path}/other"

    def replay(url: str, count: int) -> str:
        log = write_gz(tmp_path / "log.csv.gz", header, *rows[:count])
        code, output = run("replay", log, "--format", "csv", "--store", url, "--history", history)
        assert code == 0, output
        return output

    assert "rows: 60 read, 59 applied, 1 refused\n" in replay(url, 60).replace(" \n", "\n")
    before = _everything(url)
    output = replay(url, 60)
    assert "rows: 60 read, 0 applied, 0 refused, 60 seen to by an earlier replay" in output
    assert "what it applied is not applied again" in output
    assert _everything(url) == before
    assert "rows: 95 read, 35 applied, 0 refused, 60 seen to by an earlier replay" in replay(url, 95)
    replay(other, 95)
    grown, whole = ("active users", "most viewed", "events of the log", "events recorded"), replay(other, 95)
    again = replay(url, 95)
    for figure in grown:
        line = next(line for line in whole.splitlines() if figure in line)
        assert line in again


def test_a_replay_that_is_broken_off_is_finished_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_replay, "BULK", 10)
    rows = [f"u{i % 4},v{i % 3},{('view', 'comment')[i % 2]},{1_700_000_000_000 + i}" for i in range(50)]
    log = write_gz(tmp_path / "log.csv.gz", "user_id,video_id,event,at", *rows)
    url = f"rocksdb://{tmp_path}/store"
    note, left = _replay.Replay._note_progress, 3

    def breaking(self: _replay.Replay, part: str, *numbers: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:  # the bulk is recorded, and not noted
            raise playhead.Unavailable("the connection broke")
        note(self, part, *numbers)

    monkeypatch.setattr(_replay.Replay, "_note_progress", breaking)
    assert run("replay", log, "--format", "csv", "--store", url)[0] != 0
    monkeypatch.setattr(_replay.Replay, "_note_progress", note)
    code, output = run("replay", log, "--format", "csv", "--store", url)
    assert code == 0, output
    assert "rows: 50 read, 30 applied, 0 refused, 20 seen to by an earlier replay" in output
    with playhead.open(url) as store:
        activity = modules.Activity(store, prefix="replay-log.csv.gz")
        counts = activity.video_counts_many(["v0", "v1", "v2"])
        assert sum(c.views for c in counts) == sum(c.comments for c in counts) == 25
        board = modules.Leaderboard(store, "videos", 1_000, prefix="replay-log.csv.gz")
        assert {str(row.member): row.score for row in board.get_top(3)} == {
            f"v{n}": c.views for n, c in enumerate(counts)
        }


def test_users_of_a_log_are_kept_in_the_store(tmp_path: Path) -> None:
    log = write_gz(tmp_path / "log.csv.gz", "user_id,video_id,event", "7,v1,view")
    users = write_gz(tmp_path / "users.csv.gz", "user_id,age,city", "7,24,Ulm")
    url = f"rocksdb://{tmp_path}/store"
    code, output = run("replay", log, "--format", "csv", "--store", url, "--users", users)
    assert code == 0, output
    with playhead.open(url) as store:
        assert store.hashes.hgetall("replay-log.csv.gz:user:7") == {b"age": b"24", b"city": b"Ulm"}


BROKEN_LOGS = {
    "a NUL byte": (b"u1,v\x001,view\nu1,v2,view\n", 2, 0),
    "bytes that are no UTF-8": (b"u1,\xff\xfe,view\nu1,v2,view\n", 2, 0),
    "a quote that is never closed": (b'u1,v1,view\nu1,"v2,view\nu1,v3,view\n', 1, 1),
    "an id of 2,000 bytes": (b"u1," + b"v" * 2000 + b",view\nu1,v2,view\n", 1, 1),
    "a field of a megabyte": (b"u1," + b"v" * 1_000_000 + b",view\nu1,v2,view\n", 1, 1),
    "too many and too few columns": (b"u1,v1,view,4\nu1\nu1,v2,view\n", 1, 2),
    "an empty id": (b",v1,view\nu1,,view\n", 0, 2),
    "carriage returns": (b"u1,v1,view\r\nu1,v2,view\r\n", 2, 0),
}


@pytest.mark.parametrize(("rows", "applied", "refused"), BROKEN_LOGS.values(), ids=BROKEN_LOGS)
def test_a_broken_row_costs_nobody_else(rows: bytes, applied: int, refused: int, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(b"\xef\xbb\xbfuser_id,video_id,event\n" + rows)
    code, output = run("replay", str(log), "--format", "csv")
    assert code == 0, output
    assert f"{applied} applied, {refused} refused" in output
    assert output.count("refused: log.csv:") == refused


def test_a_log_that_is_cut_off_is_applied_up_to_there(tmp_path: Path) -> None:
    log = tmp_path / "log.csv.gz"
    rows = b"".join(b"u%d,v%d,view\n" % (i, i * i % 997) for i in range(5000))
    log.write_bytes(gzip.compress(b"user_id,video_id,event\n" + rows)[:-2000])
    code, output = run("replay", str(log), "--format", "csv")
    assert code == 0, output
    assert "1 refused" in output
    assert "the rest of the file cannot be read" in output


def test_what_is_no_log_at_all_is_refused(tmp_path: Path) -> None:
    for name, content in {
        "empty.csv": b"",
        "no.csv.gz": b"not gzip",
        "binary.csv": bytes(range(256)) * 9,
    }.items():
        (tmp_path / name).write_bytes(content)
        code, output = run("replay", str(tmp_path / name), "--format", "csv")
        assert code == 1, output
        assert "Error: " in output


def test_columns_that_record_does_not_know_are_named(tmp_path: Path) -> None:
    log = write_gz(tmp_path / "log.csv.gz", "user_id,video_id,event,device", "u1,v1,view,tv")
    code, output = run("replay", log, "--format", "csv")
    assert code == 0, output
    assert "columns that are not used: device" in output


# ---- check and backup


@pytest.fixture
def saved(tmp_path: Path) -> str:
    """The URL of a RocksDB store that was closed, with all types of values."""
    url = f"rocksdb://{tmp_path}/saved"
    with playhead.open(url) as store:
        store.strings.set("text", "value", ex=1000)
        store.lists.rpush("list", *range(1000))
        store.hashes.hset("hash", mapping={f"field {i}": i for i in range(1000)})
        store.zsets.zadd("zset", {f"member {i}": i for i in range(1000)})
        store.sets.sadd("set", "a", "b")
    return url


def test_a_sound_store_is_found_sound(saved: str) -> None:
    code, output = run("check", saved)
    assert code == 0, output
    assert "keys: 5" in output
    assert "rows of large collections: 4,000" in output
    assert output.endswith("no problem\n")


def test_damage_is_found_and_gives_exit_code_1(saved: str) -> None:
    directory = Path(saved.removeprefix("rocksdb://"))
    logs = [path for path in directory.glob("*.log") if path.stat().st_size > 1000]
    [damaged] = logs
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    code, output = run("check", saved)
    assert code == 1, output
    assert "problems" in output


def test_a_store_that_is_open_cannot_be_checked(saved: str) -> None:
    with playhead.open(saved):
        code, output = run("check", saved)
    assert code == 2
    assert "is in use by process" in output


def test_a_store_of_an_unknown_format_cannot_be_checked(saved: str) -> None:
    (Path(saved.removeprefix("rocksdb://")) / "FORMAT").write_text("playhead rocksdb 99\n")
    code, output = run("check", saved)
    assert code == 2, output


@pytest.mark.parametrize("url", ["nosuch://x", "rocksdb:///no/such/directory", "rocksdb://relative", ""])
def test_what_is_no_store_cannot_be_checked(url: str) -> None:
    code, output = run("check", url)
    assert code == 2
    assert output.startswith("Error: ")


@pytest.mark.parametrize("url", ["memory://", "redis://127.0.0.1:1/0"])
def test_stores_without_files_have_nothing_to_check(url: str) -> None:
    code, output = run("check", url)
    assert code == 0
    assert "there is nothing to check" in output


def contents(store: playhead.Store) -> dict[bytes, tuple[bytes | None, int]]:
    return {key: (store.keys.dump(key), store.keys.pexpiretime(key)) for key in store.keys.keys("*")}


def test_a_backup_opens_as_a_store_that_equals_the_original(saved: str, tmp_path: Path) -> None:
    code, output = run("backup", saved, str(tmp_path / "copies" / "one"))
    assert code == 0, output
    with playhead.open(saved) as store, playhead.open(f"rocksdb://{tmp_path}/copies/one") as copy:
        assert contents(copy) == contents(store)
        assert len(contents(copy)) == 5
        copy.strings.set("text", "changed")
        assert store.strings.get("text") == b"value"
    code, output = run("check", f"rocksdb://{tmp_path}/copies/one")
    assert code == 0, output


def test_a_path_may_contain_what_means_something_in_other_urls(tmp_path: Path) -> None:
    url = f"rocksdb://{tmp_path}/a%23[b#c"
    with playhead.open(url) as store:
        store.strings.set("text", "value")
    code, output = run("backup", url, str(tmp_path / "copy %41"))
    assert code == 0, output
    assert (tmp_path / "copy %41").is_dir()
    with playhead.open(output.split()[-1]) as copy:
        assert copy.strings.get("text") == b"value"


def test_the_engine_tells_where_a_store_keeps_its_data() -> None:
    assert _playhead.directory_of("rocksdb:///a/b%20c%FF?durability=none") == "/a/b c\udcff"
    assert _playhead.directory_of("memory://name") is None
    assert _playhead.directory_of("redis://localhost/0") is None
    with pytest.raises(playhead.InvalidArgument):
        _playhead.directory_of("rocksdb://relative")


def test_what_a_terminal_would_obey_is_shown_as_an_escape(tmp_path: Path) -> None:
    log = tmp_path / "[red]x.csv"
    log.write_text("user_id,video_id,event,\x1b]0;title\x07\nu1,v1,view,1\nu1,v2,\x1b[2J,1\n")
    code, output = run("replay", str(log), "--format", "csv")
    assert code == 0, output
    assert "\x1b" not in output
    assert "[red]x.csv on memory" in output


def test_a_backup_is_made_while_the_store_is_used(saved: str, tmp_path: Path) -> None:
    ended = threading.Event()

    def write(store: playhead.Store) -> None:
        n = 0
        while not ended.is_set():
            with store.batch() as batch:  # a unit: the copy has all of it or nothing
                batch.strings.set("a", n)
                batch.strings.set("b", n)
            n += 1

    with playhead.open(saved) as store:
        writer = threading.Thread(target=write, args=(store,))
        writer.start()
        for i in range(5):
            store.backup(tmp_path / f"copy {i}")
        ended.set()
        writer.join()
    for i in range(5):
        with playhead.open(f"rocksdb://{tmp_path}/copy%20{i}") as copy:
            assert copy.strings.get("a") == copy.strings.get("b")


def test_a_backup_never_overwrites(saved: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    code, output = run("backup", saved, str(tmp_path / "there"))
    assert code == 1
    assert "exists; a checkpoint makes a new one" in output
    assert list((tmp_path / "there").iterdir()) == []


def test_a_backup_of_nothing_is_refused_and_makes_nothing(tmp_path: Path) -> None:
    code, output = run("backup", f"rocksdb://{tmp_path}/none", str(tmp_path / "copy"))
    assert code == 1
    assert "there is no store to copy" in output
    assert list(tmp_path.iterdir()) == []


def test_only_a_store_on_disk_makes_a_backup(tmp_path: Path, redis_url: str) -> None:
    for url in ("memory://", redis_url):
        with playhead.open(url) as store, pytest.raises(playhead.Unsupported, match="has no backup"):
            store.backup(tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
