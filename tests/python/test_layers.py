"""The layers of the C++ sources, read from their #include lines."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# Directory -> the directories (or header prefixes) whose files it may include besides its own.
ALLOWED = {
    "engine/include/playhead": ["playhead/"],
    "engine/store": ["playhead/"],
    "backends/embedded": ["playhead/", "engine/store/"],
    "backends/memory": ["playhead/", "engine/store/", "backends/embedded/"],
    "backends/rocksdb": ["playhead/", "engine/store/", "backends/embedded/"],
    "backends/redis": ["playhead/", "engine/store/"],
    "backends/open": ["playhead/", "engine/store/", "backends/"],
}
MODULES = sorted(path.name for path in (ROOT / "engine/modules").glob("*") if path.is_dir())
SHARED = "engine/modules/procedures/"  # what all modules may use
ALLOWED |= {f"engine/modules/{name}": ["playhead/", "engine/store/", SHARED] for name in MODULES}


def includes(directory: str) -> Iterator[tuple[Path, str, str]]:
    for path in sorted((ROOT / directory).rglob("*")):
        if path.suffix in {".h", ".cpp"}:
            for bracket, header in INCLUDE.findall(path.read_text()):
                beside = (path.parent / header).resolve()
                if bracket == '"' and beside.is_file():
                    header = str(beside.relative_to(ROOT))
                yield path.relative_to(ROOT), bracket, header


@pytest.mark.parametrize("directory", ALLOWED)
def test_a_layer_includes_only_its_own_headers_and_those_below_it(directory: str) -> None:
    allowed = (f"{directory}/", *ALLOWED[directory])
    ours = [
        (path, header)
        for path, bracket, header in includes(directory)
        if bracket == '"' or header.startswith("playhead/")
    ]
    assert [f"{path} includes {header}" for path, header in ours if not header.startswith(allowed)] == []


def test_public_headers_include_nothing_but_the_standard_library_and_each_other() -> None:
    foreign = [
        f"{path} includes {header}"
        for path, _, header in includes("engine/include/playhead")
        if not header.startswith("playhead/") and not re.fullmatch(r"[a-z_]+", header)
    ]
    assert foreign == []


def test_a_store_is_at_most_ten_virtual_methods() -> None:
    text = (ROOT / "engine/include/playhead/store.h").read_text()
    store = text[text.index("\nclass Store ") :]
    methods = re.findall(r"virtual (?!~)", store[: store.index("\n};")])
    assert 0 < len(methods) <= 10
