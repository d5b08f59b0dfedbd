"""Which ids have perhaps been seen, and which rows are asked for most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = [
    "BloomFilter",
    "PopularRow",
    "Popularity",
    "ttl_for_views",
]


class BloomFilter:
    """A Bloom filter that all processes share, sized for ``capacity`` ids at ``error_rate``.

    Its bits depend on the ids only: they are the same on every store and in every process. Filters of one
    name must have the same size. Every method is one round trip.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        name: str = "filter",
        capacity: int = 1_000_000,
        error_rate: float = 0.01,
    ) -> None:
        self._module = _playhead.BloomFilter(
            target_of(store), prefix=prefix, name=name, capacity=capacity, error_rate=error_rate
        )

    def add(self, id: Id) -> bool:
        """Add an id; False: it seemed to be there already."""
        return self._module.add(id)

    def add_many(self, ids: Iterable[Id]) -> int:
        """Add several ids; how many did not seem to be there."""
        return self._module.add_many(list(ids))

    def might_contain(self, id: Id) -> bool:
        """False: the id was never added. True: it was, or, at the error rate, it was not."""
        return self._module.might_contain(id)

    def might_contain_many(self, ids: Iterable[Id]) -> list[bool]:
        """Tell the same of several ids."""
        return self._module.might_contain_many(list(ids))

    def merge(self, other: BloomFilter) -> None:
        """Add all that another filter of the same size and store has."""
        self._module.merge(other._module)

    def count_estimate(self) -> int:
        """About how many different ids were added."""
        return self._module.count_estimate()

    def clear(self) -> None:
        """Forget all ids."""
        self._module.clear()

    @property
    def bits(self) -> int:
        """Size in bits."""
        return self._module.bits

    @property
    def hashes(self) -> int:
        """How many bits an id sets."""
        return self._module.hashes

    def __contains__(self, id: Id) -> bool:
        return self.might_contain(id)


class PopularRow(NamedTuple):
    """A row of a ranking."""

    id: Id
    score: float  #: as at now


class Popularity:
    """A ranking with exponential decay: a view counts half after ``half_life``, exactly, at every moment.

    The ``capacity`` most popular rows are kept. Every method is one round trip.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "viewed",
        half_life: int = 3_600_000,
        capacity: int = 20_000,
    ) -> None:
        self._module = _playhead.Popularity(
            target_of(store), prefix=prefix, clock=clock, name=name, half_life=half_life, capacity=capacity
        )

    def record(self, id: Id, weight: float = 1.0, *, at: int | None = None) -> float:
        """Count a view (``at``: when, None: now); the row's score at that time. Views may come late."""
        return self._module.record(id, weight, at)

    def score(self, id: Id) -> float:
        """Give a row's score now, 0 if it is not kept."""
        return self._module.score(id)

    def rank(self, id: Id) -> int | None:
        """Give a row's rank, 0 for the most popular one."""
        return self._module.rank(id)

    def can_cache(self, id: Id, rank: int = 10_000) -> bool:
        """Whether a row is among the first ``rank``."""
        return self._module.can_cache(id, rank)

    def top(self, count: int = 10) -> list[PopularRow]:
        """Give the most popular rows."""
        return [PopularRow(*row) for row in self._module.top(count)]

    def count(self) -> int:
        """Count the rows that are kept."""
        return self._module.count()


def ttl_for_views(
    views: int,
    lifetimes: Sequence[tuple[int, int]] = ((1_000_000, 900_000), (100_000, 600_000), (10_000, 300_000)),
    otherwise: int = 120_000,
) -> int:
    """Give the lifetime of the highest ``(more_than, ttl)`` that the views pass, or ``otherwise``."""
    return _playhead.ttl_for_views(views, list(lifetimes), otherwise)
