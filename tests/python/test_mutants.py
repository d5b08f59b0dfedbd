"""The planted faults of ./dev soak --mutants: each still fits the sources."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = sorted((ROOT / "tests/differential/mutants").glob("*.patch"))


def test_there_are_twenty_planted_faults() -> None:
    assert len(PATCHES) == 20


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: path.stem)
def test_a_planted_fault_applies_to_the_sources(patch: Path) -> None:
    command = ["patch", "--dry-run", "-s", "-F0", "-p1", "-d", str(ROOT), "-i", str(patch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
