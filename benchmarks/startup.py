"""What `import playhead` adds to starting Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from support.report import Report, Row

REPEATS = 41


def milliseconds(code: str) -> float:
    """How long an interpreter takes that runs only this."""
    begin = time.perf_counter_ns()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter_ns() - begin) / 1e6


def main() -> None:
    """Measure and report."""
    report = Report(
        "startup", "Start-up", "Python processes started alternately, with and without `import playhead`."
    )
    report.repeats = REPEATS
    bare, ours, click = [], [], []
    for _ in range(REPEATS):
        bare.append(milliseconds("pass"))
        ours.append(milliseconds("import playhead"))
        click.append(milliseconds("import playhead.cli"))
    for what, times in (("import playhead", ours), ("import playhead.cli", click)):
        extra = statistics.median(a - b for a, b in zip(times, bare, strict=True))
        budget = 60.0 if times is ours else None
        report.add(
            Row(what + ", beyond bare Python", "", "ms", extra, statistics.median(bare), extra),
            at_most=budget,
        )
    report.add(Row("bare Python", "", "ms", statistics.median(bare), 0, 0))
    report.write()


if __name__ == "__main__":
    main()
