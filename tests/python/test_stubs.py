"""The stubs agree with the extension module and the command table."""

import ast
import contextlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import playhead
from playhead import _playhead
from playhead.aio import _families as families
from playhead.aio import modules

ROOT = Path(__file__).parents[2]
TABLE = _playhead.commands()

# An argument of each type of the command table.
EXAMPLES: dict[str, Any] = {
    "text": "1",
    "int": 1,
    "cursor": 0,
    "float": 1.5,
    "score": 1,
    "lex": "[a",
    "timeout": 0.001,
    "position": 0,
    "flag": True,
    "limit": (0, 1),
    "list text": ["1"],
    "list float": [1.0],
}


def example(parameter: dict[str, Any]) -> Any:
    if parameter["type"].startswith("words "):
        return parameter["type"].removeprefix("words ").split("|")[0].lower()
    return EXAMPLES[parameter["type"]]


def required(row: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for p in row["parameters"]:
        if not p["required"]:
            continue
        if p["kind"] == "groups":
            given["mapping"] = {"m": 1}
        elif p["kind"] == "list":
            given[p["name"] + "s"] = ["1"]
        else:
            given[p["name"]] = ["1"] if p["kind"] == "keys" else example(p)
    return given


def attempt(row: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Call a method; the command may be refused, the way it is called may not."""
    with playhead.open("memory://") as store:
        view = getattr(store._target, row["family"].lower())
        with contextlib.suppress(playhead.CommandError):
            getattr(view, row["method"])(**arguments)


def test_the_stubs_of_the_commands_are_what_the_command_table_yields() -> None:
    subprocess.run([sys.executable, ROOT / "bindings/stubs.py", "--check"], check=True)


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_every_argument_can_be_given_by_the_name_in_the_stubs(row: dict[str, Any]) -> None:
    if any(p["kind"] == "steps" for p in row["parameters"]):
        pytest.skip("bitfield's steps have no names")
    attempt(row, required(row))
    for p in row["parameters"]:
        if "|" in p["name"] or p["required"]:
            continue  # a choice of words without a name, and what has been given above
        name = p["name"] + "s" if p["kind"] == "list" else p["name"]
        attempt(row, required(row) | {name: ["1"] if p["kind"] in ("list", "keys") else example(p)})


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_an_argument_that_the_stubs_do_not_name_is_refused(row: dict[str, Any]) -> None:
    if any(p["kind"] == "steps" for p in row["parameters"]):
        pytest.skip("bitfield's steps have no names")
    with pytest.raises(TypeError, match="unexpected keyword argument 'nosuch'"):
        attempt(row, required(row) | {"nosuch": 1})


def test_the_stubs_agree_with_the_extension_for_stubtest(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy.stubtest", "--ignore-disjoint-bases"),
            *("--allowlist", ROOT / "tests/python/stubtest.txt", "playhead._playhead", "playhead._families"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", [families, modules], ids=["families", "modules"])
def test_the_stubs_of_coroutines_name_what_there_is_and_nothing_else(module: ModuleType) -> None:
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).with_suffix(".pyi").read_text())
    written = {
        node.name: {
            member.name for member in node.body if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    there = {
        name: {member for member in vars(kind) if member.startswith("__a") or not member.startswith("_")}
        for name, kind in vars(module).items()
        if isinstance(kind, type) and kind.__module__ in (module.__name__, "abc") and name in written
    }
    assert there == written
    assert written
