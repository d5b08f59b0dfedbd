"""Makes docs/performance.md from build/benchmarks/*.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.report import DIRECTORY, number

INTRODUCTION = """\
# Performance

Made by `./dev bench` from `build/benchmarks/*.json`; not edited by hand. Every figure stands beside a floor:
the same work done by the barest thing that could do it. Both are measured alternately in one run, and the
ratio is the median of the repeats' ratios, because absolute times on a shared machine mean little. A budget
of "<= x" is for ours / floor, or for the value itself; one of ">= x" tells how many times faster than the
other we are to be.
"""


def rows_as_table(rows: list[dict[str, Any]]) -> list[str]:
    """The rows of a theme as a Markdown table."""
    lines = [
        "| what | ours | floor | ratio | budget | met | measured beside |",
        "|---|--:|--:|--:|--:|---|---|",
    ]
    for row in rows:
        met = {None: "", True: "yes", False: "**no**"}[row.get("met")]
        unit = f" {row['unit']}"
        other, ratio = (number(row["other"]) + unit, number(row["ratio"]) + "x") if row["floor"] else ("", "")
        ours = number(row["ours"]) + unit
        cells = [row["what"], ours, other, ratio, row.get("budget", ""), met, row["floor"]]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def section(data: dict[str, Any]) -> list[str]:
    """One theme."""
    lines = [f"\n## {data['title']}\n", data["about"] + "\n"]
    if data["rows"]:
        lines += rows_as_table(data["rows"])
    if table := data.get("table"):
        lines += [
            "",
            "| " + " | ".join(table["columns"]) + " |",
            "|---|" + "--:|" * (len(table["columns"]) - 1),
        ]
        lines += ["| " + " | ".join(row) + " |" for row in table["rows"]]
    lines += [f"\n{note}" for note in data["notes"]]
    repeats = f", {data['repeats']} repeats" if data["repeats"] else ""
    lines.append(f"\n{data['date']}, {data['machine']}{repeats}. `./dev bench {data['theme']}`")
    return lines


def sections_of(page: Path) -> dict[str, list[str]]:
    """What the page has now, by title."""
    if not page.exists():
        return {}
    parts = page.read_text().split("\n## ")[1:]
    return {text.split("\n", 1)[0]: ["\n## " + text.rstrip()] for text in parts}


def main() -> None:
    """Write the page; a benchmark that was not run keeps its section, new ones come last."""
    page = Path("docs/performance.md")
    found = sections_of(page)
    for path in sorted(DIRECTORY.glob("*.json")):
        data = json.loads(path.read_text())
        found[data["title"]] = section(data)
    text = "\n".join(line for lines in found.values() for line in lines)
    met, missed = text.count(" | yes | "), text.count(" | **no** | ")
    summary = f"Of {met + missed} figures with a budget {met} keep it."
    page.write_text("\n".join([INTRODUCTION, summary, text]) + "\n")
    print(f"{page}: {met + missed} figures, {missed} outside their budget")


if __name__ == "__main__":
    main()
