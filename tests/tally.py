"""Prints the last line of `./dev test`: how many test cases passed and failed in all JUnit reports together.

usage: tally.py [--ctest REPORT] [--pytest REPORT]

ctest's report has one entry per executable; the number of cases inside is read from Catch2's own summary. An
executable that ended without a summary (a crash, a time-out) counts as one failure, and so does a report that
is missing. The exit status is 1 if anything failed or nothing ran.
"""

import argparse
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ALL_PASSED = re.compile(r"All tests passed \(.* in (\d+) test cases?\)")
SOME_FAILED = re.compile(r"^test cases: .*$", re.MULTILINE)


def count_ctest(report):
    passed = failed = 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        succeeded = case.get("status") == "run"
        all_passed = ALL_PASSED.search(output)
        some_failed = SOME_FAILED.search(output)
        if all_passed and succeeded:
            passed += int(all_passed[1])
        elif some_failed and not succeeded:
            counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed)", some_failed[0])}
            passed += counts.get("passed", 0)
            failed += max(1, counts.get("failed", 0))
        elif succeeded:
            passed += 1
        else:
            failed += 1
    return passed, failed


def count_pytest(report):
    passed = failed = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        failed += bad
        passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
    return passed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ctest", type=Path)
    parser.add_argument("--pytest", type=Path)
    arguments = parser.parse_args()
    passed = failed = 0
    for report, count in ((arguments.ctest, count_ctest), (arguments.pytest, count_pytest)):
        if report is None:
            continue
        try:
            more_passed, more_failed = count(report)
        except (OSError, ElementTree.ParseError) as error:
            print(f"no usable report at {report}: {error}", file=sys.stderr)
            more_passed, more_failed = 0, 1
        passed += more_passed
        failed += more_failed
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
