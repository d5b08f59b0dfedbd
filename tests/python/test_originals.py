"""Every row of docs/originals.md: its names exist, and its example runs on each kind of store."""

import importlib
import re
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import pytest

import playhead
import playhead.modules

DOCUMENT = Path(__file__).parents[2] / "docs/originals.md"


class Row(NamedTuple):
    """A row of the tables."""

    group: str
    original: str  #: document and name: "000 validate_access_token"
    names: list[str]  #: where it lives


def rows() -> list[Row]:
    """Read the tables: a section for each group."""
    found, group = [], ""
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("## "):
            group = line.removeprefix("## ").lower()
        elif line.startswith("| `"):
            original, here, _ = (cell.strip() for cell in line.strip("|").split(" | ", 2))
            found.append(Row(group, original.strip("`"), re.findall(r"`(playhead\.[\w.]+)", here)))
    return found


ROWS = rows()


def examples(group: str) -> dict[str, Callable[[playhead.Store], object]]:
    """Give the examples of a group: a function of a store for each original."""
    module = importlib.import_module(f"originals_{group}")
    assert isinstance(module.EXAMPLES, dict)
    return module.EXAMPLES


def test_a_row_tells_document_and_name_and_stands_once() -> None:
    originals = [row.original for row in ROWS]
    assert [o for o in originals if not re.fullmatch(r"00[0-4] [\w.]+", o)] == []
    assert sorted(set(originals)) == sorted(originals)


@pytest.mark.parametrize("group", sorted({row.group for row in ROWS}))
def test_the_rows_of_a_group_and_its_examples_are_the_same(group: str) -> None:
    assert sorted(examples(group)) == sorted(row.original for row in ROWS if row.group == group)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.original)
def test_the_names_of_a_row_exist(row: Row) -> None:
    assert row.names
    for name in row.names:
        path = name.split(".")[1:]
        start = playhead
        if path[0] not in {"modules"} and not hasattr(playhead, path[0]):
            start = importlib.import_module(f"playhead.{path.pop(0)}")
        assert reduce(getattr, path, start) is not None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.original)
def test_the_example_of_a_row_runs(row: Row, store_url: str) -> None:
    with playhead.open(store_url) as store:
        examples(row.group)[row.original](store)
