"""What a demo or a replay did: how often, how fast, how well."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles

from rich.console import Console
from rich.table import Table
from rich.text import Text

from playhead._types import Id


class Report:
    """Durations per kind of operation, in groups, and named figures beside them."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, list[int]]] = {}
        self._figures: dict[str, str] = {}
        self._start = time.perf_counter()

    @contextmanager
    def timed(self, group: str, kind: str) -> Iterator[None]:
        """Count and time one operation."""
        start = time.perf_counter_ns()
        try:
            yield
        finally:
            kinds = self._groups.setdefault(group, {})
            kinds.setdefault(kind, []).append(time.perf_counter_ns() - start)

    def figure(self, name: str, value: str) -> None:
        """Add a line below the table."""
        self._figures[name] = value

    @property
    def operations(self) -> int:
        """Operations counted so far."""
        return sum(len(durations) for kinds in self._groups.values() for durations in kinds.values())

    def print(self, console: Console, title: str) -> None:
        """Print the table: a section for each group, in the order in which they came first."""
        elapsed = time.perf_counter() - self._start
        table = Table(title=Text(title), title_justify="left")
        table.add_column("operation")
        for name in ("count", "per second", "p50 us", "p99 us"):
            table.add_column(name, justify="right")
        for group, kinds in self._groups.items():
            table.add_row(Text(group, style="bold"))
            for kind, durations in kinds.items():
                table.add_row(Text(f"  {kind}"), *_row(durations))
            table.add_section()
        table.add_row("all", f"{self.operations:,}", f"{self.operations / elapsed:,.0f}", "", "")
        console.print(table)
        for name, value in self._figures.items():
            console.print(f"{name}: {value}", markup=False, soft_wrap=True)


def _row(durations: list[int]) -> tuple[str, str, str, str]:
    busy = sum(durations) / 1e9
    cuts = quantiles(durations, n=100) if len(durations) > 1 else [float(durations[0])] * 99
    rate = f"{len(durations) / busy:,.0f}" if busy else "-"
    return f"{len(durations):,}", rate, f"{cuts[49] / 1000:,.1f}", f"{cuts[98] / 1000:,.1f}"


class HitRate:
    """How often the video that a user takes next is among the recommended ones."""

    def __init__(self) -> None:
        self.asked = self.hits = self.popular_hits = 0

    def count(self, taken: Id, recommended: Sequence[Id], popular: Sequence[Id]) -> None:
        """Compare one choice with what was recommended and with what is popular."""
        self.asked += 1
        self.hits += taken in recommended
        self.popular_hits += taken in popular

    def put(self, report: Report, size: int, of: str = "") -> None:
        """Add the rates to a report; ``of``: of whom."""
        if not self.asked:
            report.figure(f"recommendations{of}", "none was asked for")
            return
        mine, popular = self.hits / self.asked, self.popular_hits / self.asked
        report.figure(
            f"hit rate at {size}{of}",
            f"{mine:.3f} recommended, {popular:.3f} plain popularity (of {self.asked:,} choices)",
        )
