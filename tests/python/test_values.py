"""Values that modules keep as JSON."""

from typing import Any

import pytest

import playhead
from playhead import _playhead
from playhead.modules._values import JSON, RAW

DEEP = 64
MOST = 1_000_000


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1.5, "", 'ü\n"\\', [], {}, {"a": [1, {"b": None}]}, [[], {}], nested(DEEP), 2**80],
    ids=lambda value: repr(value)[:20],
)
def test_json_comes_back_as_it_was(value: Any) -> None:
    assert JSON.loads(JSON.dumps(value)) == value


def test_json_may_have_spaces_around_it() -> None:
    assert JSON.loads(b' [1, "a" ] \n') == [1, "a"]


def itself() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def shared() -> Any:
    value: Any = [0, 0]
    for _ in range(30):  # written out it has 2^31 parts
        value = [value, value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (nested(DEEP + 1), "64 levels"),
        ({"a": nested(DEEP)}, "64 levels"),
        ((nested(DEEP),), "64 levels"),
        ([0] * MOST, "1000000 parts"),
        (itself(), "64 levels"),
        (shared(), "1000000 parts"),
        (float("nan"), "not JSON"),
        ({1, 2}, "not JSON"),
        ("\ud800", "not JSON"),
        ("x" * (16 << 20), "bytes"),
    ],
    ids=[
        "deep",
        "deep in a dict",
        "deep in a tuple",
        "many",
        "itself",
        "shared",
        "nan",
        "set",
        "surrogate",
        "long",
    ],
)
def test_a_value_beyond_the_limits_is_refused_before_it_is_written(value: Any, why: str) -> None:
    with pytest.raises(playhead.InvalidArgument, match=why):
        JSON.dumps(value)


@pytest.mark.parametrize(
    "text",
    [b"[" * (DEEP + 1), b'{"a":' * (DEEP + 1), b"[" + b"0," * MOST + b"0]", b'"' + b"x" * (16 << 20) + b'"'],
    ids=["deep", "deep objects", "many", "long"],
)
def test_a_text_beyond_the_limits_is_refused_before_it_is_parsed(text: bytes) -> None:
    with pytest.raises(playhead.InvalidArgument):
        JSON.loads(text)


def test_what_stands_in_strings_counts_for_nothing() -> None:
    text = b'["' + b"[{," * 1000 + rb"\"[\\" + b'"]'
    _playhead.check_json(text)
    assert len(JSON.loads(text)[0]) == 3003


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "Expecting value"),
        (b"[", "Expecting value"),
        (b"[1]2", "Extra data"),
        (b'"open', "Unterminated"),
        (b"nul", "Expecting value"),
        (b"\xff", "can't decode"),
    ],
)
def test_a_text_that_is_no_json_raises_value_error(text: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        JSON.loads(text)


def test_raw_takes_bytes_only() -> None:
    assert RAW.loads(RAW.dumps(b"\xff")) == b"\xff"
    with pytest.raises(playhead.InvalidArgument, match="takes bytes"):
        RAW.dumps("text")
