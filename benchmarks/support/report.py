"""Rows of a comparison, printed and written as JSON, in the same form as the C++ benchmarks write theirs."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

DIRECTORY = Path("build/benchmarks")


def number(x: float) -> str:
    """Three digits that count."""
    if x >= 1000:
        return f"{x:,.0f}"
    return f"{x:.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}"


def processor() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


@dataclass
class Row:
    """One figure beside its floor; `ratio` is what the budget speaks of."""

    what: str
    floor: str
    unit: str
    ours: float
    other: float
    ratio: float
    budget: str = ""
    met: bool | None = None


class Report:
    """A theme's table."""

    def __init__(self, theme: str, title: str, about: str) -> None:
        self.theme, self.title, self.about = theme, title, about
        self.rows: list[Row] = []
        self.notes: list[str] = []
        self.columns: list[str] = []
        self.cells: list[list[str]] = []
        self.repeats = 0
        print(f"\n{title}\n{about}\n")
        print(f"{'':34} {'ours':>12} {'floor':>12} {'':6} {'ratio':>8} {'budget':>9} {'met':>4}  floor")

    def add(self, row: Row, at_most: float | None = None, at_least: float | None = None) -> None:
        """Add a row, judged by a budget if one is given."""
        if at_most is not None:
            row.budget, row.met = f"<= {number(at_most)}", row.ratio <= at_most
        if at_least is not None:
            row.budget, row.met = f">= {number(at_least)}", row.ratio >= at_least
        self.rows.append(row)
        met = "" if row.met is None else "yes" if row.met else "NO"
        other, ratio = (number(row.other), number(row.ratio) + "x") if row.floor else ("", "")
        figures = f"{number(row.ours):>12} {other:>12} {row.unit:6} {ratio:>8} {row.budget:>9} {met:>4}"
        print(f"{row.what:34} {figures}  {row.floor}", flush=True)

    def write(self) -> None:
        """Write build/benchmarks/<theme>.json."""
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        data = {
            "theme": self.theme,
            "title": self.title,
            "about": self.about,
            "machine": f"{processor()}, {os.cpu_count()} cores",
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "repeats": self.repeats,
            "notes": self.notes,
            "rows": [{k: v for k, v in asdict(row).items() if v not in (None,)} for row in self.rows],
        }
        if self.columns:
            data["table"] = {"columns": self.columns, "rows": self.cells}
        (DIRECTORY / f"{self.theme}.json").write_text(json.dumps(data, indent=1) + "\n")
