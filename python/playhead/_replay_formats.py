"""Logs of real platforms as events. A malformed row becomes a Refusal with its line number and reason."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from playhead.modules import Recommender

T = TypeVar("T")
Row = dict[str, str]

MINUTE_MS = 60_000
CSV_COLUMNS = ("user_id", "video_id", "event", "at", "watched_ms", "duration_ms")


@dataclass(frozen=True)
class Event:
    """One event of a log, with the names of ``Recommender.record``."""

    line: int
    user_id: str
    video_id: str
    event: str
    at: int | None = None
    watched_ms: int | None = None
    duration_ms: int | None = None
    first_of_row: bool = True

    def as_tuple(self) -> tuple[str, str, str, int | None, int | None, int | None]:
        """The arguments of ``Recommender.record`` in their order."""
        return (self.user_id, self.video_id, self.event, self.at, self.watched_ms, self.duration_ms)


@dataclass(frozen=True)
class User:
    """One row of a table of users."""

    line: int
    user_id: str
    features: Row
    group: str  #: a feature that splits all users into a few groups


@dataclass(frozen=True)
class Video:
    """One row of a table of videos, with the names of ``Recommender.add_video``."""

    line: int
    video_id: str
    creator: str | None = None
    tags: tuple[str, ...] = ()
    uploaded_at: int | None = None
    duration_ms: int | None = None

    def add_to(self, recommender: Recommender) -> None:
        """Make it known."""
        recommender.add_video(
            self.video_id,
            creator=self.creator,
            tags=self.tags,
            uploaded_at=self.uploaded_at,
            duration_ms=self.duration_ms,
        )


@dataclass(frozen=True)
class Refusal:
    """A row that cannot be applied."""

    line: int
    reason: str


def whole(rows: Iterable[T | Refusal]) -> Iterator[T]:
    """Give the rows of what must be without fault. Raises ValueError for a row that was refused."""
    for row in rows:
        if isinstance(row, Refusal):
            raise ValueError(f"line {row.line}: {row.reason}")
        yield row


# ---- fields


def _number(row: Row, name: str, *, optional: bool = False) -> int | None:
    text = (row.get(name) or "").strip()
    if not text and optional:
        return None
    try:
        value = int(text)
    except ValueError:
        raise ValueError(f"{name} is {text[:40]!r}, not a whole number") from None
    if not 0 <= value <= 2**53:
        raise ValueError(f"{name} is {text[:40]}, outside 0..2^53")
    return value


def _required(row: Row, name: str) -> int:
    value = _number(row, name)
    assert value is not None
    return value


def _id(value: str, name: str) -> str:
    if not 1 <= len(value.encode()) <= 1024:
        raise ValueError(f"{name} must have 1 to 1024 bytes, not {len(value.encode())}")
    return value


def _text(row: Row, name: str) -> str:
    return _id((row.get(name) or "").strip(), name)


def _flag(row: Row, name: str) -> bool:
    text = (row.get(name) or "").strip()
    if text not in ("0", "1"):
        raise ValueError(f"{name} is {text[:40]!r}, not 0 or 1")
    return text == "1"


# ---- tables


def open_text(path: Path) -> io.TextIOWrapper:
    """Open a text file; ``.gz`` is read directly. Bytes that are no UTF-8 stay visible as escapes."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="backslashreplace", newline="")
    return path.open(encoding="utf-8-sig", errors="backslashreplace", newline="")


def read_table(
    path: Path, delimiter: str, required: tuple[str, ...], what: str, read: Callable[[Row, int], T]
) -> Iterator[T | Refusal]:
    """Give what ``read(row, line)`` makes of each row, or why there is nothing; its ValueErrors are reasons.

    Raises ValueError if the header lacks a column. A file that is cut off or damaged in the middle is a
    reason too.
    """
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    with open_text(path) as file:
        try:
            reader = csv.DictReader(file, delimiter=delimiter, quoting=quoting, strict=True)
            columns = list(reader.fieldnames or ())
        except (EOFError, OSError, zlib.error, csv.Error) as error:
            raise ValueError(f"{path} cannot be read: {error}") from None
        missing = [column for column in required if column not in columns]
        if missing:
            raise ValueError(f"{path} is no {what}: its header has no column {', '.join(missing)}")
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
                if None in row or any(value is None for value in row.values()):
                    raise ValueError(
                        f"the row has another number of columns than the header's {len(columns)}"
                    )
                yield read(row, line)
            except StopIteration:
                return
            except (ValueError, csv.Error) as error:
                ends = f" (the row ends in line {reader.line_num})" if reader.line_num > line else ""
                yield Refusal(line, f"{error}{ends}")
            except (EOFError, OSError, zlib.error) as error:
                yield Refusal(line, f"the rest of the file cannot be read: {error}")
                return


def columns_of(path: Path, name: str) -> list[str]:
    """Give the columns of a log's header; empty if it cannot be read."""
    try:
        with open_text(path) as file:
            return next(csv.reader(file, delimiter=FORMATS[name].delimiter), [])
    except (EOFError, OSError, zlib.error, csv.Error):
        return []


# ---- logs


def _kuairand_row(row: Row, line: int) -> list[Event]:
    user, video, at = _text(row, "user_id"), _text(row, "video_id"), _required(row, "time_ms")
    watched, duration = _required(row, "play_time_ms"), _number(row, "duration_ms", optional=True)
    clicked = _flag(row, "is_click")
    kinds = {
        "like": "is_like",
        "comment": "is_comment",
        "follow": "is_follow",
        "share": "is_forward",
        "dislike": "is_hate",
    }
    flagged = [kind for kind, column in kinds.items() if _flag(row, column)]
    first = "view" if watched > 0 or clicked else "impression"
    events = [Event(line, user, video, first, at, watched if first == "view" else None, duration)]
    return events + [Event(line, user, video, kind, at, first_of_row=False) for kind in flagged]


def _movielens_row(row: Row, line: int) -> list[Event]:
    rating = (row.get("rating:float") or "").strip()
    try:
        float(rating)
    except ValueError:
        raise ValueError(f"rating:float is {rating[:40]!r}, not a number") from None
    at = _required(row, "timestamp:float") * 1000
    return [Event(line, _text(row, "user_id:token"), _text(row, "item_id:token"), "finish", at)]


def _csv_row(row: Row, line: int) -> list[Event]:
    names = _text(row, "user_id"), _text(row, "video_id"), _text(row, "event")
    at, watched, duration = (_number(row, name, optional=True) for name in CSV_COLUMNS[3:])
    return [Event(line, *names, at, watched, duration)]


@dataclass(frozen=True)
class Format:
    """How one kind of log is read, and the tables that come with it."""

    delimiter: str
    required: tuple[str, ...]
    read_row: Callable[[Row, int], list[Event]]
    user: str = "user_id"  #: columns of the tables
    video: str = "video_id"
    group: str = ""  #: the column that splits the users into groups; empty: none


_KUAIRAND_FLAGS = ("is_click", "is_like", "is_follow", "is_comment", "is_forward", "is_hate")
FORMATS = {
    "kuairand": Format(
        ",",
        ("user_id", "video_id", "time_ms", *_KUAIRAND_FLAGS, "play_time_ms", "duration_ms"),
        _kuairand_row,
        group="user_active_degree",
    ),
    "movielens": Format(
        "\t",
        ("user_id:token", "item_id:token", "rating:float", "timestamp:float"),
        _movielens_row,
        "user_id:token",
        "item_id:token",
        "occupation:token",
    ),
    "csv": Format(",", ("user_id", "video_id", "event"), _csv_row),
}


def read_log(path: Path, name: str) -> Iterator[list[Event] | Refusal]:
    """Give the events of each row, or why it was refused. Raises ValueError if the header lacks a column."""
    how = FORMATS[name]
    return read_table(path, how.delimiter, how.required, f"log in the format {name}", how.read_row)


# ---- what comes with a log


def _history_row(row: Row, line: int) -> list[Event]:
    user, last = _text(row, "user_id"), _required(row, "last_time_ms")
    watched = [_id(video, "a video of watch_seq") for video in row["watch_seq"].split()]
    liked, long = set(row["like_seq"].split()), set(row["long_watch_seq"].split())
    first = last - (len(watched) - 1) * MINUTE_MS
    if watched and first < 0:
        raise ValueError(f"last_time_ms is {last}, too early for {len(watched)} views a minute apart")
    events = []
    for i, video in enumerate(watched):
        at = first + i * MINUTE_MS
        events.append(Event(line, user, video, "finish" if video in long else "view", at))
        if video in liked:
            events.append(Event(line, user, video, "like", at, first_of_row=False))
    return events


def read_history(path: Path) -> Iterator[list[Event] | Refusal]:
    """Read KuaiRand's table of each user's last views; one minute apart, since it has no times."""
    columns = ("user_id", "last_time_ms", "watch_seq", "like_seq", "long_watch_seq")
    return read_table(path, "\t", columns, "history of kuairand", _history_row)


def _day(row: Row, name: str) -> int | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise ValueError(f"{name} is {text[:40]!r}, not a date") from None


def _kuairand_video(row: Row, line: int) -> Video:
    tags = tuple(t for t in (row.get("tag") or "").split(",") if t and t != "unknown")
    duration = (row.get("video_duration") or "").strip()
    try:
        duration_ms = int(float(duration)) if duration else None
    except (ValueError, OverflowError):
        raise ValueError(f"video_duration is {duration[:40]!r}, not a number") from None
    creator = (row.get("author_id") or "").strip() or None
    return Video(line, _text(row, "video_id"), creator, tags, _day(row, "upload_dt"), duration_ms)


def _movielens_video(row: Row, line: int) -> Video:
    return Video(line, _text(row, "item_id:token"), tags=tuple((row.get("class:token_seq") or "").split()))


def _csv_video(row: Row, line: int) -> Video:
    tags = tuple(t for t in (row.get("tags") or "").split("|") if t)
    uploaded_at, duration_ms = (_number(row, name, optional=True) for name in ("uploaded_at", "duration_ms"))
    creator = (row.get("creator") or "").strip() or None
    return Video(line, _text(row, "video_id"), creator, tags, uploaded_at, duration_ms)


_VIDEOS = {"kuairand": _kuairand_video, "movielens": _movielens_video, "csv": _csv_video}


def read_videos(path: Path, name: str) -> Iterator[Video | Refusal]:
    """Read a table of videos.

    In csv the columns creator, tags (a|b), uploaded_at and duration_ms are optional.
    """
    how = FORMATS[name]
    return read_table(
        path, how.delimiter, (how.video,), f"table of videos in the format {name}", _VIDEOS[name]
    )


def read_users(path: Path, name: str) -> Iterator[User | Refusal]:
    """Give the rows of a table of users."""
    how = FORMATS[name]

    def read(row: Row, line: int) -> User:
        features = {column: value.strip() for column, value in row.items() if column != how.user}
        return User(line, _text(row, how.user), features, features.get(how.group, ""))

    return read_table(path, how.delimiter, (how.user,), f"table of users in the format {name}", read)
