"""How values of callers become bytes: JSON, unless another serializer is given. Never pickle."""

from __future__ import annotations

from typing import Any, Protocol

from playhead._playhead import InvalidArgument
from playhead.modules._json import json

__all__ = ["JSON", "RAW", "Serializer"]

LONGEST = 16 * 1024 * 1024  #: bytes of a value
DEEPEST = 64  #: containers within each other
MOST = 1_000_000  #: values within a value


class Serializer(Protocol):
    """Makes bytes of a value, and the value of them."""

    def dumps(self, value: Any) -> bytes:
        """Make bytes."""

    def loads(self, data: bytes) -> Any:
        """Make the value again."""


class _Json:
    def dumps(self, value: Any) -> bytes:
        check_shape(value)
        try:
            text = json().dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
            data: bytes = text.encode()
        except (RecursionError, TypeError, UnicodeEncodeError, ValueError) as error:
            raise InvalidArgument(f"that is not JSON: {error}; give another serializer") from None
        return checked(data)

    def loads(self, data: bytes) -> Any:
        return json().loads(checked(data))


class _Raw:
    def dumps(self, value: Any) -> bytes:
        if not isinstance(value, bytes):
            raise InvalidArgument(f"the serializer RAW takes bytes, not {type(value).__name__}")
        return checked(value)

    def loads(self, data: bytes) -> Any:
        return data


def check_shape(value: Any) -> None:
    """Refuse what is too deep or has too many parts, or contains itself."""
    depth, count, level = 0, 1, [value]
    while level := [part for part in level if isinstance(part, dict | list | tuple)]:
        depth += 1
        count += sum(len(part) for part in level)
        if depth > DEEPEST or count > MOST:
            raise InvalidArgument(f"a value has at most {DEEPEST} levels and {MOST} parts")
        level = [inner for part in level for inner in (part.values() if isinstance(part, dict) else part)]


def checked(data: bytes) -> bytes:
    """Refuse what is too long."""
    if len(data) > LONGEST:
        raise InvalidArgument(f"the value has {len(data)} bytes; at most {LONGEST} are kept")
    return data


JSON: Serializer = _Json()  #: any JSON, at most 16 MiB, 64 levels and 10^6 parts
RAW: Serializer = _Raw()  #: bytes as they are
