"""Which node a video is played from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = ["NodeChoice", "NodeInfo", "NodePlacement"]


class NodeInfo(NamedTuple):
    """What is known of a node."""

    id: Id
    region: Id
    data: Id  #: what it was added with, such as its URL
    capacity: int
    load: int
    reported_at: int
    videos: int  #: that it holds


class NodeChoice(NamedTuple):
    """Where to play a video from."""

    video_id: Id
    node_id: Id | None  #: None: the origin
    data: Id  #: the node's data, or the ``origin``
    distance: int | None  #: None: unknown, or the origin


class NodePlacement:
    """A table of nodes, of the videos that each of them holds, and of how far regions are from each other.

    :meth:`nearest` gives the nearest node that holds a video, has reported within the ``lease``, and has less
    load than ``overload_percent`` of its capacity. Of nodes that are equally near, two are drawn at random
    and the one with less load for its capacity is taken, so that not everybody runs to the idle one between
    two reports. Where there is no such node, the ``origin`` is the choice. Every method is one atomic round
    trip; counts are exact.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "nodes",
        lease: int = 30_000,
        overload_percent: int = 90,
        origin: Id = "",
    ) -> None:
        self._module = _playhead.NodePlacement(
            target_of(store),
            prefix=prefix,
            clock=clock,
            name=name,
            lease=lease,
            overload_percent=overload_percent,
            origin=origin,
        )

    def add_node(self, node_id: Id, region: Id, *, capacity: int = 1, data: Id = "") -> bool:
        """Add a node, which counts as its first report, of no load; whether it is new.

        One that is there gets the region, capacity and data; its videos, load and last report stay.
        """
        return self._module.add_node(node_id, region, capacity, data)

    def remove_node(self, node_id: Id) -> int | None:
        """Remove a node: how many videos it held; None if there is none."""
        return self._module.remove_node(node_id)

    def report(self, node_id: Id, load: int) -> bool:
        """Tell the load of a node, in what its capacity counts; False: there is no such node."""
        return self._module.report(node_id, load)

    def nodes(self) -> list[NodeInfo]:
        """Give all nodes, by id."""
        return [NodeInfo(*found) for found in self._module.nodes()]

    def node(self, node_id: Id) -> NodeInfo | None:
        """Give what is known of a node."""
        found = self._module.node(node_id)
        return None if found is None else NodeInfo(*found)

    def place(self, node_id: Id, video_ids: Iterable[Id]) -> int | None:
        """Let a node hold videos: how many it did not hold before; None if there is no such node."""
        return self._module.place(node_id, video_ids)

    def withdraw(self, node_id: Id, video_ids: Iterable[Id]) -> int | None:
        """Let a node not hold them any more: how many it held; None if there is no such node."""
        return self._module.withdraw(node_id, video_ids)

    def remove_video(self, video_id: Id) -> int:
        """Let no node hold the video any more; how many did."""
        return self._module.remove_video(video_id)

    def holders(self, video_id: Id) -> list[Id]:
        """Give the nodes that hold a video, in the order in which they got it."""
        return self._module.holders(video_id)

    def videos(self) -> int:
        """Count the videos that at least one node holds."""
        return self._module.videos()

    def set_distance(self, region: Id, other: Id, distance: int | None) -> None:
        """Tell how far two regions are from each other, in both directions: milliseconds; None: unknown.

        Nodes at an unknown distance come after all others.
        """
        self._module.set_distance(region, other, distance)

    def distance(self, region: Id, other: Id) -> int | None:
        """Give how far they are from each other; 0 for one region."""
        return self._module.distance(region, other)

    def nearest(self, region: Id, video_ids: Iterable[Id]) -> list[NodeChoice]:
        """Choose a node for each video, in their order. Changes nothing."""
        return [NodeChoice(*choice) for choice in self._module.nearest(region, video_ids)]
