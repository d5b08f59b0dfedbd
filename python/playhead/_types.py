"""Names for types that several modules use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    R = TypeVar("R", bytes, str, default=bytes)
else:
    from typing import TypeVar

    #: What text in replies is: bytes, or str with ``decode_responses=True``.
    R = TypeVar("R", bytes, str)

#: What stands for bytes in arguments: str in UTF-8, numbers in decimal. Not bool.
Data: TypeAlias = bytes | bytearray | memoryview | str | float
#: The id of a user, a video and the like.
Id: TypeAlias = bytes | str


class Message(NamedTuple):
    """A message of a subscription."""

    kind: str  #: message or pmessage; subscribe, unsubscribe, psubscribe, punsubscribe for confirmations
    pattern: bytes | None
    channel: bytes
    data: bytes
    count: int  # type: ignore[assignment]  #: of a confirmation: subscriptions left
