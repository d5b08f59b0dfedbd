"""Counts of users beside a database that has the truth: articles, followings, fans, likes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = [
    "CountStore",
    "CountedId",
    "Drift",
    "ReconcileReport",
]


class CountedId(NamedTuple):
    """An id with a great count."""

    id: Id
    count: int  # type: ignore[assignment]


class Drift(NamedTuple):
    """A count that was not the true one."""

    id: Id
    stored: int
    truth: int
    repaired: bool


class ReconcileReport(NamedTuple):
    """What a reconciliation found."""

    checked: int  #: ids
    drifted: int  #: ids with a wrong count
    repaired: int  #: of them
    moving: int  #: ids whose count changed while it was looked at: they are left alone
    drifts: list[Drift]  #: the first 10,000


class CountStore:
    """Counts by kind ("articles", "fans") and id, kept beside a database that has the truth.

    With a ``replica`` counts are read there when the store cannot be reached; they may be late.
    """

    _slow: ClassVar = frozenset({"reconcile"})

    def __init__(
        self,
        store: Store,
        *,
        replica: Store | None = None,
        prefix: str = "ph",
        clock: Clock | None = None,
    ) -> None:
        second = None if replica is None else target_of(replica)
        self._module = _playhead.CountStore(target_of(store), replica=second, prefix=prefix, clock=clock)

    def get(self, kind: Id, id: Id) -> int:
        """Give a count; 0 for an id without one."""
        return self._module.get_many(kind, [id])[0]

    def get_many(self, kind: Id, ids: Iterable[Id]) -> list[int]:
        """Give the counts of several ids, in their order."""
        return self._module.get_many(kind, list(ids))

    def get_all(self, id: Id, kinds: Iterable[Id]) -> list[int]:
        """Give the counts of one id of several kinds, in their order: a profile."""
        return self._module.get_all(id, list(kinds))

    def increment(self, kind: Id, id: Id, by: int = 1) -> int:
        """Add, and give the new count."""
        return self._module.increment(kind, id, by)

    def set(self, kind: Id, id: Id, count: int) -> None:
        """Set a count."""
        self._module.set(kind, id, count)

    def top(self, kind: Id, limit: int = 10) -> list[CountedId]:
        """Give the greatest counts; of equal ones the greater id first."""
        return [CountedId(*item) for item in self._module.top(kind, limit)]

    def reconcile(
        self,
        kind: Id,
        truth: Callable[[list[Id]], Sequence[int]],
        ids: Iterable[Id] = (),
        *,
        repair: bool = True,
    ) -> ReconcileReport:
        """Compare all counts of a kind with the truth, and set right what differs.

        ``truth(ids)`` gives the true counts of up to 1000 ids in their order. Compared are the ids that the
        store knows, and ``ids``. A drift counts only if a second look finds the same, so that increments
        under way are none, and it is set right only if the count is still the one that was seen.
        """
        found = self._module.reconcile(kind, truth, ids, repair)
        return ReconcileReport(*found[:4], [Drift(*drift) for drift in found[4]])
