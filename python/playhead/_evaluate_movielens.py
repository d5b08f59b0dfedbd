"""Protocols on MovieLens 100K: a quarter of each user's ratings, or the last one, is to be found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import playhead
from playhead._evaluate_kuairand import Progress
from playhead._metrics import Ranks, ndcg_of_list
from playhead._replay_formats import read_log, whole
from playhead.modules import Recommender

RATINGS = "ml-100k.inter.gz"
SHOWN = 10


@dataclass(frozen=True)
class Rating:
    """A rating; all count the same."""

    user: int
    item: int
    at: int

    @property
    def shuffled(self) -> int:
        """A number that orders a user's ratings at random, the same everywhere."""
        x = (self.user * 2654435761 + self.item * 40503) & 0xFFFFFFFF
        for _ in range(2):
            x ^= x >> 16
            x = (x * 0x45D9F3B) & 0xFFFFFFFF
        return x ^ (x >> 16)


def _ratings(directory: Path) -> dict[int, list[Rating]]:
    by_user: dict[int, list[Rating]] = {}
    for events in whole(read_log(directory / RATINGS, "movielens")):
        e = events[0]
        by_user.setdefault(int(e.user_id), []).append(Rating(int(e.user_id), int(e.video_id), e.at or 0))
    return by_user


def _trained(
    store: playhead.Store, ratings: list[Rating], items: set[int], options: Mapping[str, Any]
) -> Recommender:
    recommender = Recommender(store, **options)
    for item in sorted(items):
        recommender.add_video(str(item))
    recommender.record_many([(str(r.user), str(r.item), "view", r.at) for r in ratings])
    recommender.refresh()
    return recommender


def _recommended(recommender: Recommender, user: int, at: int, count: int) -> list[str]:
    return [str(r.video_id) for r in recommender.recommend(str(user), count, at=at)]


def split(directory: Path, options: Mapping[str, Any], progress: Progress) -> float:
    """Mean NDCG@10 over users of the quarter of ratings that was held out; order carries no meaning."""
    by_user = _ratings(directory)
    train: list[Rating] = []
    test: dict[int, set[str]] = {}
    for user, ratings in by_user.items():
        ratings.sort(key=lambda r: (r.shuffled, r.item))
        held_out = (len(ratings) + 2) // 4
        test[user] = {str(r.item) for r in ratings[:held_out]}
        train += ratings[held_out:]
    progress("training")
    with playhead.open("memory://") as store:
        items = {r.item for ratings in by_user.values() for r in ratings}
        recommender = _trained(store, train, items, {"preset": "catalogue", **options})
        total = 0.0
        for user, relevant in test.items():
            progress(f"user {user}")
            total += ndcg_of_list(_recommended(recommender, user, 0, SHOWN), relevant, SHOWN)
    return total / len(test)


def leave_last(directory: Path, options: Mapping[str, Any], progress: Progress) -> dict[str, Ranks]:
    """Ranks of each user's last rating ("test") and of the one before ("validation"), in this order.

    Each is recorded when it was predicted. Ratings of one second are in an order that says nothing of the
    items.
    """
    by_user = _ratings(directory)
    for ratings in by_user.values():
        ratings.sort(key=lambda r: (r.at, r.shuffled))
    train = sorted((r for ratings in by_user.values() for r in ratings[:-2]), key=lambda r: r.at)
    progress("training")
    result = {"validation": Ranks(), "test": Ranks()}
    with playhead.open("memory://") as store:
        items = {r.item for ratings in by_user.values() for r in ratings}
        recommender = _trained(store, _in_order(by_user, train), items, options)
        for user, ratings in by_user.items():
            progress(f"user {user}")
            for name, rating in zip(result, ratings[-2:], strict=True):
                found, item = _recommended(recommender, user, rating.at, SHOWN), str(rating.item)
                result[name].add(found.index(item) if item in found else None)
                recommender.record(str(user), item, "view", at=rating.at)
    return result


def _in_order(by_user: Mapping[int, list[Rating]], train: list[Rating]) -> list[Rating]:
    # Of one second: in the order of each user's list.
    place = {r: n for ratings in by_user.values() for n, r in enumerate(ratings)}
    return sorted(train, key=lambda r: (r.at, place[r]))
