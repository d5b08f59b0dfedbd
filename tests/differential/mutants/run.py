#!/usr/bin/env python3
"""Plants one fault after the other into the engine and expects the differential test to find each of them.

usage: run.py [PATCH...]     (all patches beside this script if none is named)

Needs build/ with the target test_differential built. Of each mutant only the sources of the memory store that
include a patched file are compiled, into build/mutants, and linked in front of the libraries of build/.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build"
WORK = BUILD / "mutants"
OVERLAY = WORK / "overlay"
TARGET = "tests/playhead_differential"
COMMANDS = os.environ.get("PLAYHEAD_MUTANTS_COMMANDS", "400000")
TIMEOUT_S = 900


class MutantError(Exception):
    """A mutant cannot be made."""


@dataclass(frozen=True)
class Source:
    """One source of the build and what it reads."""

    path: Path
    command: str
    reads: frozenset[Path]


def output_of(*command: str) -> str:
    return subprocess.run(command, cwd=BUILD, check=True, capture_output=True, text=True).stdout


def read_dependencies() -> dict[str, frozenset[Path]]:
    """What each object was compiled from, as ninja remembers it."""
    found: dict[str, frozenset[Path]] = {}
    for paragraph in output_of("ninja", "-t", "deps").split("\n\n"):
        head, *lines = paragraph.strip().splitlines() or [""]
        if ": #deps" in head:
            found[head.split(":")[0]] = frozenset((BUILD / line.strip()).resolve() for line in lines)
    return found


def read_sources() -> list[Source]:
    """The sources that are part of the memory store."""
    dependencies = read_dependencies()
    sources = []
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        path, output = Path(entry["file"]), words[words.index("-o") + 1]
        if re.match(r"(backends/(memory|embedded)|engine)/", str(path.relative_to(ROOT))):
            sources.append(Source(path, entry["command"], dependencies.get(output, frozenset())))
    return sources


def run(command: list[str], log: str) -> bool:
    with (WORK / log).open("w") as out:
        return subprocess.run(command, cwd=BUILD, stdout=out, stderr=out, check=False).returncode == 0


def compile_mutant(source: Source, output: Path) -> None:
    words = shlex.split(source.command)
    patched = OVERLAY / source.path.relative_to(ROOT)
    words[words.index("-o") + 1] = str(output)
    if patched.exists():
        words[words.index("-c") + 1] = str(patched)
    launcher = [tool] if (tool := shutil.which("ccache")) else []
    if not run([*launcher, words[0], f"-I{OVERLAY}", *words[1:]], "compile.log"):
        raise MutantError(f"does not compile, see {WORK / 'compile.log'}")


def apply(patch: Path) -> list[Path]:
    """Copies the files that the patch changes into the overlay and changes them there."""
    shutil.rmtree(OVERLAY, ignore_errors=True)
    files = [Path(name) for name in re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(), re.MULTILINE)]
    for name in files:
        (OVERLAY / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, OVERLAY / name)
    if not run(["patch", "-s", "-F0", "-p1", "-d", str(OVERLAY), "-i", str(patch)], "patch.log"):
        raise MutantError("does not apply")
    return [ROOT / name for name in files]


def make_mutant(patch: Path, sources: list[Source]) -> Path:
    changed = apply(patch)
    objects: list[Path] = []
    for source in sources:
        if source.path in changed or source.reads.intersection(changed):
            objects.append(WORK / f"{len(objects)}.o")
            compile_mutant(source, objects[-1])
    if not objects:
        raise MutantError("changes nothing that the memory store is made of")
    link = output_of("ninja", "-t", "commands", "-s", TARGET).strip().splitlines()[-1]
    mutant = WORK / "playhead_differential"
    link = link.replace(f"-o {TARGET}", f"-o {mutant}", 1)
    first_object = re.search(r"\S+\.o\b", link)
    if first_object is None or str(mutant) not in link:
        raise MutantError("the command that links the differential test is not understood")
    at = first_object.start()
    link = link[:at] + " ".join(map(str, objects)) + " " + link[at:]
    if not run(["sh", "-c", link], "link.log"):
        raise MutantError(f"does not link, see {WORK / 'link.log'}")
    return mutant


def differs(program: Path) -> bool:
    """Runs the differential test on the memory store; its output is in run.log."""
    options = ["--stores", "memory", "--commands", COMMANDS, "--differences", "1", "--minimise", "0"]
    return not run(["timeout", str(TIMEOUT_S), str(program), *options], "run.log")


def difference_found() -> str | None:
    found = re.search(r"DIFFERENCE in (.+?) \(", (WORK / "run.log").read_text())
    return found.group(1) if found else None


def try_mutant(patch: Path, sources: list[Source]) -> tuple[bool, str]:
    try:
        program = make_mutant(patch, sources)
    except MutantError as failure:
        return False, str(failure)
    differed, subject = differs(program), difference_found()
    if differed and subject:
        return True, f"caught by {subject}"
    return False, f"the run failed otherwise, see {WORK / 'run.log'}" if differed else "MISSED"


def main() -> int:
    patches = [Path(name).resolve() for name in sys.argv[1:]] or sorted(HERE.glob("*.patch"))
    WORK.mkdir(parents=True, exist_ok=True)
    if differs(BUILD / TARGET):
        print(f"without any fault planted the engine differs from Redis, see {WORK / 'run.log'}")
        return 2
    sources = read_sources()
    passed = 0
    for patch in patches:
        begin = time.monotonic()
        caught, verdict = try_mutant(patch, sources)
        passed += caught
        print(f"{patch.stem:<45} {time.monotonic() - begin:4.0f} s  {verdict}", flush=True)
    print(f"{passed} passed, {len(patches) - passed} failed")
    return 0 if passed == len(patches) else 1


if __name__ == "__main__":
    sys.exit(main())
