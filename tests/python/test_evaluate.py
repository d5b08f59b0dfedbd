import csv
import gzip
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from playhead import _evaluate_kuairand as kuairand
from playhead._metrics import Ranks, auc, ndcg_of_list
from playhead.cli import main

DAY_MS = 86_400_000
FIRST_DAY_MS = 1_650_844_800_000  # 2022-04-25 00:00 UTC
LOG_COLUMNS = (
    *("user_id", "video_id", "time_ms", "date", "hourmin", "is_click", "is_like", "is_follow", "is_comment"),
    *("is_forward", "is_hate", "long_view", "play_time_ms", "duration_ms", "tab", "author_id", "tag"),
)


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]], delimiter: str = ",") -> None:
    with gzip.open(path, "wt", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter, restval=0)
        writer.writeheader()
        writer.writerows(rows)


def log_row(rng: random.Random, at: int) -> dict[str, Any]:
    video, long = rng.randrange(30), rng.random() < 0.5
    return {
        "user_id": rng.randrange(12),
        "video_id": video,
        "time_ms": at,
        "date": 20220425 + (at - FIRST_DAY_MS) // DAY_MS,
        "hourmin": 1200,
        "is_click": int(long),
        "is_like": int(rng.random() < 0.1),
        "long_view": int(long),
        "play_time_ms": 30_000 if long else 1_000,
        "duration_ms": 20_000,
        "tab": 1,
        "author_id": video % 7,
        "tag": f"{video % 5},{video % 3}",
    }


@pytest.fixture
def kuairand_directory(tmp_path: Path) -> Path:
    rng = random.Random(1)
    times = sorted(rng.randrange(FIRST_DAY_MS, FIRST_DAY_MS + 6 * DAY_MS) for _ in range(600))
    write(tmp_path / kuairand.LOG, LOG_COLUMNS, [log_row(rng, at) for at in times])
    videos = [
        {"video_id": v, "author_id": v % 7, "upload_dt": "2022-04-10", "tag": f"{v % 5}"} for v in range(30)
    ]
    video_columns = (
        "video_id",
        "author_id",
        "upload_dt",
        "tag",
        "video_duration",
        "upload_type",
        "video_type",
    )
    write(tmp_path / kuairand.VIDEOS, video_columns, videos)
    users = [{"user_id": u, **dict.fromkeys(kuairand.USER_FIELDS, u % 2)} for u in range(12)]
    write(tmp_path / kuairand.USERS, ("user_id", *kuairand.USER_FIELDS), users)
    history = [
        {
            "user_id": u,
            "last_time_ms": FIRST_DAY_MS - 1,
            "watch_seq": f"{u} {u + 1}",
            "like_seq": "",
            "long_watch_seq": u,
        }
        for u in range(10)
    ]
    history_columns = ("user_id", "last_time_ms", "watch_seq", "like_seq", "long_watch_seq")
    write(tmp_path / kuairand.HISTORY, history_columns, history, "\t")
    return tmp_path


@pytest.fixture
def movielens_directory(tmp_path: Path) -> Path:
    rng = random.Random(2)
    columns = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
    rows = [
        dict(zip(columns, (user, item, 4, 880_000_000 + rng.randrange(1000)), strict=True))
        for user in range(1, 25)
        for item in rng.sample(range(1, 41), 12)
    ]
    write(tmp_path / "ml-100k.inter.gz", columns, rows, "\t")
    return tmp_path


def evaluate(protocol: str, directory: Path) -> str:
    done = CliRunner().invoke(
        main, ["evaluate", "--protocol", protocol, "--data", str(directory)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("protocol", ["prequential", "ctr", "ctr-update"])
def test_a_protocol_on_kuairand_prints_its_table(kuairand_directory: Path, protocol: str) -> None:
    output = evaluate(protocol, kuairand_directory)
    assert ("30 April" if protocol == "prequential" else "long_view") in output


@pytest.mark.parametrize("protocol", ["split", "leave-last"])
def test_a_protocol_on_movielens_prints_its_table(movielens_directory: Path, protocol: str) -> None:
    output = evaluate(protocol, movielens_directory)
    assert ("iALS alone" if protocol == "split" else "validation") in output


def test_what_comes_later_changes_no_earlier_recommendation(kuairand_directory: Path) -> None:
    whole = kuairand.prequential(kuairand_directory, {}, lambda _: None)
    log = kuairand_directory / kuairand.LOG
    with gzip.open(log, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    before = [row for row in rows if row["date"] < "20220430"]
    after = [row for row in rows if row["date"] >= "20220430"]
    videos = [row["video_id"] for row in after]
    random.Random(3).shuffle(videos)
    for row, video in zip(after, videos, strict=True):
        row["video_id"] = video
    write(log, LOG_COLUMNS, before + after)
    other = kuairand.prequential(kuairand_directory, {}, lambda _: None)
    assert len(whole.by_day["20220428"]) > 20
    for day in ("20220428", "20220429"):
        assert other.by_day[day].places == whole.by_day[day].places
    assert other.by_day["20220430"].places != whole.by_day["20220430"].places


def test_files_that_are_missing_or_malformed_are_told(tmp_path: Path, kuairand_directory: Path) -> None:
    done = CliRunner().invoke(main, ["evaluate", "--protocol", "split", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "ml-100k.inter.gz" in done.output
    rows = [{"video_id": 1, "upload_dt": "yesterday", "author_id": 1, "tag": "", "video_duration": ""}]
    write(kuairand_directory / kuairand.VIDEOS, tuple(rows[0]), rows)
    done = CliRunner().invoke(
        main, ["evaluate", "--protocol", "prequential", "--data", str(kuairand_directory)]
    )
    assert done.exit_code == 1
    assert "line 2: upload_dt is 'yesterday', not a date" in done.output


def test_the_area_under_the_curve_shares_the_ranks_of_equal_scores() -> None:
    assert auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == pytest.approx(0.75)
    assert auc([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]) == pytest.approx(0.5)
    assert auc([1, 0], [0.9, 0.1]) == 1


def test_gains_fall_with_the_place() -> None:
    ranks = Ranks([0, 1, None, 10])
    assert ranks.hit_rate(10) == 0.5
    assert ranks.ndcg(10) == pytest.approx((1 + 0.6309) / 4, abs=1e-4)
    assert ndcg_of_list(["a", "b", "c"], {"b", "x"}, 10) == pytest.approx(0.6309 / (1 + 0.6309), abs=1e-4)
