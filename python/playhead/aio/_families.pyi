# Written by bindings/stubs.py; `./dev stubs` writes it again.
"""The families of commands as coroutines."""

from _typeshed import SupportsItems
from collections.abc import Iterable
from typing import Any, Generic, Literal, final, overload

from playhead._types import Data, R

class Keys(Generic[R]):
    @overload
    async def delete(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Deletes keys."""
    @overload
    async def delete(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def unlink(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Deletes keys."""
    @overload
    async def unlink(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def exists(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Counts the keys that exist."""
    @overload
    async def exists(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def touch(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Marks keys as used; counts those that exist."""
    @overload
    async def touch(self, *, keys: Data | Iterable[Data]) -> int: ...
    async def type(self, key: Data) -> R:
        """The type of the value at a key."""
    async def rename(self, key: Data, newkey: Data) -> Literal[True]:
        """Renames a key."""
    async def renamenx(self, key: Data, newkey: Data) -> bool:
        """Renames a key if the new name is free."""
    async def copy(self, source: Data, destination: Data, *, db: int | None = None, replace: bool = False) -> bool:
        """Copies a value to another key."""
    async def move(self, key: Data, db: int) -> bool:
        """Moves a key to another database."""
    async def expire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets the time to live of a key in seconds."""
    async def pexpire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets the time to live of a key in milliseconds."""
    async def expireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets when a key expires, in Unix seconds."""
    async def pexpireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets when a key expires, in Unix milliseconds."""
    async def ttl(self, key: Data) -> int:
        """The time to live of a key in seconds."""
    async def pttl(self, key: Data) -> int:
        """The time to live of a key in milliseconds."""
    async def expiretime(self, key: Data) -> int:
        """When a key expires, in Unix seconds."""
    async def pexpiretime(self, key: Data) -> int:
        """When a key expires, in Unix milliseconds."""
    async def persist(self, key: Data) -> bool:
        """Takes the time to live of a key away."""
    async def scan(self, cursor: int, *, match: Data | None = None, count: int | None = None, type: Data | None = None) -> tuple[int, list[R]]:
        """Iterates over the keys of a database."""
    async def keys(self, pattern: Data) -> list[R]:
        """All keys that match a pattern."""
    async def randomkey(self) -> R | None:
        """A key chosen at random."""
    async def dbsize(self) -> int:
        """The number of keys in a database."""
    async def flushdb(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Deletes all keys of a database."""
    async def flushall(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Deletes all keys of all databases."""
    async def swapdb(self, index1: int, index2: int) -> Literal[True]:
        """Swaps two databases."""
    @overload
    async def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: None = None) -> list[R | None]:
        """Sorts a list, a set or a sorted set."""
    @overload
    async def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data) -> int: ...
    @overload
    async def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data | None = None) -> int | list[R | None]: ...
    async def sort_ro(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False) -> list[R | None]:
        """Sorts a list, a set or a sorted set."""
    async def object_encoding(self, key: Data) -> R | None:
        """How the value at a key is kept."""
    async def object_refcount(self, key: Data) -> int | None:
        """References to the value at a key: always 1."""
    async def object_idletime(self, key: Data) -> int | None:
        """Seconds since a key was last used."""
    async def dump(self, key: Data) -> R | None:
        """The value at a key, serialised."""
    async def restore(self, key: Data, ttl: int, serialized_value: Data, *, replace: bool = False, absttl: bool = False, idletime: int | None = None, freq: int | None = None) -> Literal[True]:
        """Creates a key from a serialised value."""
    async def time(self) -> list[R]:
        """The time."""

class TransactionKeys(Generic[R]):
    @overload
    async def delete(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes keys."""
    @overload
    async def delete(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    async def unlink(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes keys."""
    @overload
    async def unlink(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    async def exists(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Counts the keys that exist."""
    @overload
    async def exists(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def touch(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Marks keys as used; counts those that exist."""
    @overload
    async def touch(self, *, keys: Data | Iterable[Data]) -> int: ...
    async def type(self, key: Data) -> R:
        """The type of the value at a key."""
    async def rename(self, key: Data, newkey: Data) -> None:
        """Renames a key."""
    async def renamenx(self, key: Data, newkey: Data) -> None:
        """Renames a key if the new name is free."""
    async def copy(self, source: Data, destination: Data, *, db: int | None = None, replace: bool = False) -> None:
        """Copies a value to another key."""
    async def move(self, key: Data, db: int) -> None:
        """Moves a key to another database."""
    async def expire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets the time to live of a key in seconds."""
    async def pexpire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets the time to live of a key in milliseconds."""
    async def expireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets when a key expires, in Unix seconds."""
    async def pexpireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets when a key expires, in Unix milliseconds."""
    async def ttl(self, key: Data) -> int:
        """The time to live of a key in seconds."""
    async def pttl(self, key: Data) -> int:
        """The time to live of a key in milliseconds."""
    async def expiretime(self, key: Data) -> int:
        """When a key expires, in Unix seconds."""
    async def pexpiretime(self, key: Data) -> int:
        """When a key expires, in Unix milliseconds."""
    async def persist(self, key: Data) -> None:
        """Takes the time to live of a key away."""
    async def scan(self, cursor: int, *, match: Data | None = None, count: int | None = None, type: Data | None = None) -> tuple[int, list[R]]:
        """Iterates over the keys of a database."""
    async def keys(self, pattern: Data) -> list[R]:
        """All keys that match a pattern."""
    async def randomkey(self) -> R | None:
        """A key chosen at random."""
    async def dbsize(self) -> int:
        """The number of keys in a database."""
    async def flushdb(self, *, async_: bool = False, sync: bool = False) -> None:
        """Deletes all keys of a database."""
    async def flushall(self, *, async_: bool = False, sync: bool = False) -> None:
        """Deletes all keys of all databases."""
    async def swapdb(self, index1: int, index2: int) -> None:
        """Swaps two databases."""
    async def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data | None = None) -> None:
        """Sorts a list, a set or a sorted set."""
    async def sort_ro(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False) -> list[R | None]:
        """Sorts a list, a set or a sorted set."""
    async def object_encoding(self, key: Data) -> R | None:
        """How the value at a key is kept."""
    async def object_refcount(self, key: Data) -> int | None:
        """References to the value at a key: always 1."""
    async def object_idletime(self, key: Data) -> int | None:
        """Seconds since a key was last used."""
    async def dump(self, key: Data) -> R | None:
        """The value at a key, serialised."""
    async def restore(self, key: Data, ttl: int, serialized_value: Data, *, replace: bool = False, absttl: bool = False, idletime: int | None = None, freq: int | None = None) -> None:
        """Creates a key from a serialised value."""
    async def time(self) -> list[R]:
        """The time."""

class Strings(Generic[R]):
    async def get(self, key: Data) -> R | None:
        """The value of a key."""
    @overload
    async def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: Literal[False] = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> Literal[True] | None:
        """Sets the value of a key, whatever it held."""
    @overload
    async def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: Literal[True], ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> R | None: ...
    @overload
    async def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: bool = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> Literal[True] | R | None: ...
    async def getex(self, key: Data, *, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, persist: bool = False) -> R | None:
        """The value of a key, setting or clearing its time to live."""
    async def getdel(self, key: Data) -> R | None:
        """The value of a key, which is deleted."""
    async def getset(self, key: Data, value: Data) -> R | None:
        """Sets a key and gives its old value."""
    async def setnx(self, key: Data, value: Data) -> bool:
        """Sets a key that does not exist."""
    async def setex(self, key: Data, seconds: int, value: Data) -> Literal[True]:
        """Sets a key with a time to live in seconds."""
    async def psetex(self, key: Data, milliseconds: int, value: Data) -> Literal[True]:
        """Sets a key with a time to live in milliseconds."""
    @overload
    async def mget(self, key: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several keys."""
    @overload
    async def mget(self, *, keys: Data | Iterable[Data]) -> list[R | None]: ...
    @overload
    async def mset(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> Literal[True]:
        """Sets several keys."""
    @overload
    async def mset(self, field: Data, value: Data, /, *more: Data) -> Literal[True]: ...
    @overload
    async def mset(self, *, mapping: SupportsItems[Data, Data]) -> Literal[True]: ...
    @overload
    async def msetnx(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> bool:
        """Sets several keys if none exists."""
    @overload
    async def msetnx(self, field: Data, value: Data, /, *more: Data) -> bool: ...
    @overload
    async def msetnx(self, *, mapping: SupportsItems[Data, Data]) -> bool: ...
    async def incr(self, key: Data) -> int:
        """Adds 1 to the integer at a key."""
    async def decr(self, key: Data) -> int:
        """Takes 1 from the integer at a key."""
    async def incrby(self, key: Data, increment: int) -> int:
        """Adds to the integer at a key."""
    async def decrby(self, key: Data, decrement: int) -> int:
        """Takes from the integer at a key."""
    async def incrbyfloat(self, key: Data, increment: Data) -> R:
        """Adds to the number at a key."""
    async def append(self, key: Data, value: Data) -> int:
        """Appends to the string at a key."""
    async def strlen(self, key: Data) -> int:
        """The length in bytes of the string at a key."""
    async def getrange(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    async def substr(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    async def setrange(self, key: Data, offset: int, value: Data) -> int:
        """Overwrites a part of the string at a key."""
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: Literal[False] = False, idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R:
        """The longest common subsequence of two strings."""
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: Literal[True], idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> int: ...
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: Literal[True], minmatchlen: int | None = None, withmatchlen: bool = False) -> dict[R, Any]: ...
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: bool = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R | int | dict[R, Any]: ...
    async def setbit(self, key: Data, offset: int, value: int) -> int:
        """Sets a bit of the string at a key."""
    async def getbit(self, key: Data, offset: int) -> int:
        """A bit of the string at a key."""
    @overload
    async def bitcount(self, key: Data, start: int | None = None, end: int | None = None) -> int:
        """Counts the bits that are set in the string at a key."""
    @overload
    async def bitcount(self, key: Data, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    async def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None) -> int:
        """Where the first set or clear bit of a string is."""
    @overload
    async def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    async def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Combines strings bit by bit."""
    @overload
    async def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, *, keys: Data | Iterable[Data]) -> int: ...
    async def bitfield(self, key: Data, /, *steps: Data) -> list[int | None]:
        """Reads and writes integers within the string at a key."""
    async def bitfield_ro(self, key: Data, /, *steps: Data) -> list[int | None]:
        """Reads integers within the string at a key."""

class TransactionStrings(Generic[R]):
    async def get(self, key: Data) -> R | None:
        """The value of a key."""
    async def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: bool = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> None:
        """Sets the value of a key, whatever it held."""
    async def getex(self, key: Data, *, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, persist: bool = False) -> None:
        """The value of a key, setting or clearing its time to live."""
    async def getdel(self, key: Data) -> None:
        """The value of a key, which is deleted."""
    async def getset(self, key: Data, value: Data) -> None:
        """Sets a key and gives its old value."""
    async def setnx(self, key: Data, value: Data) -> None:
        """Sets a key that does not exist."""
    async def setex(self, key: Data, seconds: int, value: Data) -> None:
        """Sets a key with a time to live in seconds."""
    async def psetex(self, key: Data, milliseconds: int, value: Data) -> None:
        """Sets a key with a time to live in milliseconds."""
    @overload
    async def mget(self, key: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several keys."""
    @overload
    async def mget(self, *, keys: Data | Iterable[Data]) -> list[R | None]: ...
    @overload
    async def mset(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets several keys."""
    @overload
    async def mset(self, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    async def mset(self, *, mapping: SupportsItems[Data, Data]) -> None: ...
    @overload
    async def msetnx(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets several keys if none exists."""
    @overload
    async def msetnx(self, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    async def msetnx(self, *, mapping: SupportsItems[Data, Data]) -> None: ...
    async def incr(self, key: Data) -> None:
        """Adds 1 to the integer at a key."""
    async def decr(self, key: Data) -> None:
        """Takes 1 from the integer at a key."""
    async def incrby(self, key: Data, increment: int) -> None:
        """Adds to the integer at a key."""
    async def decrby(self, key: Data, decrement: int) -> None:
        """Takes from the integer at a key."""
    async def incrbyfloat(self, key: Data, increment: Data) -> None:
        """Adds to the number at a key."""
    async def append(self, key: Data, value: Data) -> None:
        """Appends to the string at a key."""
    async def strlen(self, key: Data) -> int:
        """The length in bytes of the string at a key."""
    async def getrange(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    async def substr(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    async def setrange(self, key: Data, offset: int, value: Data) -> None:
        """Overwrites a part of the string at a key."""
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: Literal[False] = False, idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R:
        """The longest common subsequence of two strings."""
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: Literal[True], idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> int: ...
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: Literal[True], minmatchlen: int | None = None, withmatchlen: bool = False) -> dict[R, Any]: ...
    @overload
    async def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: bool = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R | int | dict[R, Any]: ...
    async def setbit(self, key: Data, offset: int, value: int) -> None:
        """Sets a bit of the string at a key."""
    async def getbit(self, key: Data, offset: int) -> int:
        """A bit of the string at a key."""
    @overload
    async def bitcount(self, key: Data, start: int | None = None, end: int | None = None) -> int:
        """Counts the bits that are set in the string at a key."""
    @overload
    async def bitcount(self, key: Data, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    async def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None) -> int:
        """Where the first set or clear bit of a string is."""
    @overload
    async def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    async def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Combines strings bit by bit."""
    @overload
    async def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, *, keys: Data | Iterable[Data]) -> None: ...
    async def bitfield(self, key: Data, /, *steps: Data) -> None:
        """Reads and writes integers within the string at a key."""
    async def bitfield_ro(self, key: Data, /, *steps: Data) -> list[int | None]:
        """Reads integers within the string at a key."""

class Hashes(Generic[R]):
    @overload
    async def hset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> int:
        """Sets fields of a hash."""
    @overload
    async def hset(self, key: Data, field: Data, value: Data, /, *more: Data) -> int: ...
    @overload
    async def hset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> int: ...
    @overload
    async def hmset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> Literal[True]:
        """Sets fields of a hash."""
    @overload
    async def hmset(self, key: Data, field: Data, value: Data, /, *more: Data) -> Literal[True]: ...
    @overload
    async def hmset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> Literal[True]: ...
    async def hsetnx(self, key: Data, field: Data, value: Data) -> bool:
        """Sets a field of a hash that does not exist."""
    async def hget(self, key: Data, field: Data) -> R | None:
        """The value of a field."""
    @overload
    async def hmget(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several fields."""
    @overload
    async def hmget(self, key: Data, *, fields: Data | Iterable[Data]) -> list[R | None]: ...
    async def hgetall(self, key: Data) -> dict[R, R]:
        """All fields and values of a hash."""
    async def hkeys(self, key: Data) -> list[R]:
        """All fields of a hash."""
    async def hvals(self, key: Data) -> list[R]:
        """All values of a hash."""
    async def hlen(self, key: Data) -> int:
        """The number of fields in a hash."""
    async def hstrlen(self, key: Data, field: Data) -> int:
        """The length in bytes of a field's value."""
    async def hexists(self, key: Data, field: Data) -> bool:
        """Whether a field exists."""
    @overload
    async def hdel(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> int:
        """Deletes fields of a hash."""
    @overload
    async def hdel(self, key: Data, *, fields: Data | Iterable[Data]) -> int: ...
    async def hincrby(self, key: Data, field: Data, increment: int) -> int:
        """Adds to the integer in a field."""
    async def hincrbyfloat(self, key: Data, field: Data, increment: Data) -> R:
        """Adds to the number in a field."""
    @overload
    async def hrandfield(self, key: Data, count: None = None, *, withvalues: bool = False) -> R | None:
        """Fields of a hash chosen at random."""
    @overload
    async def hrandfield(self, key: Data, count: int, *, withvalues: Literal[False] = False) -> list[R]: ...
    @overload
    async def hrandfield(self, key: Data, count: int, *, withvalues: Literal[True]) -> list[tuple[R, R]]: ...
    @overload
    async def hrandfield(self, key: Data, count: int | None = None, *, withvalues: bool = False) -> R | list[R] | list[tuple[R, R]] | None: ...
    async def hscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the fields of a hash."""

class TransactionHashes(Generic[R]):
    @overload
    async def hset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets fields of a hash."""
    @overload
    async def hset(self, key: Data, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    async def hset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> None: ...
    @overload
    async def hmset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets fields of a hash."""
    @overload
    async def hmset(self, key: Data, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    async def hmset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> None: ...
    async def hsetnx(self, key: Data, field: Data, value: Data) -> None:
        """Sets a field of a hash that does not exist."""
    async def hget(self, key: Data, field: Data) -> R | None:
        """The value of a field."""
    @overload
    async def hmget(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several fields."""
    @overload
    async def hmget(self, key: Data, *, fields: Data | Iterable[Data]) -> list[R | None]: ...
    async def hgetall(self, key: Data) -> dict[R, R]:
        """All fields and values of a hash."""
    async def hkeys(self, key: Data) -> list[R]:
        """All fields of a hash."""
    async def hvals(self, key: Data) -> list[R]:
        """All values of a hash."""
    async def hlen(self, key: Data) -> int:
        """The number of fields in a hash."""
    async def hstrlen(self, key: Data, field: Data) -> int:
        """The length in bytes of a field's value."""
    async def hexists(self, key: Data, field: Data) -> bool:
        """Whether a field exists."""
    @overload
    async def hdel(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes fields of a hash."""
    @overload
    async def hdel(self, key: Data, *, fields: Data | Iterable[Data]) -> None: ...
    async def hincrby(self, key: Data, field: Data, increment: int) -> None:
        """Adds to the integer in a field."""
    async def hincrbyfloat(self, key: Data, field: Data, increment: Data) -> None:
        """Adds to the number in a field."""
    @overload
    async def hrandfield(self, key: Data, count: None = None, *, withvalues: bool = False) -> R | None:
        """Fields of a hash chosen at random."""
    @overload
    async def hrandfield(self, key: Data, count: int, *, withvalues: Literal[False] = False) -> list[R]: ...
    @overload
    async def hrandfield(self, key: Data, count: int, *, withvalues: Literal[True]) -> list[tuple[R, R]]: ...
    @overload
    async def hrandfield(self, key: Data, count: int | None = None, *, withvalues: bool = False) -> R | list[R] | list[tuple[R, R]] | None: ...
    async def hscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the fields of a hash."""

class Lists(Generic[R]):
    @overload
    async def lpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Puts elements in front of a list."""
    @overload
    async def lpush(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    @overload
    async def rpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Appends elements to a list."""
    @overload
    async def rpush(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    @overload
    async def lpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Puts elements in front of a list that exists."""
    @overload
    async def lpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    @overload
    async def rpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Appends elements to a list that exists."""
    @overload
    async def rpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    async def linsert(self, key: Data, where: Literal["BEFORE", "AFTER", "before", "after"], pivot: Data, element: Data) -> int:
        """Puts an element before or behind the first one that equals another."""
    async def lset(self, key: Data, index: int, element: Data) -> Literal[True]:
        """Replaces an element of a list."""
    async def llen(self, key: Data) -> int:
        """The length of a list."""
    async def lrange(self, key: Data, start: int, stop: int) -> list[R]:
        """A range of elements of a list."""
    async def lindex(self, key: Data, index: int) -> R | None:
        """An element of a list."""
    @overload
    async def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: None = None, maxlen: int | None = None) -> int | None:
        """Where an element stands in a list."""
    @overload
    async def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int, maxlen: int | None = None) -> list[int]: ...
    @overload
    async def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int | None = None, maxlen: int | None = None) -> int | list[int] | None: ...
    @overload
    async def lpop(self, key: Data, count: None = None) -> R | None:
        """Removes and gives the first elements of a list."""
    @overload
    async def lpop(self, key: Data, count: int) -> list[R] | None: ...
    @overload
    async def lpop(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    @overload
    async def rpop(self, key: Data, count: None = None) -> R | None:
        """Removes and gives the last elements of a list."""
    @overload
    async def rpop(self, key: Data, count: int) -> list[R] | None: ...
    @overload
    async def rpop(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    async def lrem(self, key: Data, count: int, element: Data) -> int:
        """Removes elements of a list by value."""
    async def ltrim(self, key: Data, start: int, stop: int) -> Literal[True]:
        """Keeps only a range of a list."""
    async def lmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"]) -> R | None:
        """Moves an element from an end of a list to an end of another."""
    async def rpoplpush(self, source: Data, destination: Data) -> R | None:
        """Moves the last element of a list to the front of another."""
    async def lmpop(self, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> list[R | list[R]] | None:
        """Removes and gives elements of the first of several lists that has some."""
    @overload
    async def blpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R] | None:
        """Removes and gives the first element of one of several lists, waiting for one."""
    @overload
    async def blpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R] | None: ...
    @overload
    async def blpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R] | None: ...
    @overload
    async def brpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R] | None:
        """Removes and gives the last element of one of several lists, waiting for one."""
    @overload
    async def brpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R] | None: ...
    @overload
    async def brpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R] | None: ...
    async def blmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> list[R | list[R]] | None:
        """Removes and gives elements of the first of several lists that has some, waiting for them."""
    async def blmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"], timeout: float | None) -> R | None:
        """Moves an element from an end of a list to an end of another, waiting for one."""
    async def brpoplpush(self, source: Data, destination: Data, timeout: float | None) -> R | None:
        """Moves the last element of a list to the front of another, waiting for one."""

class TransactionLists(Generic[R]):
    @overload
    async def lpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Puts elements in front of a list."""
    @overload
    async def lpush(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    async def rpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Appends elements to a list."""
    @overload
    async def rpush(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    async def lpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Puts elements in front of a list that exists."""
    @overload
    async def lpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    async def rpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Appends elements to a list that exists."""
    @overload
    async def rpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    async def linsert(self, key: Data, where: Literal["BEFORE", "AFTER", "before", "after"], pivot: Data, element: Data) -> None:
        """Puts an element before or behind the first one that equals another."""
    async def lset(self, key: Data, index: int, element: Data) -> None:
        """Replaces an element of a list."""
    async def llen(self, key: Data) -> int:
        """The length of a list."""
    async def lrange(self, key: Data, start: int, stop: int) -> list[R]:
        """A range of elements of a list."""
    async def lindex(self, key: Data, index: int) -> R | None:
        """An element of a list."""
    @overload
    async def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: None = None, maxlen: int | None = None) -> int | None:
        """Where an element stands in a list."""
    @overload
    async def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int, maxlen: int | None = None) -> list[int]: ...
    @overload
    async def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int | None = None, maxlen: int | None = None) -> int | list[int] | None: ...
    async def lpop(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the first elements of a list."""
    async def rpop(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the last elements of a list."""
    async def lrem(self, key: Data, count: int, element: Data) -> None:
        """Removes elements of a list by value."""
    async def ltrim(self, key: Data, start: int, stop: int) -> None:
        """Keeps only a range of a list."""
    async def lmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"]) -> None:
        """Moves an element from an end of a list to an end of another."""
    async def rpoplpush(self, source: Data, destination: Data) -> None:
        """Moves the last element of a list to the front of another."""
    async def lmpop(self, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> None:
        """Removes and gives elements of the first of several lists that has some."""
    @overload
    async def blpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the first element of one of several lists, waiting for one."""
    @overload
    async def blpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    async def blpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    @overload
    async def brpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the last element of one of several lists, waiting for one."""
    @overload
    async def brpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    async def brpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    async def blmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> None:
        """Removes and gives elements of the first of several lists that has some, waiting for them."""
    async def blmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"], timeout: float | None) -> None:
        """Moves an element from an end of a list to an end of another, waiting for one."""
    async def brpoplpush(self, source: Data, destination: Data, timeout: float | None) -> None:
        """Moves the last element of a list to the front of another, waiting for one."""

class Sets(Generic[R]):
    @overload
    async def sadd(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> int:
        """Adds members to a set."""
    @overload
    async def sadd(self, key: Data, *, members: Data | Iterable[Data]) -> int: ...
    @overload
    async def srem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> int:
        """Removes members from a set."""
    @overload
    async def srem(self, key: Data, *, members: Data | Iterable[Data]) -> int: ...
    async def sismember(self, key: Data, member: Data) -> bool:
        """Whether a set has a member."""
    @overload
    async def smismember(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which of several members a set has."""
    @overload
    async def smismember(self, key: Data, *, members: Data | Iterable[Data]) -> list[int]: ...
    async def smembers(self, key: Data) -> set[R]:
        """All members of a set."""
    async def scard(self, key: Data) -> int:
        """The number of members in a set."""
    async def smove(self, source: Data, destination: Data, member: Data) -> bool:
        """Moves a member from one set to another."""
    @overload
    async def spop(self, key: Data, count: None = None) -> R | None:
        """Takes members chosen at random out of a set."""
    @overload
    async def spop(self, key: Data, count: int) -> set[R]: ...
    @overload
    async def spop(self, key: Data, count: int | None = None) -> R | set[R] | None: ...
    @overload
    async def srandmember(self, key: Data, count: None = None) -> R | None:
        """Members of a set chosen at random."""
    @overload
    async def srandmember(self, key: Data, count: int) -> list[R]: ...
    @overload
    async def srandmember(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    @overload
    async def sinter(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that all of the sets have."""
    @overload
    async def sinter(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    async def sinterstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Stores the members that all of the sets have."""
    @overload
    async def sinterstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def sunion(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that any of the sets has."""
    @overload
    async def sunion(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    async def sunionstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Stores the members that any of the sets has."""
    @overload
    async def sunionstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def sdiff(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members of the first set that none of the others has."""
    @overload
    async def sdiff(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    async def sdiffstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Stores the members of the first set that none of the others has."""
    @overload
    async def sdiffstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> int: ...
    async def sintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """The number of members that all of the sets have."""
    async def sscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a set."""

class TransactionSets(Generic[R]):
    @overload
    async def sadd(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Adds members to a set."""
    @overload
    async def sadd(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    @overload
    async def srem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Removes members from a set."""
    @overload
    async def srem(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    async def sismember(self, key: Data, member: Data) -> bool:
        """Whether a set has a member."""
    @overload
    async def smismember(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which of several members a set has."""
    @overload
    async def smismember(self, key: Data, *, members: Data | Iterable[Data]) -> list[int]: ...
    async def smembers(self, key: Data) -> set[R]:
        """All members of a set."""
    async def scard(self, key: Data) -> int:
        """The number of members in a set."""
    async def smove(self, source: Data, destination: Data, member: Data) -> None:
        """Moves a member from one set to another."""
    async def spop(self, key: Data, count: int | None = None) -> None:
        """Takes members chosen at random out of a set."""
    @overload
    async def srandmember(self, key: Data, count: None = None) -> R | None:
        """Members of a set chosen at random."""
    @overload
    async def srandmember(self, key: Data, count: int) -> list[R]: ...
    @overload
    async def srandmember(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    @overload
    async def sinter(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that all of the sets have."""
    @overload
    async def sinter(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    async def sinterstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members that all of the sets have."""
    @overload
    async def sinterstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    async def sunion(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that any of the sets has."""
    @overload
    async def sunion(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    async def sunionstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members that any of the sets has."""
    @overload
    async def sunionstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    async def sdiff(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members of the first set that none of the others has."""
    @overload
    async def sdiff(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    async def sdiffstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members of the first set that none of the others has."""
    @overload
    async def sdiffstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    async def sintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """The number of members that all of the sets have."""
    async def sscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a set."""

class ZSets(Generic[R]):
    @overload
    async def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[False] = False) -> int:
        """Adds members to a sorted set, or changes their scores."""
    @overload
    async def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[False] = False) -> int: ...
    @overload
    async def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[False] = False) -> int: ...
    @overload
    async def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True]) -> float | None: ...
    @overload
    async def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True]) -> float | None: ...
    @overload
    async def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True]) -> float | None: ...
    @overload
    async def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> int | float | None: ...
    @overload
    async def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> int | float | None: ...
    @overload
    async def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> int | float | None: ...
    async def zincrby(self, key: Data, increment: float, member: Data) -> float:
        """Adds to the score of a member."""
    @overload
    async def zrem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> int:
        """Removes members from a sorted set."""
    @overload
    async def zrem(self, key: Data, *, members: Data | Iterable[Data]) -> int: ...
    async def zcard(self, key: Data) -> int:
        """The number of members of a sorted set."""
    async def zscore(self, key: Data, member: Data) -> float | None:
        """The score of a member."""
    @overload
    async def zmscore(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[float | None]:
        """The scores of several members."""
    @overload
    async def zmscore(self, key: Data, *, members: Data | Iterable[Data]) -> list[float | None]: ...
    async def zrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the smallest score first."""
    async def zrevrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the greatest score first."""
    @overload
    async def zpopmin(self, key: Data, count: None = None) -> list[R | float]:
        """Removes and gives the members with the smallest scores."""
    @overload
    async def zpopmin(self, key: Data, count: int) -> list[tuple[R, float]]: ...
    @overload
    async def zpopmin(self, key: Data, count: int | None = None) -> list[tuple[R, float]] | list[R | float]: ...
    @overload
    async def zpopmax(self, key: Data, count: None = None) -> list[R | float]:
        """Removes and gives the members with the greatest scores."""
    @overload
    async def zpopmax(self, key: Data, count: int) -> list[tuple[R, float]]: ...
    @overload
    async def zpopmax(self, key: Data, count: int | None = None) -> list[tuple[R, float]] | list[R | float]: ...
    async def zmpop(self, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> list[R | list[list[R | float]]] | None:
        """Removes and gives members of the first of several sorted sets that has some."""
    @overload
    async def bzpopmin(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R | float] | None:
        """Removes and gives the member with the smallest score, waiting for one."""
    @overload
    async def bzpopmin(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R | float] | None: ...
    @overload
    async def bzpopmin(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R | float] | None: ...
    @overload
    async def bzpopmax(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R | float] | None:
        """Removes and gives the member with the greatest score, waiting for one."""
    @overload
    async def bzpopmax(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R | float] | None: ...
    @overload
    async def bzpopmax(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R | float] | None: ...
    async def bzmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> list[R | list[list[R | float]]] | None:
        """Removes and gives members of the first of several sorted sets that has some, waiting for them."""
    @overload
    async def zrandmember(self, key: Data, count: None = None, *, withscores: bool = False) -> R | None:
        """Members of a sorted set chosen at random."""
    @overload
    async def zrandmember(self, key: Data, count: int, *, withscores: Literal[False] = False) -> list[R]: ...
    @overload
    async def zrandmember(self, key: Data, count: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zrandmember(self, key: Data, count: int | None = None, *, withscores: bool = False) -> R | list[R] | list[tuple[R, float]] | None: ...
    async def zscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a sorted set."""
    async def zcount(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> int:
        """Counts the members within a range of scores."""
    async def zlexcount(self, key: Data, min: str | bytes, max: str | bytes) -> int:
        """Counts the members within a range of names."""
    @overload
    async def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[False] = False) -> list[R]:
        """Members within a range of ranks, scores or names."""
    @overload
    async def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[False] = False) -> list[R]:
        """Members by rank, the greatest first."""
    @overload
    async def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zrevrange(self, key: Data, start: int, stop: int, *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores."""
    @overload
    async def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    async def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores, the greatest first."""
    @overload
    async def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    async def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    async def zrangebylex(self, key: Data, min: str | bytes, max: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names."""
    async def zrevrangebylex(self, key: Data, max: str | bytes, min: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names, the greatest first."""
    async def zrangestore(self, destination: Data, source: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None) -> int:
        """Keeps a range of members in another key."""
    async def zremrangebyrank(self, key: Data, start: int, stop: int) -> int:
        """Removes members within a range of ranks."""
    async def zremrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> int:
        """Removes members within a range of scores."""
    async def zremrangebylex(self, key: Data, min: str | bytes, max: str | bytes) -> int:
        """Removes members within a range of names."""
    @overload
    async def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The union of several sorted sets."""
    @overload
    async def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The intersection of several sorted sets."""
    @overload
    async def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[False] = False) -> list[R]:
        """The difference of several sorted sets."""
    @overload
    async def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zdiff(self, keys: Data | Iterable[Data], *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    async def zunionstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> int:
        """Keeps the union of several sorted sets."""
    async def zinterstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> int:
        """Keeps the intersection of several sorted sets."""
    async def zdiffstore(self, destination: Data, keys: Data | Iterable[Data]) -> int:
        """Keeps the difference of several sorted sets."""
    async def zintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """Counts the members of an intersection of sorted sets."""

class TransactionZSets(Generic[R]):
    @overload
    async def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None:
        """Adds members to a sorted set, or changes their scores."""
    @overload
    async def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None: ...
    @overload
    async def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None: ...
    async def zincrby(self, key: Data, increment: float, member: Data) -> None:
        """Adds to the score of a member."""
    @overload
    async def zrem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Removes members from a sorted set."""
    @overload
    async def zrem(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    async def zcard(self, key: Data) -> int:
        """The number of members of a sorted set."""
    async def zscore(self, key: Data, member: Data) -> float | None:
        """The score of a member."""
    @overload
    async def zmscore(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[float | None]:
        """The scores of several members."""
    @overload
    async def zmscore(self, key: Data, *, members: Data | Iterable[Data]) -> list[float | None]: ...
    async def zrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the smallest score first."""
    async def zrevrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the greatest score first."""
    async def zpopmin(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the members with the smallest scores."""
    async def zpopmax(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the members with the greatest scores."""
    async def zmpop(self, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> None:
        """Removes and gives members of the first of several sorted sets that has some."""
    @overload
    async def bzpopmin(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the member with the smallest score, waiting for one."""
    @overload
    async def bzpopmin(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    async def bzpopmin(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    @overload
    async def bzpopmax(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the member with the greatest score, waiting for one."""
    @overload
    async def bzpopmax(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    async def bzpopmax(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    async def bzmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> None:
        """Removes and gives members of the first of several sorted sets that has some, waiting for them."""
    @overload
    async def zrandmember(self, key: Data, count: None = None, *, withscores: bool = False) -> R | None:
        """Members of a sorted set chosen at random."""
    @overload
    async def zrandmember(self, key: Data, count: int, *, withscores: Literal[False] = False) -> list[R]: ...
    @overload
    async def zrandmember(self, key: Data, count: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zrandmember(self, key: Data, count: int | None = None, *, withscores: bool = False) -> R | list[R] | list[tuple[R, float]] | None: ...
    async def zscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a sorted set."""
    async def zcount(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> int:
        """Counts the members within a range of scores."""
    async def zlexcount(self, key: Data, min: str | bytes, max: str | bytes) -> int:
        """Counts the members within a range of names."""
    @overload
    async def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[False] = False) -> list[R]:
        """Members within a range of ranks, scores or names."""
    @overload
    async def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[False] = False) -> list[R]:
        """Members by rank, the greatest first."""
    @overload
    async def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zrevrange(self, key: Data, start: int, stop: int, *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores."""
    @overload
    async def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    async def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores, the greatest first."""
    @overload
    async def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    async def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    async def zrangebylex(self, key: Data, min: str | bytes, max: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names."""
    async def zrevrangebylex(self, key: Data, max: str | bytes, min: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names, the greatest first."""
    async def zrangestore(self, destination: Data, source: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None) -> None:
        """Keeps a range of members in another key."""
    async def zremrangebyrank(self, key: Data, start: int, stop: int) -> None:
        """Removes members within a range of ranks."""
    async def zremrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> None:
        """Removes members within a range of scores."""
    async def zremrangebylex(self, key: Data, min: str | bytes, max: str | bytes) -> None:
        """Removes members within a range of names."""
    @overload
    async def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The union of several sorted sets."""
    @overload
    async def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The intersection of several sorted sets."""
    @overload
    async def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    async def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[False] = False) -> list[R]:
        """The difference of several sorted sets."""
    @overload
    async def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    async def zdiff(self, keys: Data | Iterable[Data], *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    async def zunionstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> None:
        """Keeps the union of several sorted sets."""
    async def zinterstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> None:
        """Keeps the intersection of several sorted sets."""
    async def zdiffstore(self, destination: Data, keys: Data | Iterable[Data]) -> None:
        """Keeps the difference of several sorted sets."""
    async def zintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """Counts the members of an intersection of sorted sets."""

class HyperLogLogs(Generic[R]):
    @overload
    async def pfadd(self, key: Data, element: Data | Iterable[Data] = ..., /, *more: Data) -> bool:
        """Adds elements to a HyperLogLog."""
    @overload
    async def pfadd(self, key: Data, *, elements: Data | Iterable[Data] = ...) -> bool: ...
    @overload
    async def pfcount(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Estimates how many different elements were added."""
    @overload
    async def pfcount(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    async def pfmerge(self, destkey: Data, sourcekey: Data | Iterable[Data] = ..., /, *more: Data) -> Literal[True]:
        """Merges HyperLogLogs into one."""
    @overload
    async def pfmerge(self, destkey: Data, *, sourcekeys: Data | Iterable[Data] = ...) -> Literal[True]: ...

class TransactionHyperLogLogs(Generic[R]):
    @overload
    async def pfadd(self, key: Data, element: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Adds elements to a HyperLogLog."""
    @overload
    async def pfadd(self, key: Data, *, elements: Data | Iterable[Data] = ...) -> None: ...
    @overload
    async def pfcount(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Estimates how many different elements were added."""
    @overload
    async def pfcount(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    async def pfmerge(self, destkey: Data, sourcekey: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Merges HyperLogLogs into one."""
    @overload
    async def pfmerge(self, destkey: Data, *, sourcekeys: Data | Iterable[Data] = ...) -> None: ...

class Channels(Generic[R]):
    async def publish(self, channel: Data, message: Data) -> int:
        """Sends a message to a channel."""
    async def channels(self, pattern: Data | None = None) -> list[R]:
        """The channels that somebody has subscribed to."""
    @overload
    async def numsub(self, channel: Data | Iterable[Data] = ..., /, *more: Data) -> list[R | int]:
        """How many subscriptions channels have."""
    @overload
    async def numsub(self, *, channels: Data | Iterable[Data] = ...) -> list[R | int]: ...
    async def numpat(self) -> int:
        """How many patterns somebody has subscribed to."""

class TransactionChannels(Generic[R]):
    async def publish(self, channel: Data, message: Data) -> int:
        """Sends a message to a channel."""
    async def channels(self, pattern: Data | None = None) -> list[R]:
        """The channels that somebody has subscribed to."""
    @overload
    async def numsub(self, channel: Data | Iterable[Data] = ..., /, *more: Data) -> list[R | int]:
        """How many subscriptions channels have."""
    @overload
    async def numsub(self, *, channels: Data | Iterable[Data] = ...) -> list[R | int]: ...
    async def numpat(self) -> int:
        """How many patterns somebody has subscribed to."""

class Scripts(Generic[R]):
    @overload
    async def eval(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a Lua script."""
    @overload
    async def eval(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    async def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a loaded Lua script by its SHA-1."""
    @overload
    async def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    async def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a Lua script that must not write."""
    @overload
    async def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    async def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a loaded Lua script that must not write."""
    @overload
    async def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    async def load(self, script: Data) -> R:
        """Compiles and keeps a Lua script."""
    @overload
    async def exists(self, sha1: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which scripts are loaded."""
    @overload
    async def exists(self, *, sha1s: Data | Iterable[Data]) -> list[int]: ...
    async def flush(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Forgets all loaded scripts."""

class TransactionScripts(Generic[R]):
    @overload
    async def eval(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a Lua script."""
    @overload
    async def eval(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    async def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a loaded Lua script by its SHA-1."""
    @overload
    async def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    async def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a Lua script that must not write."""
    @overload
    async def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    async def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a loaded Lua script that must not write."""
    @overload
    async def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    async def load(self, script: Data) -> R:
        """Compiles and keeps a Lua script."""
    @overload
    async def exists(self, sha1: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which scripts are loaded."""
    @overload
    async def exists(self, *, sha1s: Data | Iterable[Data]) -> list[int]: ...
    async def flush(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Forgets all loaded scripts."""
