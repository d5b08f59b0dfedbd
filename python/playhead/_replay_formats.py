"""Logs of real platforms as events. A malformed row becomes a Refusal with its line number and reason."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CSV_COLUMNS = ("user_id", "video_id", "event", "at", "watched_ms", "duration_ms")
Row = dict[str, str]


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
class Refusal:
    """A row that is no event."""

    line: int
    reason: str


def open_text(path: Path) -> io.TextIOBase:
    """Open a text file; ``.gz`` is read directly. Bytes that are no UTF-8 stay visible as escapes."""
    if path.suffix == ".gz":
        return io.TextIOWrapper(
            gzip.open(path, "rb"), encoding="utf-8", errors="backslashreplace", newline=""
        )
    return path.open(encoding="utf-8", errors="backslashreplace", newline="")


def _number(row: Row, name: str, *, optional: bool = False) -> int | None:
    text = (row.get(name) or "").strip()
    if not text and optional:
        return None
    try:
        value = int(text)
    except ValueError:
        raise ValueError(f"{name} is {text[:40]!r}, not a whole number") from None
    if not 0 <= value <= 2**53:
        raise ValueError(f"{name} is {value}, outside 0..2^53")
    return value


def _required(row: Row, name: str) -> int:
    value = _number(row, name)
    assert value is not None
    return value


def _text(row: Row, name: str) -> str:
    value = (row.get(name) or "").strip()
    if not 1 <= len(value.encode()) <= 1024:
        raise ValueError(f"{name} must have 1 to 1024 bytes, not {len(value.encode())}")
    return value


def _flag(row: Row, name: str) -> bool:
    text = (row.get(name) or "").strip()
    if text not in ("0", "1"):
        raise ValueError(f"{name} is {text[:40]!r}, not 0 or 1")
    return text == "1"


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
    numbers = {name: _number(row, name, optional=True) for name in ("at", "watched_ms", "duration_ms")}
    return [Event(line, _text(row, "user_id"), _text(row, "video_id"), _text(row, "event"), **numbers)]


@dataclass(frozen=True)
class Format:
    """How one kind of log is read."""

    delimiter: str
    required: tuple[str, ...]
    read_row: Callable[[Row, int], list[Event]]


FORMATS = {
    "kuairand": Format(
        ",",
        (
            "user_id",
            "video_id",
            "time_ms",
            "is_click",
            "is_like",
            "is_follow",
            "is_comment",
            "is_forward",
            "is_hate",
            "play_time_ms",
            "duration_ms",
        ),
        _kuairand_row,
    ),
    "movielens": Format(
        "\t", ("user_id:token", "item_id:token", "rating:float", "timestamp:float"), _movielens_row
    ),
    "csv": Format(",", ("user_id", "video_id", "event"), _csv_row),
}


def read_log(path: Path, name: str) -> Iterator[list[Event] | Refusal]:
    """The events of each row, or why it was refused. Raises ValueError if the header lacks a column."""
    how = FORMATS[name]
    with open_text(path) as file:
        reader = csv.DictReader(file, delimiter=how.delimiter, strict=True)
        missing = [column for column in how.required if column not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(
                f"{path} is not in the format {name}: its header has no column {', '.join(missing)}"
            )
        width = len(reader.fieldnames or ())
        while True:
            try:
                row = next(reader)
                if None in row or any(value is None for value in row.values()):
                    raise ValueError(f"the row has another number of columns than the header's {width}")
                yield how.read_row(row, reader.line_num)
            except StopIteration:
                return
            except (ValueError, csv.Error) as error:
                yield Refusal(reader.line_num, str(error))


def read_history(path: Path) -> Iterator[list[Event] | Refusal]:
    """KuaiRand's table of each user's last views, oldest first; one minute apart, since it has no times of its own."""
    with open_text(path) as file:
        for row in csv.DictReader(file, delimiter="\t"):
            line = 0
            try:
                user, last = _text(row, "user_id"), _required(row, "last_time_ms")
                watched = (row.get("watch_seq") or "").split()
                liked, long = (
                    set((row.get("like_seq") or "").split()),
                    set((row.get("long_watch_seq") or "").split()),
                )
                events = []
                for i, video in enumerate(watched):
                    at = last - (len(watched) - 1 - i) * 60_000
                    events.append(Event(line, user, video, "finish" if video in long else "view", at))
                    if video in liked:
                        events.append(Event(line, user, video, "like", at, first_of_row=False))
                yield events
            except ValueError as error:
                yield Refusal(line, str(error))


def read_videos(path: Path, name: str) -> Iterator[str | Refusal]:
    """The ids of a table of videos."""
    column, delimiter = ("item_id:token", "\t") if name == "movielens" else ("video_id", ",")
    with open_text(path) as file:
        reader = csv.DictReader(file, delimiter=delimiter)
        if column not in (reader.fieldnames or ()):
            raise ValueError(f"{path} has no column {column}")
        for row in reader:
            try:
                yield _text(row, column)
            except ValueError as error:
                yield Refusal(reader.line_num, str(error))
