import gzip
import subprocess
import sys

from click.testing import CliRunner

from playhead.cli import main


def run(*args):
    result = CliRunner().invoke(main, list(args), terminal_width=200)
    return result.exit_code, result.output


def test_the_module_runs_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "playhead", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("playhead, version")


def counts(output):
    return [line.split("│")[1:3] for line in output.splitlines() if line.startswith("│")]


def test_the_demo_gives_the_same_counts_for_the_same_seed_on_every_store(store_url):
    args = ["demo", "--users", "20", "--videos", "50", "--events", "300", "--seed", "3"]
    code, output = run(*args, "--store", store_url)
    assert code == 0, output
    assert "hit rate at 10" in output
    assert counts(output) == counts(run(*args)[1])


def test_a_csv_log_is_replayed_and_malformed_rows_are_listed_by_line(tmp_path):
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


def test_a_log_of_another_format_is_refused(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("a,b\n1,2\n")
    code, output = run("replay", str(log), "--format", "kuairand")
    assert code == 1
    assert "its header has no column user_id" in output


def test_a_store_that_cannot_be_opened_is_named():
    code, output = run("demo", "--store", "nosuch://x")
    assert code == 1
    assert "scheme 'nosuch' is unknown" in output
