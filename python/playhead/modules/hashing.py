"""Which of several stores has a key, and one store over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from playhead import _playhead
from playhead._store import Store, target_of
from playhead._types import Data

__all__ = ["ConsistentHash", "DistributedCache", "sharded"]


class ConsistentHash:
    """A ring of consistent hashing with weights; all processes agree on it.

    A node that is added or removed moves its own share of the keys only. ``nodes`` are names, or names with
    their weights; ``points`` is how many places on the ring a weight of 1 has.
    """

    def __init__(self, nodes: Mapping[str, int] | Iterable[str] = (), *, points: int = 160) -> None:
        self._ring = _playhead.ConsistentHash(points)
        for name, weight in (nodes if isinstance(nodes, Mapping) else dict.fromkeys(nodes, 1)).items():
            self._ring.add_node(name, weight)

    def add_node(self, node: str, weight: int = 1) -> None:
        """Add a node, or give it another weight, 1..1000."""
        self._ring.add_node(node, weight)

    def remove_node(self, node: str) -> bool:
        """Take a node away; whether it was there."""
        return self._ring.remove_node(node)

    def get_node(self, key: Data) -> str | None:
        """Give the node that has a key; None without nodes."""
        nodes = self._ring.get_nodes(key, 1)
        return nodes[0] if nodes else None

    def get_nodes(self, key: Data, count: int) -> list[str]:
        """Give the first different nodes from the key on: the next one has it if those before are gone."""
        return self._ring.get_nodes(key, count)

    def nodes(self) -> dict[str, int]:
        """Give the nodes with their weights."""
        return self._ring.nodes()

    @staticmethod
    def hash(key: Data) -> int:
        """Give a key's place on the ring, of 64 bits."""
        return _playhead.ring_hash(key)


def sharded(
    stores: Mapping[str, Store],
    *,
    weights: Mapping[str, int] | None = None,
    failover: bool = False,
    retry_after: int = 5_000,
    points: int = 160,
) -> Store:
    """Make one store of several, by name, by consistent hashing of keys.

    Of a key with ``{...}`` only what stands in the braces counts, as in Redis Cluster; what works on several
    keys must find them on one node (CROSSSLOT). With ``failover`` a node that is unavailable is left out for
    ``retry_after``, and the next one has its keys: right for caches only. Closing it closes all.
    """
    weights = weights or {}
    nodes = [(name, target_of(store), weights.get(name, 1)) for name, store in stores.items()]
    return Store(_playhead.sharded(nodes, failover, retry_after, points))


class DistributedCache:
    """Values on several stores, chosen by their key; a store that is down is left out for a while."""

    def __init__(self, stores: Mapping[str, Store], *, weights: Mapping[str, int] | None = None) -> None:
        self.store: Store[Any] = sharded(stores, weights=weights, failover=True)

    def get(self, key: Data) -> bytes | None:
        """Give the value of a key; None if there is none."""
        value: bytes | None = self.store.strings.get(key)
        return value

    def set(self, key: Data, value: Data, ex: int | None = None) -> None:
        """Store a value, for ``ex`` seconds if given."""
        if ex is None:
            self.store.strings.set(key, value)
        else:
            self.store.strings.set(key, value, ex=ex)

    def delete(self, key: Data) -> bool:
        """Drop a value; whether it was there."""
        return self.store.keys.delete(key) == 1
