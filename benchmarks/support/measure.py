"""How the Python benchmarks measure: alternately; a figure is the median of the ratios of neighbours."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.contestants import Run
from support.report import Report, Row

REPEATS = 61
SLICE_NS = 400_000
Loops = dict[str, Run]


def timed(run: Run, count: int) -> float:
    """Nanoseconds per operation."""
    begin = time.perf_counter_ns()
    run(count)
    return (time.perf_counter_ns() - begin) / count


def fill(run: Run) -> int:
    """How many operations fill a slice."""
    count = 1
    while True:
        once = min(timed(run, count) for _ in range(3))
        if once * count >= SLICE_NS / 4:
            return max(1, int(SLICE_NS / once))
        count *= 2


def alternately(runs: Loops) -> dict[str, list[float]]:
    """All of them in turn, many times."""
    counts = {name: fill(run) for name, run in runs.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs)
    for _ in range(REPEATS):
        for name in order:
            times[name].append(timed(runs[name], counts[name]))
        order.append(order.pop(0))
    return times


def ratio(numerator: list[float], denominator: list[float]) -> float:
    """The median of the ratios of neighbours in time."""
    return statistics.median(a / b for a, b in zip(numerator, denominator, strict=True))


def row(what: str, floor: str, ours: list[float], other: list[float], *, reverse: bool = False) -> Row:
    """A row of the report."""
    r = ratio(other, ours) if reverse else ratio(ours, other)
    return Row(what, floor, "ns", statistics.median(ours), statistics.median(other), r)


@contextmanager
def redis_server() -> Iterator[int]:
    """A redis-server without persistence on a free port, on a core of its own if there is one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "1", *command]
    with tempfile.TemporaryDirectory() as directory:
        server = subprocess.Popen([*command, "--dir", directory], stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                with socket.socket() as attempt:
                    if attempt.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield port
        finally:
            server.kill()
            server.wait()


def load(makers: dict[str, Callable[[], Loops]], report: Report) -> dict[str, Loops]:
    """Make the contestants whose packages are installed; the report tells of the others."""
    loaded = {}
    for name, make in makers.items():
        try:
            loaded[name] = make()
        except ImportError as error:
            report.notes.append(f"{name} is left out: {error}.")
    return loaded
