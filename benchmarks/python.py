"""Calls from Python: the memory store beside its floor and beside what else one could use from Python."""

from __future__ import annotations

import importlib
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from support import contestants as can
from support.contestants import KEYS, MEMBERS
from support.measure import REPEATS, Loops, alternately, load, redis_server, row
from support.report import Report, number

OPERATIONS = [
    *("get", "set", "incr", "hset", "hget"),
    *("zadd", "zincrby", "zrank", "top 10", "expire+ttl", "record"),
]
# What an operation must be ahead of redis-py by.
AHEAD_OF_REDIS = {"zadd": 30, "zincrby": 30, "zrank": 30, "top 10": 30, "record": 60}


def memory_contestants(port: int, report: Report) -> dict[str, Loops]:
    """Everything that runs in the process, and redis-py."""
    makers: dict[str, Callable[[], Loops]] = {
        "playhead": can.playhead_memory,
        "pybind floor": can.pybind_floor,
        "dict / SortedList": can.plain_dict,
        "TTLCache": can.ttl_cache,
        "burner-redis": can.burner_redis,
        "redis-py, loopback": lambda: can.like_redis(importlib.import_module("redis").Redis(port=port)),
        "fakeredis": can.fakeredis,
    }
    return load(makers, report)


def compare_memory(report: Report, contestants: dict[str, Loops]) -> None:
    """The operations one by one."""
    names = list(contestants)
    report.columns = ["ns", *names]
    all_times = {}
    for operation in OPERATIONS:
        times = alternately({n: c[operation] for n, c in contestants.items() if operation in c})
        all_times[operation] = times
        ours = times["playhead"]
        report.add(row(operation, "pybind floor", ours, times["pybind floor"]), at_most=1.0)
        cells = [number(statistics.median(times[n])) if n in times else "-" for n in names]
        report.cells.append([operation, *cells])
    both = {
        "ours": contestants["playhead"]["zadd {member: score}"],
        "floor": contestants["pybind floor"]["zadd"],
    }
    times = alternately(both)
    report.add(row("zadd {member: score}", "pybind floor", times["ours"], times["floor"]), at_most=1.0)
    both = {
        "ours": contestants["playhead"]["get"],
        "floor": contestants["pybind floor"]["empty bound method"],
    }
    times = alternately(both)
    report.add(row("get", "an empty pybind11 method", times["ours"], times["floor"]))
    for operation, times in all_times.items():
        if "redis-py, loopback" in times:
            other = times["redis-py, loopback"]
            r = row(operation, "redis-py, loopback", times["playhead"], other, reverse=True)
            report.add(r, at_least=AHEAD_OF_REDIS.get(operation, 150))


def compare_disk(report: Report, directory: Path) -> None:
    """The RocksDB store and other stores in files."""
    contestants = load(can.on_disk(directory), report)
    ahead = {("diskcache", "set"): 10, ("diskcache", "get"): 5}
    for operation in ["get", "set"]:
        times = alternately({n: c[operation] for n, c in contestants.items()})
        ours = times.pop("playhead, RocksDB")
        for name, other in times.items():
            r = row(f"{operation}, on disk", name, ours, other, reverse=True)
            report.add(r, at_least=ahead.get((name, operation)))


def main() -> None:
    """Measure and report."""
    report = Report(
        "python",
        "Python",
        f"Calls from Python on {KEYS:,} keys with values of 32 bytes and sorted sets of {MEMBERS:,} members "
        "(fakeredis: 10,000), including the loop around them. The pybind floor is pybind11 over a flat map "
        "and an order-statistics tree, each under one mutex, with the GIL held; `record` is a recorded "
        "viewing: eight commands there and for redis-py, `Activity.record_video_viewing` here.",
    )
    report.repeats = REPEATS
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    with redis_server() as port, tempfile.TemporaryDirectory() as directory:
        compare_memory(report, memory_contestants(port, report))
        compare_disk(report, Path(directory))
    report.write()


if __name__ == "__main__":
    main()
