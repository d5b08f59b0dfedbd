"""How values of callers become bytes: JSON, unless another serializer is given. Never pickle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from playhead._playhead import InvalidArgument, check_json, check_value

__all__ = ["JSON", "RAW", "Serializer"]


class Serializer(Protocol):
    """Makes bytes of a value, and the value of them."""

    def dumps(self, value: Any) -> bytes:
        """Make bytes."""

    def loads(self, data: bytes) -> Any:
        """Make the value again."""


def _made_once(encoder: Any) -> Callable[[Any], str] | None:
    # JSONEncoder.encode() makes CPython's encoder anew for every value: most of the time of a short one.
    from json import encoder as parts

    make: Any = getattr(parts, "c_make_encoder", None)
    if make is None:
        return None
    run = make(
        None,
        encoder.default,
        parts.encode_basestring,
        None,
        encoder.key_separator,
        encoder.item_separator,
        encoder.sort_keys,
        encoder.skipkeys,
        encoder.allow_nan,
    )
    return lambda value: "".join(run(value, 0))


class _Json:
    def __init__(self) -> None:
        self._encode: Callable[[Any], str] | None = None

    def _prepare(self) -> Callable[[Any], str]:
        # json is imported when it is first needed: it is a tenth of the time that importing playhead takes.
        import json

        decoder: Any = json.JSONDecoder()
        self._decode, self._scan = decoder.decode, decoder.scan_once
        encoder = json.JSONEncoder(
            separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
        )
        self._encode = _made_once(encoder) or encoder.encode
        return self._encode

    def dumps(self, value: Any) -> bytes:
        check_value(value)
        try:
            data = (self._encode or self._prepare())(value).encode()
        except (RecursionError, TypeError, UnicodeEncodeError, ValueError) as error:
            raise InvalidArgument(f"that is not JSON: {error}; give another serializer") from None
        check_json(data)
        return data

    def loads(self, data: bytes) -> Any:
        check_json(data)
        if self._encode is None:
            self._prepare()
        text = data.decode()
        try:
            value, end = self._scan(text, 0)
        except StopIteration:
            end = -1
        return value if end == len(text) else self._decode(text)  # with spaces around it, or no JSON


class _Raw:
    def dumps(self, value: Any) -> bytes:
        if not isinstance(value, bytes):
            raise InvalidArgument(f"the serializer RAW takes bytes, not {type(value).__name__}")
        return value

    def loads(self, data: bytes) -> Any:
        return data


JSON: Serializer = _Json()  #: any JSON, at most 16 MiB, 64 levels and 10^6 parts
RAW: Serializer = _Raw()  #: bytes as they are
