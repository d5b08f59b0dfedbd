# Written by bindings/stubs.py; `./dev stubs` writes it again.
"""The families of commands: on a store, in a batch, in a transaction."""

from _typeshed import SupportsItems
from collections.abc import Iterable
from typing import Any, Generic, Literal, final, overload

from playhead._types import Data, R

FAMILIES: tuple[str, ...]

@final
class Keys(Generic[R]):
    @overload
    def delete(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Deletes keys."""
    @overload
    def delete(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def unlink(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Deletes keys."""
    @overload
    def unlink(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def exists(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Counts the keys that exist."""
    @overload
    def exists(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def touch(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Marks keys as used; counts those that exist."""
    @overload
    def touch(self, *, keys: Data | Iterable[Data]) -> int: ...
    def type(self, key: Data) -> R:
        """The type of the value at a key."""
    def rename(self, key: Data, newkey: Data) -> Literal[True]:
        """Renames a key."""
    def renamenx(self, key: Data, newkey: Data) -> bool:
        """Renames a key if the new name is free."""
    def copy(self, source: Data, destination: Data, *, db: int | None = None, replace: bool = False) -> bool:
        """Copies a value to another key."""
    def move(self, key: Data, db: int) -> bool:
        """Moves a key to another database."""
    def expire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets the time to live of a key in seconds."""
    def pexpire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets the time to live of a key in milliseconds."""
    def expireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets when a key expires, in Unix seconds."""
    def pexpireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> bool:
        """Sets when a key expires, in Unix milliseconds."""
    def ttl(self, key: Data) -> int:
        """The time to live of a key in seconds."""
    def pttl(self, key: Data) -> int:
        """The time to live of a key in milliseconds."""
    def expiretime(self, key: Data) -> int:
        """When a key expires, in Unix seconds."""
    def pexpiretime(self, key: Data) -> int:
        """When a key expires, in Unix milliseconds."""
    def persist(self, key: Data) -> bool:
        """Takes the time to live of a key away."""
    def scan(self, cursor: int, *, match: Data | None = None, count: int | None = None, type: Data | None = None) -> tuple[int, list[R]]:
        """Iterates over the keys of a database."""
    def keys(self, pattern: Data) -> list[R]:
        """All keys that match a pattern."""
    def randomkey(self) -> R | None:
        """A key chosen at random."""
    def dbsize(self) -> int:
        """The number of keys in a database."""
    def flushdb(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Deletes all keys of a database."""
    def flushall(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Deletes all keys of all databases."""
    def swapdb(self, index1: int, index2: int) -> Literal[True]:
        """Swaps two databases."""
    @overload
    def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: None = None) -> list[R | None]:
        """Sorts a list, a set or a sorted set."""
    @overload
    def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data) -> int: ...
    @overload
    def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data | None = None) -> int | list[R | None]: ...
    def sort_ro(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False) -> list[R | None]:
        """Sorts a list, a set or a sorted set."""
    def object_encoding(self, key: Data) -> R | None:
        """How the value at a key is kept."""
    def object_refcount(self, key: Data) -> int | None:
        """References to the value at a key: always 1."""
    def object_idletime(self, key: Data) -> int | None:
        """Seconds since a key was last used."""
    def dump(self, key: Data) -> R | None:
        """The value at a key, serialised."""
    def restore(self, key: Data, ttl: int, serialized_value: Data, *, replace: bool = False, absttl: bool = False, idletime: int | None = None, freq: int | None = None) -> Literal[True]:
        """Creates a key from a serialised value."""
    def time(self) -> list[R]:
        """The time."""

@final
class QueuedKeys:
    @overload
    def delete(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes keys."""
    @overload
    def delete(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def unlink(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes keys."""
    @overload
    def unlink(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def exists(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Counts the keys that exist."""
    @overload
    def exists(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def touch(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Marks keys as used; counts those that exist."""
    @overload
    def touch(self, *, keys: Data | Iterable[Data]) -> None: ...
    def type(self, key: Data) -> None:
        """The type of the value at a key."""
    def rename(self, key: Data, newkey: Data) -> None:
        """Renames a key."""
    def renamenx(self, key: Data, newkey: Data) -> None:
        """Renames a key if the new name is free."""
    def copy(self, source: Data, destination: Data, *, db: int | None = None, replace: bool = False) -> None:
        """Copies a value to another key."""
    def move(self, key: Data, db: int) -> None:
        """Moves a key to another database."""
    def expire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets the time to live of a key in seconds."""
    def pexpire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets the time to live of a key in milliseconds."""
    def expireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets when a key expires, in Unix seconds."""
    def pexpireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets when a key expires, in Unix milliseconds."""
    def ttl(self, key: Data) -> None:
        """The time to live of a key in seconds."""
    def pttl(self, key: Data) -> None:
        """The time to live of a key in milliseconds."""
    def expiretime(self, key: Data) -> None:
        """When a key expires, in Unix seconds."""
    def pexpiretime(self, key: Data) -> None:
        """When a key expires, in Unix milliseconds."""
    def persist(self, key: Data) -> None:
        """Takes the time to live of a key away."""
    def scan(self, cursor: int, *, match: Data | None = None, count: int | None = None, type: Data | None = None) -> None:
        """Iterates over the keys of a database."""
    def keys(self, pattern: Data) -> None:
        """All keys that match a pattern."""
    def randomkey(self) -> None:
        """A key chosen at random."""
    def dbsize(self) -> None:
        """The number of keys in a database."""
    def flushdb(self, *, async_: bool = False, sync: bool = False) -> None:
        """Deletes all keys of a database."""
    def flushall(self, *, async_: bool = False, sync: bool = False) -> None:
        """Deletes all keys of all databases."""
    def swapdb(self, index1: int, index2: int) -> None:
        """Swaps two databases."""
    def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data | None = None) -> None:
        """Sorts a list, a set or a sorted set."""
    def sort_ro(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False) -> None:
        """Sorts a list, a set or a sorted set."""
    def object_encoding(self, key: Data) -> None:
        """How the value at a key is kept."""
    def object_refcount(self, key: Data) -> None:
        """References to the value at a key: always 1."""
    def object_idletime(self, key: Data) -> None:
        """Seconds since a key was last used."""
    def dump(self, key: Data) -> None:
        """The value at a key, serialised."""
    def restore(self, key: Data, ttl: int, serialized_value: Data, *, replace: bool = False, absttl: bool = False, idletime: int | None = None, freq: int | None = None) -> None:
        """Creates a key from a serialised value."""
    def time(self) -> None:
        """The time."""

@final
class TransactionKeys(Generic[R]):
    @overload
    def delete(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes keys."""
    @overload
    def delete(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def unlink(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes keys."""
    @overload
    def unlink(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def exists(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Counts the keys that exist."""
    @overload
    def exists(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def touch(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Marks keys as used; counts those that exist."""
    @overload
    def touch(self, *, keys: Data | Iterable[Data]) -> int: ...
    def type(self, key: Data) -> R:
        """The type of the value at a key."""
    def rename(self, key: Data, newkey: Data) -> None:
        """Renames a key."""
    def renamenx(self, key: Data, newkey: Data) -> None:
        """Renames a key if the new name is free."""
    def copy(self, source: Data, destination: Data, *, db: int | None = None, replace: bool = False) -> None:
        """Copies a value to another key."""
    def move(self, key: Data, db: int) -> None:
        """Moves a key to another database."""
    def expire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets the time to live of a key in seconds."""
    def pexpire(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets the time to live of a key in milliseconds."""
    def expireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets when a key expires, in Unix seconds."""
    def pexpireat(self, key: Data, time: int, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False) -> None:
        """Sets when a key expires, in Unix milliseconds."""
    def ttl(self, key: Data) -> int:
        """The time to live of a key in seconds."""
    def pttl(self, key: Data) -> int:
        """The time to live of a key in milliseconds."""
    def expiretime(self, key: Data) -> int:
        """When a key expires, in Unix seconds."""
    def pexpiretime(self, key: Data) -> int:
        """When a key expires, in Unix milliseconds."""
    def persist(self, key: Data) -> None:
        """Takes the time to live of a key away."""
    def scan(self, cursor: int, *, match: Data | None = None, count: int | None = None, type: Data | None = None) -> tuple[int, list[R]]:
        """Iterates over the keys of a database."""
    def keys(self, pattern: Data) -> list[R]:
        """All keys that match a pattern."""
    def randomkey(self) -> R | None:
        """A key chosen at random."""
    def dbsize(self) -> int:
        """The number of keys in a database."""
    def flushdb(self, *, async_: bool = False, sync: bool = False) -> None:
        """Deletes all keys of a database."""
    def flushall(self, *, async_: bool = False, sync: bool = False) -> None:
        """Deletes all keys of all databases."""
    def swapdb(self, index1: int, index2: int) -> None:
        """Swaps two databases."""
    def sort(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False, store: Data | None = None) -> None:
        """Sorts a list, a set or a sorted set."""
    def sort_ro(self, key: Data, *, by: Data | None = None, limit: tuple[int, int] | None = None, get: Data | Iterable[Data] | None = None, asc: bool = False, desc: bool = False, alpha: bool = False) -> list[R | None]:
        """Sorts a list, a set or a sorted set."""
    def object_encoding(self, key: Data) -> R | None:
        """How the value at a key is kept."""
    def object_refcount(self, key: Data) -> int | None:
        """References to the value at a key: always 1."""
    def object_idletime(self, key: Data) -> int | None:
        """Seconds since a key was last used."""
    def dump(self, key: Data) -> R | None:
        """The value at a key, serialised."""
    def restore(self, key: Data, ttl: int, serialized_value: Data, *, replace: bool = False, absttl: bool = False, idletime: int | None = None, freq: int | None = None) -> None:
        """Creates a key from a serialised value."""
    def time(self) -> list[R]:
        """The time."""

@final
class Strings(Generic[R]):
    def get(self, key: Data) -> R | None:
        """The value of a key."""
    @overload
    def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: Literal[False] = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> Literal[True] | None:
        """Sets the value of a key, whatever it held."""
    @overload
    def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: Literal[True], ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> R | None: ...
    @overload
    def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: bool = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> Literal[True] | R | None: ...
    def getex(self, key: Data, *, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, persist: bool = False) -> R | None:
        """The value of a key, setting or clearing its time to live."""
    def getdel(self, key: Data) -> R | None:
        """The value of a key, which is deleted."""
    def getset(self, key: Data, value: Data) -> R | None:
        """Sets a key and gives its old value."""
    def setnx(self, key: Data, value: Data) -> bool:
        """Sets a key that does not exist."""
    def setex(self, key: Data, seconds: int, value: Data) -> Literal[True]:
        """Sets a key with a time to live in seconds."""
    def psetex(self, key: Data, milliseconds: int, value: Data) -> Literal[True]:
        """Sets a key with a time to live in milliseconds."""
    @overload
    def mget(self, key: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several keys."""
    @overload
    def mget(self, *, keys: Data | Iterable[Data]) -> list[R | None]: ...
    @overload
    def mset(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> Literal[True]:
        """Sets several keys."""
    @overload
    def mset(self, field: Data, value: Data, /, *more: Data) -> Literal[True]: ...
    @overload
    def mset(self, *, mapping: SupportsItems[Data, Data]) -> Literal[True]: ...
    @overload
    def msetnx(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> bool:
        """Sets several keys if none exists."""
    @overload
    def msetnx(self, field: Data, value: Data, /, *more: Data) -> bool: ...
    @overload
    def msetnx(self, *, mapping: SupportsItems[Data, Data]) -> bool: ...
    def incr(self, key: Data) -> int:
        """Adds 1 to the integer at a key."""
    def decr(self, key: Data) -> int:
        """Takes 1 from the integer at a key."""
    def incrby(self, key: Data, increment: int) -> int:
        """Adds to the integer at a key."""
    def decrby(self, key: Data, decrement: int) -> int:
        """Takes from the integer at a key."""
    def incrbyfloat(self, key: Data, increment: Data) -> R:
        """Adds to the number at a key."""
    def append(self, key: Data, value: Data) -> int:
        """Appends to the string at a key."""
    def strlen(self, key: Data) -> int:
        """The length in bytes of the string at a key."""
    def getrange(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    def substr(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    def setrange(self, key: Data, offset: int, value: Data) -> int:
        """Overwrites a part of the string at a key."""
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: Literal[False] = False, idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R:
        """The longest common subsequence of two strings."""
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: Literal[True], idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> int: ...
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: Literal[True], minmatchlen: int | None = None, withmatchlen: bool = False) -> dict[R, Any]: ...
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: bool = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R | int | dict[R, Any]: ...
    def setbit(self, key: Data, offset: int, value: int) -> int:
        """Sets a bit of the string at a key."""
    def getbit(self, key: Data, offset: int) -> int:
        """A bit of the string at a key."""
    @overload
    def bitcount(self, key: Data, start: int | None = None, end: int | None = None) -> int:
        """Counts the bits that are set in the string at a key."""
    @overload
    def bitcount(self, key: Data, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None) -> int:
        """Where the first set or clear bit of a string is."""
    @overload
    def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Combines strings bit by bit."""
    @overload
    def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, *, keys: Data | Iterable[Data]) -> int: ...
    def bitfield(self, key: Data, /, *steps: Data) -> list[int | None]:
        """Reads and writes integers within the string at a key."""
    def bitfield_ro(self, key: Data, /, *steps: Data) -> list[int | None]:
        """Reads integers within the string at a key."""

@final
class QueuedStrings:
    def get(self, key: Data) -> None:
        """The value of a key."""
    def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: bool = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> None:
        """Sets the value of a key, whatever it held."""
    def getex(self, key: Data, *, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, persist: bool = False) -> None:
        """The value of a key, setting or clearing its time to live."""
    def getdel(self, key: Data) -> None:
        """The value of a key, which is deleted."""
    def getset(self, key: Data, value: Data) -> None:
        """Sets a key and gives its old value."""
    def setnx(self, key: Data, value: Data) -> None:
        """Sets a key that does not exist."""
    def setex(self, key: Data, seconds: int, value: Data) -> None:
        """Sets a key with a time to live in seconds."""
    def psetex(self, key: Data, milliseconds: int, value: Data) -> None:
        """Sets a key with a time to live in milliseconds."""
    @overload
    def mget(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """The values of several keys."""
    @overload
    def mget(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def mset(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets several keys."""
    @overload
    def mset(self, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def mset(self, *, mapping: SupportsItems[Data, Data]) -> None: ...
    @overload
    def msetnx(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets several keys if none exists."""
    @overload
    def msetnx(self, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def msetnx(self, *, mapping: SupportsItems[Data, Data]) -> None: ...
    def incr(self, key: Data) -> None:
        """Adds 1 to the integer at a key."""
    def decr(self, key: Data) -> None:
        """Takes 1 from the integer at a key."""
    def incrby(self, key: Data, increment: int) -> None:
        """Adds to the integer at a key."""
    def decrby(self, key: Data, decrement: int) -> None:
        """Takes from the integer at a key."""
    def incrbyfloat(self, key: Data, increment: Data) -> None:
        """Adds to the number at a key."""
    def append(self, key: Data, value: Data) -> None:
        """Appends to the string at a key."""
    def strlen(self, key: Data) -> None:
        """The length in bytes of the string at a key."""
    def getrange(self, key: Data, start: int, end: int) -> None:
        """A part of the string at a key."""
    def substr(self, key: Data, start: int, end: int) -> None:
        """A part of the string at a key."""
    def setrange(self, key: Data, offset: int, value: Data) -> None:
        """Overwrites a part of the string at a key."""
    def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: bool = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> None:
        """The longest common subsequence of two strings."""
    def setbit(self, key: Data, offset: int, value: int) -> None:
        """Sets a bit of the string at a key."""
    def getbit(self, key: Data, offset: int) -> None:
        """A bit of the string at a key."""
    @overload
    def bitcount(self, key: Data, start: int | None = None, end: int | None = None) -> None:
        """Counts the bits that are set in the string at a key."""
    @overload
    def bitcount(self, key: Data, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> None: ...
    @overload
    def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None) -> None:
        """Where the first set or clear bit of a string is."""
    @overload
    def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> None: ...
    @overload
    def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Combines strings bit by bit."""
    @overload
    def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, *, keys: Data | Iterable[Data]) -> None: ...
    def bitfield(self, key: Data, /, *steps: Data) -> None:
        """Reads and writes integers within the string at a key."""
    def bitfield_ro(self, key: Data, /, *steps: Data) -> None:
        """Reads integers within the string at a key."""

@final
class TransactionStrings(Generic[R]):
    def get(self, key: Data) -> R | None:
        """The value of a key."""
    def set(self, key: Data, value: Data, *, nx: bool = False, xx: bool = False, get: bool = False, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, keepttl: bool = False) -> None:
        """Sets the value of a key, whatever it held."""
    def getex(self, key: Data, *, ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None, persist: bool = False) -> None:
        """The value of a key, setting or clearing its time to live."""
    def getdel(self, key: Data) -> None:
        """The value of a key, which is deleted."""
    def getset(self, key: Data, value: Data) -> None:
        """Sets a key and gives its old value."""
    def setnx(self, key: Data, value: Data) -> None:
        """Sets a key that does not exist."""
    def setex(self, key: Data, seconds: int, value: Data) -> None:
        """Sets a key with a time to live in seconds."""
    def psetex(self, key: Data, milliseconds: int, value: Data) -> None:
        """Sets a key with a time to live in milliseconds."""
    @overload
    def mget(self, key: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several keys."""
    @overload
    def mget(self, *, keys: Data | Iterable[Data]) -> list[R | None]: ...
    @overload
    def mset(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets several keys."""
    @overload
    def mset(self, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def mset(self, *, mapping: SupportsItems[Data, Data]) -> None: ...
    @overload
    def msetnx(self, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets several keys if none exists."""
    @overload
    def msetnx(self, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def msetnx(self, *, mapping: SupportsItems[Data, Data]) -> None: ...
    def incr(self, key: Data) -> None:
        """Adds 1 to the integer at a key."""
    def decr(self, key: Data) -> None:
        """Takes 1 from the integer at a key."""
    def incrby(self, key: Data, increment: int) -> None:
        """Adds to the integer at a key."""
    def decrby(self, key: Data, decrement: int) -> None:
        """Takes from the integer at a key."""
    def incrbyfloat(self, key: Data, increment: Data) -> None:
        """Adds to the number at a key."""
    def append(self, key: Data, value: Data) -> None:
        """Appends to the string at a key."""
    def strlen(self, key: Data) -> int:
        """The length in bytes of the string at a key."""
    def getrange(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    def substr(self, key: Data, start: int, end: int) -> R:
        """A part of the string at a key."""
    def setrange(self, key: Data, offset: int, value: Data) -> None:
        """Overwrites a part of the string at a key."""
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: Literal[False] = False, idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R:
        """The longest common subsequence of two strings."""
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: Literal[True], idx: Literal[False] = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> int: ...
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: Literal[True], minmatchlen: int | None = None, withmatchlen: bool = False) -> dict[R, Any]: ...
    @overload
    def lcs(self, key1: Data, key2: Data, *, len: bool = False, idx: bool = False, minmatchlen: int | None = None, withmatchlen: bool = False) -> R | int | dict[R, Any]: ...
    def setbit(self, key: Data, offset: int, value: int) -> None:
        """Sets a bit of the string at a key."""
    def getbit(self, key: Data, offset: int) -> int:
        """A bit of the string at a key."""
    @overload
    def bitcount(self, key: Data, start: int | None = None, end: int | None = None) -> int:
        """Counts the bits that are set in the string at a key."""
    @overload
    def bitcount(self, key: Data, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None) -> int:
        """Where the first set or clear bit of a string is."""
    @overload
    def bitpos(self, key: Data, bit: int, start: int | None = None, end: int | None = None, unit: Literal["BYTE", "BIT", "byte", "bit"] | None = None, /) -> int: ...
    @overload
    def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Combines strings bit by bit."""
    @overload
    def bitop(self, operation: Literal["AND", "OR", "XOR", "NOT", "and", "or", "xor", "not"], destkey: Data, *, keys: Data | Iterable[Data]) -> None: ...
    def bitfield(self, key: Data, /, *steps: Data) -> None:
        """Reads and writes integers within the string at a key."""
    def bitfield_ro(self, key: Data, /, *steps: Data) -> list[int | None]:
        """Reads integers within the string at a key."""

@final
class Hashes(Generic[R]):
    @overload
    def hset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> int:
        """Sets fields of a hash."""
    @overload
    def hset(self, key: Data, field: Data, value: Data, /, *more: Data) -> int: ...
    @overload
    def hset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> int: ...
    @overload
    def hmset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> Literal[True]:
        """Sets fields of a hash."""
    @overload
    def hmset(self, key: Data, field: Data, value: Data, /, *more: Data) -> Literal[True]: ...
    @overload
    def hmset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> Literal[True]: ...
    def hsetnx(self, key: Data, field: Data, value: Data) -> bool:
        """Sets a field of a hash that does not exist."""
    def hget(self, key: Data, field: Data) -> R | None:
        """The value of a field."""
    @overload
    def hmget(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several fields."""
    @overload
    def hmget(self, key: Data, *, fields: Data | Iterable[Data]) -> list[R | None]: ...
    def hgetall(self, key: Data) -> dict[R, R]:
        """All fields and values of a hash."""
    def hkeys(self, key: Data) -> list[R]:
        """All fields of a hash."""
    def hvals(self, key: Data) -> list[R]:
        """All values of a hash."""
    def hlen(self, key: Data) -> int:
        """The number of fields in a hash."""
    def hstrlen(self, key: Data, field: Data) -> int:
        """The length in bytes of a field's value."""
    def hexists(self, key: Data, field: Data) -> bool:
        """Whether a field exists."""
    @overload
    def hdel(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> int:
        """Deletes fields of a hash."""
    @overload
    def hdel(self, key: Data, *, fields: Data | Iterable[Data]) -> int: ...
    def hincrby(self, key: Data, field: Data, increment: int) -> int:
        """Adds to the integer in a field."""
    def hincrbyfloat(self, key: Data, field: Data, increment: Data) -> R:
        """Adds to the number in a field."""
    @overload
    def hrandfield(self, key: Data, count: None = None, *, withvalues: bool = False) -> R | None:
        """Fields of a hash chosen at random."""
    @overload
    def hrandfield(self, key: Data, count: int, *, withvalues: Literal[False] = False) -> list[R]: ...
    @overload
    def hrandfield(self, key: Data, count: int, *, withvalues: Literal[True]) -> list[tuple[R, R]]: ...
    @overload
    def hrandfield(self, key: Data, count: int | None = None, *, withvalues: bool = False) -> R | list[R] | list[tuple[R, R]] | None: ...
    def hscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the fields of a hash."""

@final
class QueuedHashes:
    @overload
    def hset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets fields of a hash."""
    @overload
    def hset(self, key: Data, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def hset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> None: ...
    @overload
    def hmset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets fields of a hash."""
    @overload
    def hmset(self, key: Data, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def hmset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> None: ...
    def hsetnx(self, key: Data, field: Data, value: Data) -> None:
        """Sets a field of a hash that does not exist."""
    def hget(self, key: Data, field: Data) -> None:
        """The value of a field."""
    @overload
    def hmget(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> None:
        """The values of several fields."""
    @overload
    def hmget(self, key: Data, *, fields: Data | Iterable[Data]) -> None: ...
    def hgetall(self, key: Data) -> None:
        """All fields and values of a hash."""
    def hkeys(self, key: Data) -> None:
        """All fields of a hash."""
    def hvals(self, key: Data) -> None:
        """All values of a hash."""
    def hlen(self, key: Data) -> None:
        """The number of fields in a hash."""
    def hstrlen(self, key: Data, field: Data) -> None:
        """The length in bytes of a field's value."""
    def hexists(self, key: Data, field: Data) -> None:
        """Whether a field exists."""
    @overload
    def hdel(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes fields of a hash."""
    @overload
    def hdel(self, key: Data, *, fields: Data | Iterable[Data]) -> None: ...
    def hincrby(self, key: Data, field: Data, increment: int) -> None:
        """Adds to the integer in a field."""
    def hincrbyfloat(self, key: Data, field: Data, increment: Data) -> None:
        """Adds to the number in a field."""
    def hrandfield(self, key: Data, count: int | None = None, *, withvalues: bool = False) -> None:
        """Fields of a hash chosen at random."""
    def hscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> None:
        """Iterates over the fields of a hash."""

@final
class TransactionHashes(Generic[R]):
    @overload
    def hset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets fields of a hash."""
    @overload
    def hset(self, key: Data, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def hset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> None: ...
    @overload
    def hmset(self, key: Data, mapping: SupportsItems[Data, Data], /, *more: Data) -> None:
        """Sets fields of a hash."""
    @overload
    def hmset(self, key: Data, field: Data, value: Data, /, *more: Data) -> None: ...
    @overload
    def hmset(self, key: Data, *, mapping: SupportsItems[Data, Data]) -> None: ...
    def hsetnx(self, key: Data, field: Data, value: Data) -> None:
        """Sets a field of a hash that does not exist."""
    def hget(self, key: Data, field: Data) -> R | None:
        """The value of a field."""
    @overload
    def hmget(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> list[R | None]:
        """The values of several fields."""
    @overload
    def hmget(self, key: Data, *, fields: Data | Iterable[Data]) -> list[R | None]: ...
    def hgetall(self, key: Data) -> dict[R, R]:
        """All fields and values of a hash."""
    def hkeys(self, key: Data) -> list[R]:
        """All fields of a hash."""
    def hvals(self, key: Data) -> list[R]:
        """All values of a hash."""
    def hlen(self, key: Data) -> int:
        """The number of fields in a hash."""
    def hstrlen(self, key: Data, field: Data) -> int:
        """The length in bytes of a field's value."""
    def hexists(self, key: Data, field: Data) -> bool:
        """Whether a field exists."""
    @overload
    def hdel(self, key: Data, field: Data | Iterable[Data], /, *more: Data) -> None:
        """Deletes fields of a hash."""
    @overload
    def hdel(self, key: Data, *, fields: Data | Iterable[Data]) -> None: ...
    def hincrby(self, key: Data, field: Data, increment: int) -> None:
        """Adds to the integer in a field."""
    def hincrbyfloat(self, key: Data, field: Data, increment: Data) -> None:
        """Adds to the number in a field."""
    @overload
    def hrandfield(self, key: Data, count: None = None, *, withvalues: bool = False) -> R | None:
        """Fields of a hash chosen at random."""
    @overload
    def hrandfield(self, key: Data, count: int, *, withvalues: Literal[False] = False) -> list[R]: ...
    @overload
    def hrandfield(self, key: Data, count: int, *, withvalues: Literal[True]) -> list[tuple[R, R]]: ...
    @overload
    def hrandfield(self, key: Data, count: int | None = None, *, withvalues: bool = False) -> R | list[R] | list[tuple[R, R]] | None: ...
    def hscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the fields of a hash."""

@final
class Lists(Generic[R]):
    @overload
    def lpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Puts elements in front of a list."""
    @overload
    def lpush(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    @overload
    def rpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Appends elements to a list."""
    @overload
    def rpush(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    @overload
    def lpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Puts elements in front of a list that exists."""
    @overload
    def lpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    @overload
    def rpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> int:
        """Appends elements to a list that exists."""
    @overload
    def rpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> int: ...
    def linsert(self, key: Data, where: Literal["BEFORE", "AFTER", "before", "after"], pivot: Data, element: Data) -> int:
        """Puts an element before or behind the first one that equals another."""
    def lset(self, key: Data, index: int, element: Data) -> Literal[True]:
        """Replaces an element of a list."""
    def llen(self, key: Data) -> int:
        """The length of a list."""
    def lrange(self, key: Data, start: int, stop: int) -> list[R]:
        """A range of elements of a list."""
    def lindex(self, key: Data, index: int) -> R | None:
        """An element of a list."""
    @overload
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: None = None, maxlen: int | None = None) -> int | None:
        """Where an element stands in a list."""
    @overload
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int, maxlen: int | None = None) -> list[int]: ...
    @overload
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int | None = None, maxlen: int | None = None) -> int | list[int] | None: ...
    @overload
    def lpop(self, key: Data, count: None = None) -> R | None:
        """Removes and gives the first elements of a list."""
    @overload
    def lpop(self, key: Data, count: int) -> list[R] | None: ...
    @overload
    def lpop(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    @overload
    def rpop(self, key: Data, count: None = None) -> R | None:
        """Removes and gives the last elements of a list."""
    @overload
    def rpop(self, key: Data, count: int) -> list[R] | None: ...
    @overload
    def rpop(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    def lrem(self, key: Data, count: int, element: Data) -> int:
        """Removes elements of a list by value."""
    def ltrim(self, key: Data, start: int, stop: int) -> Literal[True]:
        """Keeps only a range of a list."""
    def lmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"]) -> R | None:
        """Moves an element from an end of a list to an end of another."""
    def rpoplpush(self, source: Data, destination: Data) -> R | None:
        """Moves the last element of a list to the front of another."""
    def lmpop(self, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> list[R | list[R]] | None:
        """Removes and gives elements of the first of several lists that has some."""
    @overload
    def blpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R] | None:
        """Removes and gives the first element of one of several lists, waiting for one."""
    @overload
    def blpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R] | None: ...
    @overload
    def blpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R] | None: ...
    @overload
    def brpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R] | None:
        """Removes and gives the last element of one of several lists, waiting for one."""
    @overload
    def brpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R] | None: ...
    @overload
    def brpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R] | None: ...
    def blmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> list[R | list[R]] | None:
        """Removes and gives elements of the first of several lists that has some, waiting for them."""
    def blmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"], timeout: float | None) -> R | None:
        """Moves an element from an end of a list to an end of another, waiting for one."""
    def brpoplpush(self, source: Data, destination: Data, timeout: float | None) -> R | None:
        """Moves the last element of a list to the front of another, waiting for one."""

@final
class QueuedLists:
    @overload
    def lpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Puts elements in front of a list."""
    @overload
    def lpush(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    def rpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Appends elements to a list."""
    @overload
    def rpush(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    def lpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Puts elements in front of a list that exists."""
    @overload
    def lpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    def rpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Appends elements to a list that exists."""
    @overload
    def rpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    def linsert(self, key: Data, where: Literal["BEFORE", "AFTER", "before", "after"], pivot: Data, element: Data) -> None:
        """Puts an element before or behind the first one that equals another."""
    def lset(self, key: Data, index: int, element: Data) -> None:
        """Replaces an element of a list."""
    def llen(self, key: Data) -> None:
        """The length of a list."""
    def lrange(self, key: Data, start: int, stop: int) -> None:
        """A range of elements of a list."""
    def lindex(self, key: Data, index: int) -> None:
        """An element of a list."""
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int | None = None, maxlen: int | None = None) -> None:
        """Where an element stands in a list."""
    def lpop(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the first elements of a list."""
    def rpop(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the last elements of a list."""
    def lrem(self, key: Data, count: int, element: Data) -> None:
        """Removes elements of a list by value."""
    def ltrim(self, key: Data, start: int, stop: int) -> None:
        """Keeps only a range of a list."""
    def lmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"]) -> None:
        """Moves an element from an end of a list to an end of another."""
    def rpoplpush(self, source: Data, destination: Data) -> None:
        """Moves the last element of a list to the front of another."""
    def lmpop(self, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> None:
        """Removes and gives elements of the first of several lists that has some."""
    @overload
    def blpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the first element of one of several lists, waiting for one."""
    @overload
    def blpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def blpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    @overload
    def brpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the last element of one of several lists, waiting for one."""
    @overload
    def brpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def brpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    def blmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> None:
        """Removes and gives elements of the first of several lists that has some, waiting for them."""
    def blmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"], timeout: float | None) -> None:
        """Moves an element from an end of a list to an end of another, waiting for one."""
    def brpoplpush(self, source: Data, destination: Data, timeout: float | None) -> None:
        """Moves the last element of a list to the front of another, waiting for one."""

@final
class TransactionLists(Generic[R]):
    @overload
    def lpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Puts elements in front of a list."""
    @overload
    def lpush(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    def rpush(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Appends elements to a list."""
    @overload
    def rpush(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    def lpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Puts elements in front of a list that exists."""
    @overload
    def lpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    @overload
    def rpushx(self, key: Data, element: Data | Iterable[Data], /, *more: Data) -> None:
        """Appends elements to a list that exists."""
    @overload
    def rpushx(self, key: Data, *, elements: Data | Iterable[Data]) -> None: ...
    def linsert(self, key: Data, where: Literal["BEFORE", "AFTER", "before", "after"], pivot: Data, element: Data) -> None:
        """Puts an element before or behind the first one that equals another."""
    def lset(self, key: Data, index: int, element: Data) -> None:
        """Replaces an element of a list."""
    def llen(self, key: Data) -> int:
        """The length of a list."""
    def lrange(self, key: Data, start: int, stop: int) -> list[R]:
        """A range of elements of a list."""
    def lindex(self, key: Data, index: int) -> R | None:
        """An element of a list."""
    @overload
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: None = None, maxlen: int | None = None) -> int | None:
        """Where an element stands in a list."""
    @overload
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int, maxlen: int | None = None) -> list[int]: ...
    @overload
    def lpos(self, key: Data, element: Data, *, rank: int | None = None, count: int | None = None, maxlen: int | None = None) -> int | list[int] | None: ...
    def lpop(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the first elements of a list."""
    def rpop(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the last elements of a list."""
    def lrem(self, key: Data, count: int, element: Data) -> None:
        """Removes elements of a list by value."""
    def ltrim(self, key: Data, start: int, stop: int) -> None:
        """Keeps only a range of a list."""
    def lmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"]) -> None:
        """Moves an element from an end of a list to an end of another."""
    def rpoplpush(self, source: Data, destination: Data) -> None:
        """Moves the last element of a list to the front of another."""
    def lmpop(self, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> None:
        """Removes and gives elements of the first of several lists that has some."""
    @overload
    def blpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the first element of one of several lists, waiting for one."""
    @overload
    def blpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def blpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    @overload
    def brpop(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the last element of one of several lists, waiting for one."""
    @overload
    def brpop(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def brpop(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    def blmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["LEFT", "RIGHT", "left", "right"], *, count: int | None = None) -> None:
        """Removes and gives elements of the first of several lists that has some, waiting for them."""
    def blmove(self, source: Data, destination: Data, wherefrom: Literal["LEFT", "RIGHT", "left", "right"], whereto: Literal["LEFT", "RIGHT", "left", "right"], timeout: float | None) -> None:
        """Moves an element from an end of a list to an end of another, waiting for one."""
    def brpoplpush(self, source: Data, destination: Data, timeout: float | None) -> None:
        """Moves the last element of a list to the front of another, waiting for one."""

@final
class Sets(Generic[R]):
    @overload
    def sadd(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> int:
        """Adds members to a set."""
    @overload
    def sadd(self, key: Data, *, members: Data | Iterable[Data]) -> int: ...
    @overload
    def srem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> int:
        """Removes members from a set."""
    @overload
    def srem(self, key: Data, *, members: Data | Iterable[Data]) -> int: ...
    def sismember(self, key: Data, member: Data) -> bool:
        """Whether a set has a member."""
    @overload
    def smismember(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which of several members a set has."""
    @overload
    def smismember(self, key: Data, *, members: Data | Iterable[Data]) -> list[int]: ...
    def smembers(self, key: Data) -> set[R]:
        """All members of a set."""
    def scard(self, key: Data) -> int:
        """The number of members in a set."""
    def smove(self, source: Data, destination: Data, member: Data) -> bool:
        """Moves a member from one set to another."""
    @overload
    def spop(self, key: Data, count: None = None) -> R | None:
        """Takes members chosen at random out of a set."""
    @overload
    def spop(self, key: Data, count: int) -> set[R]: ...
    @overload
    def spop(self, key: Data, count: int | None = None) -> R | set[R] | None: ...
    @overload
    def srandmember(self, key: Data, count: None = None) -> R | None:
        """Members of a set chosen at random."""
    @overload
    def srandmember(self, key: Data, count: int) -> list[R]: ...
    @overload
    def srandmember(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    @overload
    def sinter(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that all of the sets have."""
    @overload
    def sinter(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    def sinterstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Stores the members that all of the sets have."""
    @overload
    def sinterstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def sunion(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that any of the sets has."""
    @overload
    def sunion(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    def sunionstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Stores the members that any of the sets has."""
    @overload
    def sunionstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def sdiff(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members of the first set that none of the others has."""
    @overload
    def sdiff(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    def sdiffstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Stores the members of the first set that none of the others has."""
    @overload
    def sdiffstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> int: ...
    def sintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """The number of members that all of the sets have."""
    def sscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a set."""

@final
class QueuedSets:
    @overload
    def sadd(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Adds members to a set."""
    @overload
    def sadd(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    @overload
    def srem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Removes members from a set."""
    @overload
    def srem(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    def sismember(self, key: Data, member: Data) -> None:
        """Whether a set has a member."""
    @overload
    def smismember(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Which of several members a set has."""
    @overload
    def smismember(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    def smembers(self, key: Data) -> None:
        """All members of a set."""
    def scard(self, key: Data) -> None:
        """The number of members in a set."""
    def smove(self, source: Data, destination: Data, member: Data) -> None:
        """Moves a member from one set to another."""
    def spop(self, key: Data, count: int | None = None) -> None:
        """Takes members chosen at random out of a set."""
    def srandmember(self, key: Data, count: int | None = None) -> None:
        """Members of a set chosen at random."""
    @overload
    def sinter(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """The members that all of the sets have."""
    @overload
    def sinter(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sinterstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members that all of the sets have."""
    @overload
    def sinterstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sunion(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """The members that any of the sets has."""
    @overload
    def sunion(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sunionstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members that any of the sets has."""
    @overload
    def sunionstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sdiff(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """The members of the first set that none of the others has."""
    @overload
    def sdiff(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sdiffstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members of the first set that none of the others has."""
    @overload
    def sdiffstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    def sintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> None:
        """The number of members that all of the sets have."""
    def sscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> None:
        """Iterates over the members of a set."""

@final
class TransactionSets(Generic[R]):
    @overload
    def sadd(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Adds members to a set."""
    @overload
    def sadd(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    @overload
    def srem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Removes members from a set."""
    @overload
    def srem(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    def sismember(self, key: Data, member: Data) -> bool:
        """Whether a set has a member."""
    @overload
    def smismember(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which of several members a set has."""
    @overload
    def smismember(self, key: Data, *, members: Data | Iterable[Data]) -> list[int]: ...
    def smembers(self, key: Data) -> set[R]:
        """All members of a set."""
    def scard(self, key: Data) -> int:
        """The number of members in a set."""
    def smove(self, source: Data, destination: Data, member: Data) -> None:
        """Moves a member from one set to another."""
    def spop(self, key: Data, count: int | None = None) -> None:
        """Takes members chosen at random out of a set."""
    @overload
    def srandmember(self, key: Data, count: None = None) -> R | None:
        """Members of a set chosen at random."""
    @overload
    def srandmember(self, key: Data, count: int) -> list[R]: ...
    @overload
    def srandmember(self, key: Data, count: int | None = None) -> R | list[R] | None: ...
    @overload
    def sinter(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that all of the sets have."""
    @overload
    def sinter(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    def sinterstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members that all of the sets have."""
    @overload
    def sinterstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sunion(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members that any of the sets has."""
    @overload
    def sunion(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    def sunionstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members that any of the sets has."""
    @overload
    def sunionstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def sdiff(self, key: Data | Iterable[Data], /, *more: Data) -> set[R]:
        """The members of the first set that none of the others has."""
    @overload
    def sdiff(self, *, keys: Data | Iterable[Data]) -> set[R]: ...
    @overload
    def sdiffstore(self, destination: Data, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Stores the members of the first set that none of the others has."""
    @overload
    def sdiffstore(self, destination: Data, *, keys: Data | Iterable[Data]) -> None: ...
    def sintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """The number of members that all of the sets have."""
    def sscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a set."""

@final
class ZSets(Generic[R]):
    @overload
    def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[False] = False) -> int:
        """Adds members to a sorted set, or changes their scores."""
    @overload
    def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[False] = False) -> int: ...
    @overload
    def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[False] = False) -> int: ...
    @overload
    def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True]) -> float | None: ...
    @overload
    def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True]) -> float | None: ...
    @overload
    def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True]) -> float | None: ...
    @overload
    def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> int | float | None: ...
    @overload
    def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> int | float | None: ...
    @overload
    def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> int | float | None: ...
    def zincrby(self, key: Data, increment: float, member: Data) -> float:
        """Adds to the score of a member."""
    @overload
    def zrem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> int:
        """Removes members from a sorted set."""
    @overload
    def zrem(self, key: Data, *, members: Data | Iterable[Data]) -> int: ...
    def zcard(self, key: Data) -> int:
        """The number of members of a sorted set."""
    def zscore(self, key: Data, member: Data) -> float | None:
        """The score of a member."""
    @overload
    def zmscore(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[float | None]:
        """The scores of several members."""
    @overload
    def zmscore(self, key: Data, *, members: Data | Iterable[Data]) -> list[float | None]: ...
    def zrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the smallest score first."""
    def zrevrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the greatest score first."""
    @overload
    def zpopmin(self, key: Data, count: None = None) -> list[R | float]:
        """Removes and gives the members with the smallest scores."""
    @overload
    def zpopmin(self, key: Data, count: int) -> list[tuple[R, float]]: ...
    @overload
    def zpopmin(self, key: Data, count: int | None = None) -> list[tuple[R, float]] | list[R | float]: ...
    @overload
    def zpopmax(self, key: Data, count: None = None) -> list[R | float]:
        """Removes and gives the members with the greatest scores."""
    @overload
    def zpopmax(self, key: Data, count: int) -> list[tuple[R, float]]: ...
    @overload
    def zpopmax(self, key: Data, count: int | None = None) -> list[tuple[R, float]] | list[R | float]: ...
    def zmpop(self, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> list[R | list[list[R | float]]] | None:
        """Removes and gives members of the first of several sorted sets that has some."""
    @overload
    def bzpopmin(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R | float] | None:
        """Removes and gives the member with the smallest score, waiting for one."""
    @overload
    def bzpopmin(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R | float] | None: ...
    @overload
    def bzpopmin(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R | float] | None: ...
    @overload
    def bzpopmax(self, key: Data | Iterable[Data], timeout: float | None, /) -> list[R | float] | None:
        """Removes and gives the member with the greatest score, waiting for one."""
    @overload
    def bzpopmax(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> list[R | float] | None: ...
    @overload
    def bzpopmax(self, *, keys: Data | Iterable[Data], timeout: float | None) -> list[R | float] | None: ...
    def bzmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> list[R | list[list[R | float]]] | None:
        """Removes and gives members of the first of several sorted sets that has some, waiting for them."""
    @overload
    def zrandmember(self, key: Data, count: None = None, *, withscores: bool = False) -> R | None:
        """Members of a sorted set chosen at random."""
    @overload
    def zrandmember(self, key: Data, count: int, *, withscores: Literal[False] = False) -> list[R]: ...
    @overload
    def zrandmember(self, key: Data, count: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zrandmember(self, key: Data, count: int | None = None, *, withscores: bool = False) -> R | list[R] | list[tuple[R, float]] | None: ...
    def zscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a sorted set."""
    def zcount(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> int:
        """Counts the members within a range of scores."""
    def zlexcount(self, key: Data, min: str | bytes, max: str | bytes) -> int:
        """Counts the members within a range of names."""
    @overload
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[False] = False) -> list[R]:
        """Members within a range of ranks, scores or names."""
    @overload
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[False] = False) -> list[R]:
        """Members by rank, the greatest first."""
    @overload
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores."""
    @overload
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores, the greatest first."""
    @overload
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    def zrangebylex(self, key: Data, min: str | bytes, max: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names."""
    def zrevrangebylex(self, key: Data, max: str | bytes, min: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names, the greatest first."""
    def zrangestore(self, destination: Data, source: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None) -> int:
        """Keeps a range of members in another key."""
    def zremrangebyrank(self, key: Data, start: int, stop: int) -> int:
        """Removes members within a range of ranks."""
    def zremrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> int:
        """Removes members within a range of scores."""
    def zremrangebylex(self, key: Data, min: str | bytes, max: str | bytes) -> int:
        """Removes members within a range of names."""
    @overload
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The union of several sorted sets."""
    @overload
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The intersection of several sorted sets."""
    @overload
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[False] = False) -> list[R]:
        """The difference of several sorted sets."""
    @overload
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    def zunionstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> int:
        """Keeps the union of several sorted sets."""
    def zinterstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> int:
        """Keeps the intersection of several sorted sets."""
    def zdiffstore(self, destination: Data, keys: Data | Iterable[Data]) -> int:
        """Keeps the difference of several sorted sets."""
    def zintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """Counts the members of an intersection of sorted sets."""

@final
class QueuedZSets:
    @overload
    def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None:
        """Adds members to a sorted set, or changes their scores."""
    @overload
    def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None: ...
    @overload
    def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None: ...
    def zincrby(self, key: Data, increment: float, member: Data) -> None:
        """Adds to the score of a member."""
    @overload
    def zrem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Removes members from a sorted set."""
    @overload
    def zrem(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    def zcard(self, key: Data) -> None:
        """The number of members of a sorted set."""
    def zscore(self, key: Data, member: Data) -> None:
        """The score of a member."""
    @overload
    def zmscore(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """The scores of several members."""
    @overload
    def zmscore(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    def zrank(self, key: Data, member: Data) -> None:
        """The position of a member, the smallest score first."""
    def zrevrank(self, key: Data, member: Data) -> None:
        """The position of a member, the greatest score first."""
    def zpopmin(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the members with the smallest scores."""
    def zpopmax(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the members with the greatest scores."""
    def zmpop(self, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> None:
        """Removes and gives members of the first of several sorted sets that has some."""
    @overload
    def bzpopmin(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the member with the smallest score, waiting for one."""
    @overload
    def bzpopmin(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def bzpopmin(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    @overload
    def bzpopmax(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the member with the greatest score, waiting for one."""
    @overload
    def bzpopmax(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def bzpopmax(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    def bzmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> None:
        """Removes and gives members of the first of several sorted sets that has some, waiting for them."""
    def zrandmember(self, key: Data, count: int | None = None, *, withscores: bool = False) -> None:
        """Members of a sorted set chosen at random."""
    def zscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> None:
        """Iterates over the members of a sorted set."""
    def zcount(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> None:
        """Counts the members within a range of scores."""
    def zlexcount(self, key: Data, min: str | bytes, max: str | bytes) -> None:
        """Counts the members within a range of names."""
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: bool = False) -> None:
        """Members within a range of ranks, scores or names."""
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: bool = False) -> None:
        """Members by rank, the greatest first."""
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> None:
        """Members within a range of scores."""
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> None:
        """Members within a range of scores, the greatest first."""
    def zrangebylex(self, key: Data, min: str | bytes, max: str | bytes, *, limit: tuple[int, int] | None = None) -> None:
        """Members within a range of names."""
    def zrevrangebylex(self, key: Data, max: str | bytes, min: str | bytes, *, limit: tuple[int, int] | None = None) -> None:
        """Members within a range of names, the greatest first."""
    def zrangestore(self, destination: Data, source: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None) -> None:
        """Keeps a range of members in another key."""
    def zremrangebyrank(self, key: Data, start: int, stop: int) -> None:
        """Removes members within a range of ranks."""
    def zremrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> None:
        """Removes members within a range of scores."""
    def zremrangebylex(self, key: Data, min: str | bytes, max: str | bytes) -> None:
        """Removes members within a range of names."""
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> None:
        """The union of several sorted sets."""
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> None:
        """The intersection of several sorted sets."""
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: bool = False) -> None:
        """The difference of several sorted sets."""
    def zunionstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> None:
        """Keeps the union of several sorted sets."""
    def zinterstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> None:
        """Keeps the intersection of several sorted sets."""
    def zdiffstore(self, destination: Data, keys: Data | Iterable[Data]) -> None:
        """Keeps the difference of several sorted sets."""
    def zintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> None:
        """Counts the members of an intersection of sorted sets."""

@final
class TransactionZSets(Generic[R]):
    @overload
    def zadd(self, key: Data, mapping: SupportsItems[Data, float], /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None:
        """Adds members to a sorted set, or changes their scores."""
    @overload
    def zadd(self, key: Data, score: float, member: Data, /, *more: Data | float, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None: ...
    @overload
    def zadd(self, key: Data, *, mapping: SupportsItems[Data, float], nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: bool = False) -> None: ...
    def zincrby(self, key: Data, increment: float, member: Data) -> None:
        """Adds to the score of a member."""
    @overload
    def zrem(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> None:
        """Removes members from a sorted set."""
    @overload
    def zrem(self, key: Data, *, members: Data | Iterable[Data]) -> None: ...
    def zcard(self, key: Data) -> int:
        """The number of members of a sorted set."""
    def zscore(self, key: Data, member: Data) -> float | None:
        """The score of a member."""
    @overload
    def zmscore(self, key: Data, member: Data | Iterable[Data], /, *more: Data) -> list[float | None]:
        """The scores of several members."""
    @overload
    def zmscore(self, key: Data, *, members: Data | Iterable[Data]) -> list[float | None]: ...
    def zrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the smallest score first."""
    def zrevrank(self, key: Data, member: Data) -> int | None:
        """The position of a member, the greatest score first."""
    def zpopmin(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the members with the smallest scores."""
    def zpopmax(self, key: Data, count: int | None = None) -> None:
        """Removes and gives the members with the greatest scores."""
    def zmpop(self, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> None:
        """Removes and gives members of the first of several sorted sets that has some."""
    @overload
    def bzpopmin(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the member with the smallest score, waiting for one."""
    @overload
    def bzpopmin(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def bzpopmin(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    @overload
    def bzpopmax(self, key: Data | Iterable[Data], timeout: float | None, /) -> None:
        """Removes and gives the member with the greatest score, waiting for one."""
    @overload
    def bzpopmax(self, key: Data | Iterable[Data], /, *more: Data, timeout: float | None) -> None: ...
    @overload
    def bzpopmax(self, *, keys: Data | Iterable[Data], timeout: float | None) -> None: ...
    def bzmpop(self, timeout: float | None, keys: Data | Iterable[Data], where: Literal["MIN", "MAX", "min", "max"], *, count: int | None = None) -> None:
        """Removes and gives members of the first of several sorted sets that has some, waiting for them."""
    @overload
    def zrandmember(self, key: Data, count: None = None, *, withscores: bool = False) -> R | None:
        """Members of a sorted set chosen at random."""
    @overload
    def zrandmember(self, key: Data, count: int, *, withscores: Literal[False] = False) -> list[R]: ...
    @overload
    def zrandmember(self, key: Data, count: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zrandmember(self, key: Data, count: int | None = None, *, withscores: bool = False) -> R | list[R] | list[tuple[R, float]] | None: ...
    def zscan(self, key: Data, cursor: int, *, match: Data | None = None, count: int | None = None) -> tuple[int, list[R]]:
        """Iterates over the members of a sorted set."""
    def zcount(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> int:
        """Counts the members within a range of scores."""
    def zlexcount(self, key: Data, min: str | bytes, max: str | bytes) -> int:
        """Counts the members within a range of names."""
    @overload
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[False] = False) -> list[R]:
        """Members within a range of ranks, scores or names."""
    @overload
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zrange(self, key: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[False] = False) -> list[R]:
        """Members by rank, the greatest first."""
    @overload
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zrevrange(self, key: Data, start: int, stop: int, *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores."""
    @overload
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    def zrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[False] = False, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of scores, the greatest first."""
    @overload
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: Literal[True], limit: tuple[int, int] | None = None) -> list[tuple[R, float]]: ...
    @overload
    def zrevrangebyscore(self, key: Data, max: float | str | bytes, min: float | str | bytes, *, withscores: bool = False, limit: tuple[int, int] | None = None) -> list[R] | list[tuple[R, float]]: ...
    def zrangebylex(self, key: Data, min: str | bytes, max: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names."""
    def zrevrangebylex(self, key: Data, max: str | bytes, min: str | bytes, *, limit: tuple[int, int] | None = None) -> list[R]:
        """Members within a range of names, the greatest first."""
    def zrangestore(self, destination: Data, source: Data, start: Data, stop: Data, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None) -> None:
        """Keeps a range of members in another key."""
    def zremrangebyrank(self, key: Data, start: int, stop: int) -> None:
        """Removes members within a range of ranks."""
    def zremrangebyscore(self, key: Data, min: float | str | bytes, max: float | str | bytes) -> None:
        """Removes members within a range of scores."""
    def zremrangebylex(self, key: Data, min: str | bytes, max: str | bytes) -> None:
        """Removes members within a range of names."""
    @overload
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The union of several sorted sets."""
    @overload
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zunion(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[False] = False) -> list[R]:
        """The intersection of several sorted sets."""
    @overload
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zinter(self, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    @overload
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[False] = False) -> list[R]:
        """The difference of several sorted sets."""
    @overload
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: Literal[True]) -> list[tuple[R, float]]: ...
    @overload
    def zdiff(self, keys: Data | Iterable[Data], *, withscores: bool = False) -> list[R] | list[tuple[R, float]]: ...
    def zunionstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> None:
        """Keeps the union of several sorted sets."""
    def zinterstore(self, destination: Data, keys: Data | Iterable[Data], *, weights: Iterable[float] | None = None, aggregate: Literal["SUM", "MIN", "MAX", "sum", "min", "max"] | None = None) -> None:
        """Keeps the intersection of several sorted sets."""
    def zdiffstore(self, destination: Data, keys: Data | Iterable[Data]) -> None:
        """Keeps the difference of several sorted sets."""
    def zintercard(self, keys: Data | Iterable[Data], *, limit: int | None = None) -> int:
        """Counts the members of an intersection of sorted sets."""

@final
class HyperLogLogs(Generic[R]):
    @overload
    def pfadd(self, key: Data, element: Data | Iterable[Data] = ..., /, *more: Data) -> bool:
        """Adds elements to a HyperLogLog."""
    @overload
    def pfadd(self, key: Data, *, elements: Data | Iterable[Data] = ...) -> bool: ...
    @overload
    def pfcount(self, key: Data | Iterable[Data], /, *more: Data) -> int:
        """Estimates how many different elements were added."""
    @overload
    def pfcount(self, *, keys: Data | Iterable[Data]) -> int: ...
    @overload
    def pfmerge(self, destkey: Data, sourcekey: Data | Iterable[Data] = ..., /, *more: Data) -> Literal[True]:
        """Merges HyperLogLogs into one."""
    @overload
    def pfmerge(self, destkey: Data, *, sourcekeys: Data | Iterable[Data] = ...) -> Literal[True]: ...

@final
class QueuedHyperLogLogs:
    @overload
    def pfadd(self, key: Data, element: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Adds elements to a HyperLogLog."""
    @overload
    def pfadd(self, key: Data, *, elements: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def pfcount(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Estimates how many different elements were added."""
    @overload
    def pfcount(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def pfmerge(self, destkey: Data, sourcekey: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Merges HyperLogLogs into one."""
    @overload
    def pfmerge(self, destkey: Data, *, sourcekeys: Data | Iterable[Data] = ...) -> None: ...

@final
class TransactionHyperLogLogs(Generic[R]):
    @overload
    def pfadd(self, key: Data, element: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Adds elements to a HyperLogLog."""
    @overload
    def pfadd(self, key: Data, *, elements: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def pfcount(self, key: Data | Iterable[Data], /, *more: Data) -> None:
        """Estimates how many different elements were added."""
    @overload
    def pfcount(self, *, keys: Data | Iterable[Data]) -> None: ...
    @overload
    def pfmerge(self, destkey: Data, sourcekey: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Merges HyperLogLogs into one."""
    @overload
    def pfmerge(self, destkey: Data, *, sourcekeys: Data | Iterable[Data] = ...) -> None: ...

@final
class Channels(Generic[R]):
    def publish(self, channel: Data, message: Data) -> int:
        """Sends a message to a channel."""
    def channels(self, pattern: Data | None = None) -> list[R]:
        """The channels that somebody has subscribed to."""
    @overload
    def numsub(self, channel: Data | Iterable[Data] = ..., /, *more: Data) -> list[R | int]:
        """How many subscriptions channels have."""
    @overload
    def numsub(self, *, channels: Data | Iterable[Data] = ...) -> list[R | int]: ...
    def numpat(self) -> int:
        """How many patterns somebody has subscribed to."""

@final
class QueuedChannels:
    def publish(self, channel: Data, message: Data) -> None:
        """Sends a message to a channel."""
    def channels(self, pattern: Data | None = None) -> None:
        """The channels that somebody has subscribed to."""
    @overload
    def numsub(self, channel: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """How many subscriptions channels have."""
    @overload
    def numsub(self, *, channels: Data | Iterable[Data] = ...) -> None: ...
    def numpat(self) -> None:
        """How many patterns somebody has subscribed to."""

@final
class TransactionChannels(Generic[R]):
    def publish(self, channel: Data, message: Data) -> int:
        """Sends a message to a channel."""
    def channels(self, pattern: Data | None = None) -> list[R]:
        """The channels that somebody has subscribed to."""
    @overload
    def numsub(self, channel: Data | Iterable[Data] = ..., /, *more: Data) -> list[R | int]:
        """How many subscriptions channels have."""
    @overload
    def numsub(self, *, channels: Data | Iterable[Data] = ...) -> list[R | int]: ...
    def numpat(self) -> int:
        """How many patterns somebody has subscribed to."""

@final
class Scripts(Generic[R]):
    @overload
    def eval(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a Lua script."""
    @overload
    def eval(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a loaded Lua script by its SHA-1."""
    @overload
    def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a Lua script that must not write."""
    @overload
    def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a loaded Lua script that must not write."""
    @overload
    def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    def load(self, script: Data) -> R:
        """Compiles and keeps a Lua script."""
    @overload
    def exists(self, sha1: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which scripts are loaded."""
    @overload
    def exists(self, *, sha1s: Data | Iterable[Data]) -> list[int]: ...
    def flush(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Forgets all loaded scripts."""

@final
class QueuedScripts:
    @overload
    def eval(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a Lua script."""
    @overload
    def eval(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a loaded Lua script by its SHA-1."""
    @overload
    def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a Lua script that must not write."""
    @overload
    def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a loaded Lua script that must not write."""
    @overload
    def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    def load(self, script: Data) -> None:
        """Compiles and keeps a Lua script."""
    @overload
    def exists(self, sha1: Data | Iterable[Data], /, *more: Data) -> None:
        """Which scripts are loaded."""
    @overload
    def exists(self, *, sha1s: Data | Iterable[Data]) -> None: ...
    def flush(self, *, async_: bool = False, sync: bool = False) -> None:
        """Forgets all loaded scripts."""

@final
class TransactionScripts(Generic[R]):
    @overload
    def eval(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a Lua script."""
    @overload
    def eval(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> None:
        """Runs a loaded Lua script by its SHA-1."""
    @overload
    def evalsha(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> None: ...
    @overload
    def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a Lua script that must not write."""
    @overload
    def eval_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    @overload
    def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., arg: Data | Iterable[Data] = ..., /, *more: Data) -> Any:
        """Runs a loaded Lua script that must not write."""
    @overload
    def evalsha_ro(self, script: Data, keys: Data | Iterable[Data] = ..., *, args: Data | Iterable[Data] = ...) -> Any: ...
    def load(self, script: Data) -> R:
        """Compiles and keeps a Lua script."""
    @overload
    def exists(self, sha1: Data | Iterable[Data], /, *more: Data) -> list[int]:
        """Which scripts are loaded."""
    @overload
    def exists(self, *, sha1s: Data | Iterable[Data]) -> list[int]: ...
    def flush(self, *, async_: bool = False, sync: bool = False) -> Literal[True]:
        """Forgets all loaded scripts."""
