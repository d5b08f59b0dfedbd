"""Names for types that several modules use."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

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
